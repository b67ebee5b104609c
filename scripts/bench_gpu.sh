#!/usr/bin/env bash
# Kindling on this machine's GPU, runs one by one and stacked, beside JAX and PyTorch on the same
# GPU; writes the section "On a GPU" of docs/benchmarks.md. The peers need an NVIDIA GPU with CUDA
# 13's driver.
#   scripts/bench_gpu.sh [--repeats N]
set -euo pipefail
cd "$(dirname "$0")/.."
if ! nvidia-smi --list-gpus > /dev/null 2>&1; then
    echo "error: there is no NVIDIA GPU here (nvidia-smi lists none), and so nothing was measured." >&2
    echo "help: run this on a machine with one; that the program works without a GPU is tested on a software driver." >&2
    exit 1
fi
environment=target/peers-gpu
if ! "$environment/bin/python" -c 'import jax, torch' 2> /dev/null; then
    echo "making a virtual environment with JAX and PyTorch for CUDA in $environment" >&2
    python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet 'jax[cuda13]' torch
fi
exec python3 scripts/bench.py gpu --python "$environment/bin/python" "$@"
