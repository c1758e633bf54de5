#!/usr/bin/env bash
# Runs the unit tests under Miri, which finds undefined behaviour and data races. The crates forbid unsafe code, but
# their dependencies have some.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. ci/lib.sh

# cargo-miri would ask before it installs what is missing.
if ! cargo +nightly miri --version >/dev/null 2>&1 ||
    [[ ! -d "$(rustc +nightly --print sysroot)/lib/rustlib/src" ]]; then
    skip "Miri comes with \`rustup toolchain install nightly --component miri,rust-src\`"
fi
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/miri"

# The tests read the system's clocks. Miri is several hundred times slower, so each proptest runs few cases.
export MIRIFLAGS="${MIRIFLAGS:--Zmiri-disable-isolation}" PROPTEST_CASES="${PROPTEST_CASES:-2}"
cargo +nightly miri test -p breaker-runtime --all-features --lib

# Miri cannot test procedural macros. Without its entry point the crate is an ordinary library.
# The binaries contain the path of the copy, so it is always the same.
copy="$CARGO_TARGET_DIR/source"
rm -rf "$copy"
copy_crates "$copy" breaker-macros
mkdir -p "$copy/breaker-runtime/src"
cp breaker-runtime/src/attribute.md "$copy/breaker-runtime/src"
cd "$copy"
sed -i '/^proc-macro = true/d' breaker-macros/Cargo.toml
sed -i '/^use proc_macro::/,$d' breaker-macros/src/lib.rs
cargo +nightly miri test -p breaker-macros --lib
