#!/usr/bin/env bash
# Checks the stated minimum version of Rust: no dependency asks for more, the oldest dependencies that the manifests
# allow suffice, and that version of Rust compiles both crates with all features and passes their unit tests.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. ci/lib.sh

rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
target="${CARGO_TARGET_DIR:-$root/target}"

# The program `breaker-rehearse` takes part in this check only: to compile it with the old compiler too would take long.
needed=$(cargo tree -p breaker-macros -p breaker-rehearse -p breaker-runtime --all-features --edges normal,build --target all \
    --prefix none --no-dedupe | cut -d ' ' -f 1 | sort -u)
# One line for each package of the metadata, and each of its dependencies.
stated=$(cargo metadata --format-version 1 --all-features | sed 's/{"name":"/\n&/g' | awk -F '"' '
    /^{"name":"[^"]*","version":/ { package = $4 }
    match($0, /"rust_version":"[^"]*"/) { print package, substr($0, RSTART + 16, RLENGTH - 17) }')
newer=$(join <(echo "$needed") <(sort <<<"$stated") | while read -r package version; do
    # 1.85 and 1.85.0 are the same.
    [[ $(printf '%s\n' "$rust.0" "$version" | sort -V | tail -n 1) == "$rust.0" ]] ||
        echo "$package needs Rust $version"
done)
if [[ -n "$newer" ]]; then
    echo "$newer" >&2
    exit 1
fi
echo "none of $(wc -l <<<"$needed") crates needs more than Rust $rust"

# In a copy of the crates, because this changes Cargo.lock. The oldest dependencies of the tests do not matter.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
copy_crates "$copy" breaker-macros breaker-runtime
sed -i '/^\[dev-dependencies\]/,/^$/d' "$copy"/breaker-*/Cargo.toml
(
    cd "$copy"
    RUSTC_BOOTSTRAP=1 cargo update --quiet -Z direct-minimal-versions
    cargo check --quiet --workspace --all-features --target-dir "$target"
    cargo tree --workspace --all-features --depth 1 --edges normal --prefix none | grep -v "($copy" | sort -u
)
echo "the oldest versions that are allowed compile"

if rustup run "$rust" rustc --version >/dev/null 2>&1; then
    RUSTC=$(rustup which --toolchain "$rust" rustc)
elif command -v apt-get >/dev/null; then
    unpack_old_rust "$rust"
    RUSTC=$root/target/rust-$rust/rustc
else
    skip "Rust $rust comes with \`rustup toolchain install $rust\`"
fi
export RUSTC
# Unlike a check, the build compiles dependencies that the tests use too.
cargo build --quiet -p breaker-macros -p breaker-runtime --all-features
# Few cases are enough here, because other steps run the same tests with more.
PROPTEST_CASES=16 cargo test --quiet -p breaker-macros -p breaker-runtime --all-features --lib
echo "$("$RUSTC" --version) compiles the crates and passes their unit tests"
