#!/usr/bin/env bash
# Kindling beside PyTorch and JAX, the same job on the same cores in one invocation; writes
# docs/benchmarks.md.
#   scripts/bench_peers.sh [--repeats N] [--release]
# Makes a virtual environment in target/peers once. PyPI's PyTorch brings CUDA along, gigabytes that
# nothing here uses: with PIP_EXTRA_INDEX_URL set to PyTorch's index of CPU wheels, pip takes a
# small one.
set -euo pipefail
cd "$(dirname "$0")/.."
environment=target/peers
if ! "$environment/bin/python" -c 'import jax, torch' 2> /dev/null; then
    echo "making a virtual environment with JAX and PyTorch in $environment" >&2
    python3 -m venv --clear "$environment"
    "$environment/bin/pip" install --quiet jax torch
fi
exec python3 scripts/bench.py peers --python "$environment/bin/python" "$@"
