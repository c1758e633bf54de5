#!/usr/bin/env bash
# Packages the three crates, compiles the packages, and looks for the page of `admin` in them.
set -euo pipefail
cd "$(dirname "$0")/.."

# Otherwise cargo would use the sources of this version that an earlier run has unpacked.
rm -rf "${CARGO_HOME:-$HOME/.cargo}"/registry/src/-*/breaker-{macros,rehearse,runtime}-*
cargo package --allow-dirty --quiet -p breaker-macros -p breaker-rehearse -p breaker-runtime
ls "${CARGO_TARGET_DIR:-target}"/package/*.crate
# The page of the feature `admin`, which belongs to the program.
tar --list --file "${CARGO_TARGET_DIR:-target}"/package/breaker-runtime-*.crate | grep 'admin/page/index.html$'
