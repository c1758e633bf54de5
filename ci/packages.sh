#!/usr/bin/env bash
# The crates can be packaged, and what is packaged compiles.
set -euo pipefail
cd "$(dirname "$0")/.."

# What an earlier run has unpacked of this version is taken for this one.
rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/breaker-{macros,runtime}-*
cargo package --allow-dirty --quiet -p breaker-macros -p breaker-runtime --target-dir target/packages
ls target/packages/package/*.crate
