#!/usr/bin/env bash
# The crate `initializers` as others use it: with every feature and with none, its examples, and as
# the package that crates.io would be sent.
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo test --quiet -p initializers --all-features
cargo test --quiet -p initializers --no-default-features --lib --tests
cargo run --quiet -p initializers --example layers > /dev/null
# What differs from the last commit is no matter here. The package is built from its own files.
cargo package --quiet -p initializers --allow-dirty
