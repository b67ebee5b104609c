#!/usr/bin/env bash
# 1,000 shards of 100,000 runs (or as many as the arguments say) that fail, are killed, overlap, and
# are numbered anew midway: is every run recorded once, and how much work is wasted? `cargo test`
# does the same with 100 shards of 2,000.
set -euo pipefail
cd "$(dirname "$0")/../.."
export SHARDS=${1:-1000} RUNS=${2:-100000}
cargo test -p experiment --test shard_simulation -- --nocapture bring_every_run
