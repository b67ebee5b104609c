#!/usr/bin/env bash
# Looks into the tutorial's ten starts, and writes the table and the explanation of docs/probe.md.
#   scripts/pages/probe.sh [SEEDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
seeds=${1:-5}
marks=$(git ls-files 'scripts/*between_marks.py')
train() { cargo run --quiet -p train -- "$@"; }

mkdir -p target
train probe --config configs/ten_starts.toml --seeds "$seeds" --format markdown > target/probe.md
python3 "$marks" docs/probe.md "scripts/pages/probe.sh: starts" target/probe.md

{
    echo '```text'
    train explain configs/uniform_0.001.toml --seeds "$seeds" --quiet
    echo '```'
} > target/explain.md
python3 "$marks" docs/probe.md "scripts/pages/probe.sh: explain" target/explain.md
