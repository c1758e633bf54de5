#!/usr/bin/env bash
# Runs the crates on other systems. The unit tests of the runtime run on Linux with 32 bits (i686), compiled by the minimum
# version of Rust. An annotated function runs in Node.js on wasm32-unknown-unknown, with the clock that the feature `web`
# reads; without the feature there is one error.
# Compilers, standard libraries and emulators are packages of Debian, which are unpacked into target/ only.
#
# usage: ci/platforms.sh [--all]    with --all also s390x (big endian) and aarch64, both emulated, and a target without
#                                   64-bit atomics, which has to have one error
set -euo pipefail
export LC_ALL=C

# All features but those that only adapt another crate: these would double the time.
readonly FEATURES=config,fleet,http,metrics,rehearsal,serde,stream,test-util,tokio,tower,tracing

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. ci/lib.sh

[[ $(uname -m) == x86_64 ]] || skip "the compilers for other systems are programs for x86-64"
need_debian node nodejs
packages=$root/target/platforms/packages
rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
unpack_old_rust "$rust"
unpack_rust_web
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/platforms" CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0
# Few cases are enough here, because other steps run the same tests with more.
export PROPTEST_CASES=8

# unit_tests TARGET LINKER RUNNER: runs the unit tests of the runtime on another system.
unit_tests() (
    variables=CARGO_TARGET_$(tr a-z- A-Z_ <<<"$1")
    export "${variables}_LINKER=$2" "${variables}_RUNNER=$3"
    echo "unit tests on $1"
    # These tests take an emulator minutes, and do not depend on the system.
    run_tests --quiet -p breaker-runtime --lib --features "$FEATURES" --target "$1" -- \
        --skip size:: --skip fleet::simulation --skip every_sequence_of_probes --skip s46_
)

# unpack_std ARCHITECTURE: unpacks the standard library for another processor, which Debian has compiled. To find the
# package, apt gets folders of its own, so that nothing changes on this system.
unpack_std() (
    folder=$packages/apt-$1
    export APT_CONFIG=$folder/apt.conf
    mkdir -p "$folder"/{lists,archives}/partial
    touch "$folder/status"
    cat >"$APT_CONFIG" <<END
APT::Architecture "$1";
APT::Architectures { "$1"; };
Dir::State "$folder";
Dir::State::status "$folder/status";
Dir::Cache "$folder";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
END
    # The list of security updates, which not every processor has, is not needed.
    apt update 2>/dev/null || true
    version=$(apt-cache madison libstd-rust-web-dev | awk -v version="$rust." 'index($3, version) == 1 { print $3; exit }')
    [[ -n $version ]] && unpack_debian "$packages/std-$1" "libstd-rust-web-dev=$version"
)

# linux PROCESSOR ARCHITECTURE [EMULATOR]: runs the unit tests on Linux on another processor, which Debian names differently.
linux() {
    local target=$1-unknown-linux-gnu tools=$1-linux-gnu folder=$packages/$2 gcc runner
    if [[ ! -e $folder/cc ]]; then
        gcc=$(apt-cache depends "gcc-$tools" | sed -n 's/.*Depends: gcc-\([0-9]*\)-.*/\1/p' | head -n 1)
        unpack_std "$2" || skip "Debian's standard library for $1 cannot be downloaded"
        unpack_debian "$folder" {gcc,cpp}-"$gcc-$tools" "binutils-$tools" \
            {libc6,libc6-dev,linux-libc-dev,libgcc-s1,"libgcc-$gcc-dev"}"-$2-cross" ||
            skip "Debian's C compiler for $1 cannot be downloaded"
        cat >"$folder/cc" <<END
#!/bin/sh
# An unpacked C compiler with its programs and libraries.
export PATH="$folder/usr/bin:\$PATH" LD_LIBRARY_PATH="$folder/usr/lib/x86_64-linux-gnu"
exec $tools-gcc-$gcc --sysroot="$folder" "\$@"
END
        chmod +x "$folder/cc"
    fi
    ln -sfn "$packages/std-$2/usr/lib/rustlib/$target" "target/rust-$rust/usr/lib/rustlib/$target"
    runner=$folder/usr/$tools/lib/ld-linux.so.2\ --library-path\ $folder/usr/$tools/lib
    if [[ -n ${3:-} ]]; then
        need_emulator "$3"
        runner="$emulator -L $folder/usr/$tools"
    fi
    RUSTC=$root/target/rust-$rust/rustc unit_tests "$target" "$folder/cc" "$runner"
}

# need_emulator NAME: puts the path of an emulator into `emulator`.
need_emulator() {
    emulator=$(command -v "$1") && return
    emulator=$packages/qemu/usr/bin/$1
    [[ -x $emulator ]] || unpack_debian "$packages/qemu" qemu-user-static ||
        skip "Debian's emulators cannot be downloaded"
}

# with_std COMMAND TARGET ARGUMENT...: runs a command of cargo in tests/platforms that also compiles the standard library.
with_std() (
    cd tests/platforms
    RUSTC=$root/target/rust-web/rustc RUSTC_BOOTSTRAP=1 \
        cargo "$1" --quiet -Z build-std=std,panic_abort --target "$2" "${@:3}"
)

# one_error WORDS COMMAND TARGET ARGUMENT...: checks that the runtime has one error on a target, which has these words.
one_error() {
    local said errors
    said=$(with_std "${@:2}" 2>&1) && {
        echo "the runtime compiles for $3" >&2
        exit 1
    }
    errors=$(grep '^error' <<<"$said" | grep -v '^error: could not compile')
    if [[ $(wc -l <<<"$errors") != 1 || $errors != *"$1"* ]]; then
        echo "expected one error with \`$1\`:" >&2
        echo "$said" >&2
        exit 1
    fi
    echo "$3 has one error, which says \`$1\`"
}

# web: calls an annotated function in Node.js.
web() {
    local target=wasm32-unknown-unknown
    # Debian's compiler comes without this linker.
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$(echo "$(rustc --print sysroot)"/lib/rustlib/*/bin/rust-lld)
    [[ -x $CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER ]] || skip "this toolchain has no rust-lld"
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
    with_std build "$target" --release
    node tests/platforms/web.mjs "$CARGO_TARGET_DIR/$target/release/breaker_test_platforms.wasm"
    one_error "enable the feature \`web\`" build "$target" --release --no-default-features
}

# The same versions as in the workspace.
cp Cargo.lock tests/platforms
web
linux i686 i386
if [[ ${1:-} == --all ]]; then
    linux s390x s390x qemu-s390x-static
    linux aarch64 arm64 qemu-aarch64-static
    one_error "atomic integers of 64 bits" check armv5te-unknown-linux-gnueabi --lib
fi
