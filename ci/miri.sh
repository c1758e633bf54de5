#!/usr/bin/env bash
# The unit tests under Miri, which finds undefined behaviour and data races. There is no
# unsafe code in them; there is in what they stand on.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

# cargo-miri would ask whether to fetch what it lacks.
if ! cargo +nightly miri --version >/dev/null 2>&1 ||
    [[ ! -d "$(rustc +nightly --print sysroot)/lib/rustlib/src" ]]; then
    echo "miri SKIPPED: it comes with \`rustup toolchain install nightly --component miri,rust-src\`"
    exit 0
fi
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/miri"

# The tests read the system's clocks. Each proptest plays a few cases: Miri is some hundred times slower.
export MIRIFLAGS="${MIRIFLAGS:--Zmiri-disable-isolation}" PROPTEST_CASES="${PROPTEST_CASES:-2}"
cargo +nightly miri test -p breaker-runtime --all-features --lib

# Miri runs no tests of procedural macros. Without its entry the crate is a library like any other.
# Always in the same place, which the binaries remember.
copy="$CARGO_TARGET_DIR/source"
rm -rf "$copy"
mkdir -p "$copy/tests" "$copy/breaker-runtime/src"
cp -r breaker-macros "$copy"
cp -r tests/tables "$copy/tests"
cp Cargo.toml README.md "$copy"
cp breaker-runtime/src/attribute.md "$copy/breaker-runtime/src"
cd "$copy"
sed -i -e '/^# The root package/,$d' -e '/^exclude/d' -e '/^default-members/d' \
    -e 's/^members = .*/members = ["breaker-macros"]/' Cargo.toml
sed -i '/^proc-macro = true/d' breaker-macros/Cargo.toml
sed -i '/^use proc_macro::/,$d' breaker-macros/src/lib.rs
cargo +nightly miri test -p breaker-macros --lib
