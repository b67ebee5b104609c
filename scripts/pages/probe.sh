#!/usr/bin/env bash
# Looks into the tutorial's ten starts and into networks of many depths, tests what stands out by training, and writes
# the tables and pictures of docs/probe.md. What was measured or trained already is not done again.
#   scripts/pages/probe.sh [SEEDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
seeds=${1:-5}
marks=$(git ls-files 'scripts/*between_marks.py')
pictures=docs/images/inside
cargo build --quiet -p train
train() { target/debug/train "$@"; }
put() { python3 "$marks" docs/probe.md "scripts/pages/probe.sh: $1" "target/$1.md"; }

mkdir -p target "$pictures"
train probe --config configs/ten_starts.toml --seeds "$seeds" --pictures target/pictures/inside --format markdown \
    > target/starts.md
put starts
for picture in signal gradient activations singular-values phase-plane; do
    cp "target/pictures/inside/$picture.svg" "$pictures/"
done

train probe --config scripts/pages/depth_and_scale.toml --images 200 --pictures target/pictures/depth_and_scale \
    --format csv > target/depth_and_scale.csv
cp target/pictures/depth_and_scale/gradient-map.svg "$pictures/depth_and_scale.svg"

{
    echo '```text'
    for arm in zeros uniform_0_1 uniform_neg1_1 uniform_0.001; do
        # What holds for all of them is said once, in the text.
        train explain configs/ten_starts.toml --arm "$arm" --quiet | sed '/^A change may/,$d'
    done
    echo '```'
} > target/explain.md
put explain
