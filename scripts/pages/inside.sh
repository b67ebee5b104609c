#!/usr/bin/env bash
# Trains the tutorial's ten starts with their layers recorded, and writes the pictures, the
# sentences and the table of docs/inside.md.
#   scripts/pages/inside.sh [SEEDS]
set -euo pipefail
cd "$(dirname "$0")/../.."
seeds=${1:-3}
out=target/inside
pages=scripts/pages
train() { cargo run --quiet -p train -- "$@"; }

train --config configs/ten_starts.toml --seeds "$seeds" --set record.layers=true --out "$out" \
    --quiet > /dev/null
train compare "$out/ten_starts" --pictures "$out/pictures" > /dev/null
mkdir -p docs/images/inside
cp "$out"/pictures/layers-*.svg docs/images/inside/

train report "$out/ten_starts" --output "$out/report.html" > /dev/null
train dissect "$out/ten_starts" --format json > "$out/dissect.json"
python3 "$pages/inside_page.py" sentences "$out/report.html" > "$out/sentences.md"
python3 "$pages/inside_page.py" table "$out/dissect.json" > "$out/table.md"
python3 "$pages/between_marks.py" docs/inside.md "$pages/inside.sh: sentences" "$out/sentences.md"
python3 "$pages/between_marks.py" docs/inside.md "$pages/inside.sh: table" "$out/table.md"
