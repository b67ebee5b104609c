#!/usr/bin/env bash
# Faults, injected into runs: `kill -9` at 200 moments (or as many as the first argument says), full
# disks, damaged files. `cargo test` does the same with 20 kills.
set -euo pipefail
cd "$(dirname "$0")/../.."
KILLS=${1:-200} cargo test -p train --test faults -- --nocapture
