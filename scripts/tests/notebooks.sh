#!/usr/bin/env bash
# Runs every command and every snippet of docs/notebooks.md against the packages of PyPI, and checks
# what they read.
#
# Makes a Python environment below target/notebooks once. PyPI's PyTorch brings CUDA along, some 5
# GB that nothing here uses.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
environment=$target/notebooks
python=$environment/bin/python

# Of the whole workspace, since a crate with burn would by itself have burn built anew.
cargo build --quiet --workspace --example logits --bin train
cargo build --quiet -p export --features parquet

if ! "$python" -c 'import duckdb, jax, mlflow, polars, tensorboard, torch' 2> /dev/null; then
    python3 -m venv --clear "$environment"
    # uv installs the same wheels as pip, in a tenth of the time.
    "$python" -m pip install --quiet --disable-pip-version-check uv
    "$environment/bin/uv" pip install --quiet --python "$python" \
        pandas pyarrow polars duckdb matplotlib torch jax safetensors tensorboard mlflow-skinny
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ln -s "$root/configs" "$root/crates" "$folder"
cd "$folder"
export MPLBACKEND=Agg
export TRAIN=$target/debug/train EXPORT=$target/debug/export LOGITS=$target/debug/examples/logits
"$python" "$root/scripts/tests/notebooks.py" "$root/docs/notebooks.md"
