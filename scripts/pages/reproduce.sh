#!/usr/bin/env bash
# Runs the tutorial's eight comparisons over ten seeds, and writes docs/tutorial.md with its
# pictures (each figure that the tutorial printed beside ours) and the README's result. What is
# finished already is not run again.
#   scripts/pages/reproduce.sh [SEEDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
seeds=${1:-10}
out=runs/tutorial
comparisons=(zeros_vs_ones baseline uniform_0_1_vs_neg1_1 uniform_ranges uniform_vs_general_rule uniform_vs_normal
    normal_vs_truncated baseline_vs_truncated)

cargo build --quiet -p train
configs=()
for name in "${comparisons[@]}"; do configs+=(--config "configs/$name.toml"); done
started=$(date +%s.%N)
cargo run --quiet -p train -- "${configs[@]}" --seeds "$seeds" --out "$out" --format json > target/reproduce.json
finished=$(date +%s.%N)

for name in "${comparisons[@]}"; do
    for metric in validation_accuracy last_batch_loss; do
        cargo run --quiet -p train -- compare "$out/$name" --metric "$metric" --format json > "target/$name.$metric.json"
    done
    cargo run --quiet -p train -- compare "$out/$name" --pictures "target/pictures/$name" > /dev/null
done
python3 scripts/pages/tutorial_page.py "$seeds" "$started" "$finished"

# The README's table and picture: all ten starts together, and what a probe sees in each.
cargo run --quiet -p train -- --config configs/ten_starts.toml --seeds "$seeds" --out "$out" --format json > /dev/null
cargo run --quiet -p train -- compare "$out/ten_starts" --pictures target/pictures/ten_starts --format markdown > target/ten_starts.md
cp target/pictures/ten_starts/forest.svg docs/images/ten_starts.svg
cargo run --quiet -p train -- probe --config configs/ten_starts.toml --seeds "$seeds" --out "$out" \
    --format json > target/ten_starts.probe.json
python3 scripts/pages/readme_table.py target/ten_starts.md target/ten_starts.probe.json
