#!/usr/bin/env bash
# Installs the Python package into a fresh environment and tests it. With the argument "frameworks",
# PyTorch and JAX are installed too; without them their tests are skipped.
set -euo pipefail
cd "$(dirname "$0")/../.."

venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet ./crates/python pytest
if [ "${1:-}" = frameworks ]; then
    "$venv/bin/pip" install --quiet torch jax
fi
"$venv/bin/pytest" --quiet -rs crates/python/tests
