#!/usr/bin/env bash
# Packages both crates, and compiles the packages.
set -euo pipefail
cd "$(dirname "$0")/.."

# Otherwise cargo would use the sources of this version that an earlier run has unpacked.
rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/breaker-{macros,runtime}-*
cargo package --allow-dirty --quiet -p breaker-macros -p breaker-runtime
ls "${CARGO_TARGET_DIR:-target}"/package/*.crate
