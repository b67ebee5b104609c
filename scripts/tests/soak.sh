#!/usr/bin/env bash
# 2,000 short runs (or as many as the first argument says) in one process: is its memory flat, does
# it leak descriptors, is every record whole? Writes docs/soak.md, and fails where the answer is no.
# Linux: it looks into /proc.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-2000}
cargo build --quiet -p train
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/soak.toml" <<TOML
seeds = $runs
model.hidden = [32, 16]
training = { batch_size = 64, max_steps = 20, checkpoint_every = 10 }
TOML
# cargo makes way for the program, which keeps its number.
command=(cargo run --quiet -p train -- --config "$folder/soak.toml" --out "$folder/runs" --format json)
"${command[@]}" > "$folder/first.json" &
process=$!
samples=$folder/samples
started=$SECONDS
finished() { find "$folder/runs" -name model.safetensors 2> /dev/null | wc -l || true; }
until [ "$(finished)" -ge "$runs" ]; do
    sample="$(finished) $(awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$process/status") $(ls "/proc/$process/fd" | wc -l)"
    # Before it is the program, and after, it has other figures.
    [ -d "$folder/runs" ] && echo "$sample" >> "$samples"
    sleep 0.5
done
seconds=$((SECONDS - started))
wait "$process"
# The same command again reads every record whole, weights included, before it skips the run.
"${command[@]}" > "$folder/second.json"
whole=$(grep -c '"skipped": true' "$folder/second.json" || true)

# Warm-up is the first fifth; what follows is looked at in four quarters, each by its mean.
summary=$(awk -v runs="$runs" '
    { quarter = $1 < runs / 5 ? 0 : 1 + int(($1 - runs / 5) / (runs / 5)); if (quarter > 4) quarter = 4 }
    { memory[quarter] += $2; count[quarter]++; if ($3 > most[quarter]) most[quarter] = $3 }
    END {
        for (q = 0; q <= 4; q++) printf "%d %.0f %d\n", q, count[q] ? memory[q] / count[q] : 0, most[q]
    }' "$samples")
growth=$(awk 'NR == 2 { first = $2 } NR == 5 { printf "%.1f", 100 * ($2 - first) / first }' <<< "$summary")
descriptors=$(awk 'NR == 2 { first = $3 } NR == 5 { print $3 - first }' <<< "$summary")
{
    echo "# $runs short runs in one process"
    echo
    echo "Written by \`scripts/tests/soak.sh\`: $runs runs of 20 steps each, two checkpoints and one record a run, as many side by"
    echo "side as there are cores ($(nproc)), in $seconds s. Memory is the mean resident set, images included (they take"
    echo "some 210 MiB); descriptors are the most at once."
    echo
    echo "| runs done | memory, MiB | descriptors |"
    echo "| --- | --- | --- |"
    awk -v runs="$runs" '{
        printf "| %d to %d%s | %s | %s |\n", runs / 5 * $1, runs / 5 * ($1 + 1), $1 ? "" : " (warm-up)", $2, $3
    }' <<< "$summary"
    echo
    echo "From the second fifth to the last, memory grew by $growth % (5 % is allowed) and descriptors by $descriptors (4 are: what a run under way has open)."
    echo "Records that were whole afterwards, every checksum checked: $whole of $runs."
} > docs/soak.md
cat docs/soak.md
awk -v growth="$growth" 'BEGIN { exit !(growth <= 5) }'
# How many are open at once depends on what the runs under way just do; a leak would be hundreds.
[ "$descriptors" -le 4 ] && [ "$whole" -eq "$runs" ]
