#!/bin/sh
# Tests the GPU backend on this machine's default adapter, and installs Debian's Vulkan drivers, one
# of them in software, where there is no Vulkan at all (as root). Fails where there is no adapter.
#
# The profile `quick` is for this: kernels are compiled by the driver, whatever the optimisation of
# the crates that write them.
set -eu
cd "$(dirname "$0")/../.."

if ! ls /usr/share/vulkan/icd.d/*.json /etc/vulkan/icd.d/*.json >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -qq -y --no-install-recommends mesa-vulkan-drivers >/dev/null
fi

# Without this a part of Mesa looks for a screen, and complains where there is none.
export NODEVICE_SELECT=1

# One test at a time: a driver in software takes every core for each.
cargo test --profile quick -p training -p train --features train/wgpu --lib --test gpu -- --test-threads=1
