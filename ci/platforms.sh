#!/usr/bin/env bash
# Runs programs on other systems. Now that is wasm32-unknown-unknown: an annotated function, which tests/platforms/web.mjs
# calls in Node.js, with the clock that the feature `web` reads. Without the feature there is one error, which names it.
# The standard library is compiled from the source in Debian's packages, which are unpacked into target/ only.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. ci/lib.sh

need_debian node nodejs
unpack_rust_web

# Debian's compiler comes without this linker.
CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(echo "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld)
[[ -x $CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER ]] || skip "this toolchain has no rust-lld"
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
export RUSTC=$root/target/rust-web/rustc
export RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/platforms"
# The same versions as in the workspace.
cp Cargo.lock tests/platforms
cd tests/platforms
build() {
    cargo build --quiet --release -Z build-std=std,panic_abort --target wasm32-unknown-unknown "$@"
}

build
node web.mjs "$CARGO_TARGET_DIR/wasm32-unknown-unknown/release/breaker_test_platforms.wasm"

said=$(build --no-default-features 2>&1) && {
    echo "the runtime compiles without a clock" >&2
    exit 1
}
if [[ $(grep -c '^error: [^c]' <<<"$said") != 1 ]] || ! grep -q 'enable the feature `web`' <<<"$said"; then
    echo "expected one error, which names the feature \`web\`:" >&2
    echo "$said" >&2
    exit 1
fi
echo "without the feature there is one error, which names it"
