#!/usr/bin/env bash
# How long `train compare` takes over 100,000 records, and how much memory, and over a tenth of them
# with steps and without. Writes its figures into docs/sweeps.md. The records are synthetic and lie
# in memory (some 1 GB) where there is /dev/shm, so that the disk is not what is measured.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet -p train
cargo build --quiet --workspace --example synthetic_sweep
folder=$(mktemp -d -p "$([ -d /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")")
trap 'rm -rf "$folder"' EXIT
measured() {
    target/debug/examples/synthetic_sweep "$folder/$4" "$1" "$2" "$3" "$4"
    python3 - "$folder/$4" <<'PY'
import os, subprocess, sys, time
started = time.monotonic()
process = subprocess.Popen(["target/debug/train", "compare", sys.argv[1]], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
assert status == 0
print(f"{time.monotonic() - started:.1f} | {usage.ru_utime + usage.ru_stime:.1f} | {usage.ru_maxrss * 1024 / 1e6:.0f}")
PY
    rm -rf "${folder:?}/$4"
}
{
    echo "| records | steps of each | seconds | seconds of processor | peak memory, MB |"
    echo "| ---: | ---: | ---: | ---: | ---: |"
    echo "| 10,000 | 0 | $(measured 4 100 25 0) |"
    echo "| 10,000 | 858 | $(measured 4 100 25 858) |"
    echo "| 100,000 | 0 | $(measured 4 1000 25 0) |"
} > target/large_sweep.md
cat target/large_sweep.md
python3 scripts/pages/between_marks.py docs/sweeps.md scripts/benchmarks/large_sweep.sh target/large_sweep.md
