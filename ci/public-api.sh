#!/usr/bin/env bash
# The public API of the runtime is that of breaker-runtime/public-api.txt: a change of it is a line in a
# commit, and nothing becomes public by accident.
#
# usage: ci/public-api.sh [--update]
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
target=${CARGO_TARGET_DIR:-$root/target}/public-api

list=breaker-runtime/public-api.txt
# The list is made from rustdoc's JSON, whose form changes from release to release.
of="1.95.0"
version=0.51.0

if [[ $(rustc --version | cut -d ' ' -f 2) != "$of" ]]; then
    echo "the public API is SKIPPED: it is compared under rustc $of only"
    exit 0
fi
cargo public-api --version 2>/dev/null | grep -q " $version\$" ||
    cargo install --quiet --locked --version "$version" --target-dir target/tools cargo-public-api

# Without blanket impls, which every type has, and without traits that only rustc can name.
RUSTC_BOOTSTRAP=1 cargo rustdoc --quiet -p breaker-runtime --all-features --target-dir "$target" -- \
    -Z unstable-options --output-format json
found=$(cargo public-api --rustdoc-json "$target/doc/breaker_runtime.json" --omit blanket-impls |
    grep -vE '^impl core::marker::(Freeze|UnsafeUnpin) ')

if [[ "${1:-}" == --update ]]; then
    echo "$found" >"$list"
elif ! diff -u "$list" <(echo "$found"); then
    echo "the public API has changed: if it was meant to, run ci/public-api.sh --update" >&2
    exit 1
fi
echo "$(wc -l <"$list") lines of public API"
