#!/usr/bin/env bash
# Draws the pictures of docs/initializers-guide.md: the tutorial's three histograms, and the weights
# of a config.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet -p train
pictures=docs/images/initializers
mkdir -p "$pictures"
hist() { target/debug/train hist "$@" > /dev/null; }

tutorial=(--draws 1000 --bins 500 --min -4 --max 4)
hist uniform --set min=-3 --set max=3 "${tutorial[@]}" --out "$pictures/uniform.svg"
hist normal --set std=1 "${tutorial[@]}" --out "$pictures/normal.svg"
hist truncated_normal --set std=1 "${tutorial[@]}" --out "$pictures/truncated_normal.svg"
hist --config configs/trunc_normal.toml --out "$pictures/layers.svg"
