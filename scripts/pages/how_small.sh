#!/usr/bin/env bash
# Trains the sweep of configs/how_small.toml (195 runs, some minutes), and writes its result into
# docs/sweeps.md and its picture. What is finished already is not run again.
#   scripts/pages/how_small.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-runs}
cargo build --quiet -p train
train=target/debug/train
"$train" --config configs/how_small.toml --out "$out" --format json > /dev/null
"$train" compare "$out/how_small" --pictures target/pictures/how_small --format markdown > target/how_small.md
cp target/pictures/how_small/sweep.svg docs/images/how_small.svg
python3 scripts/pages/between_marks.py docs/sweeps.md scripts/pages/how_small.sh target/how_small.md
