#!/usr/bin/env bash
# Runs every command and every snippet of docs/notebooks.md against the packages of PyPI, and checks
# what they read. With the argument "tables", only those on tables, from CSV: Parquet takes minutes
# to build, and PyPI's PyTorch brings CUDA along, some 5 GB that nothing here uses.
#
# Makes a Python environment below target/notebooks once, or below target/notebooks-tables.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
parts=${1:-}
environment=$target/notebooks${parts:+-$parts}
python=$environment/bin/python
packages="pandas pyarrow polars duckdb matplotlib"
modules="duckdb, matplotlib, pandas, polars"

# The first is what the README runs. The second is of the whole workspace, since an example of a
# crate with burn would by itself have burn built anew.
if [ "$parts" = tables ]; then
    cargo build --quiet -p train
else
    cargo build --quiet --workspace --example logits --bin train
    cargo build --quiet -p export --features parquet
    packages="$packages torch jax safetensors tensorboard mlflow-skinny"
    modules="$modules, jax, mlflow, tensorboard, torch"
fi

if ! "$python" -c "import $modules" 2> /dev/null; then
    python3 -m venv --clear "$environment"
    # uv installs the same wheels as pip, in a tenth of the time.
    "$python" -m pip install --quiet --disable-pip-version-check uv
    # shellcheck disable=SC2086
    "$environment/bin/uv" pip install --quiet --python "$python" $packages
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ln -s "$root/configs" "$root/crates" "$folder"
cd "$folder"
export MPLBACKEND=Agg
export TRAIN=$target/debug/train EXPORT=$target/debug/export LOGITS=$target/debug/examples/logits
"$python" "$root/scripts/tests/notebooks.py" "$root/docs/notebooks.md" ${parts:+"$parts"}
