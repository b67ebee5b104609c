#!/usr/bin/env bash
# A million cases of each kind (or as many as the first argument says) for whatever reads what
# others wrote: configs, flags, IDX files, records, checkpoints. `cargo test` does the same with
# 20,000.
set -euo pipefail
cd "$(dirname "$0")/../.."
FUZZ_CASES=${1:-1000000} cargo test --workspace --test fuzz
