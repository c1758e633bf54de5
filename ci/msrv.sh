#!/usr/bin/env bash
# The stated minimum version of Rust. The crates are compiled by it, if its toolchain is there or can be
# had. By the one there is: nothing newer is used of the standard library, no dependency asks for more, and
# the oldest versions that the manifests allow suffice.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

rust=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
target="${CARGO_TARGET_DIR:-$root/target}/msrv"

# The crates alone: what their tests need may ask for more.
cp -r breaker-macros breaker-runtime "$copy"
sed -e '/^# The root package/,$d' -e '/^exclude/d' -e '/^default-members/d' \
    -e 's/^members = .*/members = ["breaker-macros", "breaker-runtime"]/' Cargo.toml >"$copy/Cargo.toml"
sed -i '/^\[dev-dependencies\]/,/^$/d' "$copy"/breaker-*/Cargo.toml
cd "$copy"
check=(check --quiet --workspace --all-features --target-dir "$target")

if rustup run "$rust" rustc --version >/dev/null 2>&1 ||
    rustup toolchain install "$rust" --profile minimal >/dev/null 2>&1; then
    cargo +"$rust" "${check[@]}"
    echo "$(rustup run "$rust" rustc --version) compiles the crates"
else
    echo "compiling with Rust $rust SKIPPED: there is no such toolchain"
fi

# The lint reads the version from the manifests.
cargo clippy --quiet --workspace --all-features --target-dir "$target" -- -D clippy::incompatible_msrv
echo "nothing newer than $rust is used of the standard library"

needed=$(cargo tree --workspace --all-features --edges normal,build --target all --prefix none --no-dedupe |
    cut -d ' ' -f 1 | sort -u)
# One line for each package of the metadata, and each of its dependencies.
stated=$(cargo metadata --format-version 1 | sed 's/{"name":"/\n&/g' | awk -F '"' '
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
echo "no dependency of $(wc -l <<<"$needed") asks for more"

RUSTC_BOOTSTRAP=1 cargo update --quiet -Z direct-minimal-versions
cargo "${check[@]}"
cargo tree --workspace --all-features --depth 1 --edges normal --prefix none | grep -v "($copy" | sort -u
echo "the oldest versions that are allowed compile"
