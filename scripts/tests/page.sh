#!/bin/sh
# Looks at the page of a study in headless Chromium: no request, no error, charts there, controls at
# work.
#
# Installs Debian's Chromium where there is none (as root), and playwright-core from npm below
# target/. Takes a folder in which screenshots are left: scripts/tests/page.sh [FOLDER]
set -eu
cd "$(dirname "$0")/../.."
folder=${1:-target/page-test/screenshots}
tools=target/page-test
mkdir -p "$folder" "$tools"

if ! command -v chromium >/dev/null; then
    apt-get update -qq && apt-get install -qq -y chromium >/dev/null
fi
if [ ! -d "$tools/node_modules/playwright-core" ]; then
    npm install --silent --no-audit --no-fund --prefix "$tools" playwright-core@1.56.1
fi

rm -rf "$tools/study" "$tools/single" "$tools/sweeps"
# Of the whole workspace, since a crate by itself would have its dependencies built anew.
cargo build --quiet --workspace --example synthetic_study --example synthetic_sweep
examples=${CARGO_TARGET_DIR:-target}/debug/examples
"$examples/synthetic_study" "$tools/study" 12 10 >/dev/null
"$examples/synthetic_study" "$tools/single" 1 1 >/dev/null
"$examples/synthetic_sweep" "$tools/sweeps" >/dev/null
NODE_PATH="$tools/node_modules" node scripts/tests/page.cjs "$tools/study/page.html" "$tools/single/page.html" "$tools/sweeps" "$folder"
