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

# What a crate exports, as its users name it: all of breaker-core is exported by breaker-runtime. Without
# blanket impls, which every type has, and without traits that only rustc can name.
exports() {
    RUSTC_BOOTSTRAP=1 cargo rustdoc --quiet -p "$1" --all-features --target-dir "$target" -- \
        -Z unstable-options --output-format json
    cargo public-api --rustdoc-json "$target/doc/${1/-/_}.json" --omit blanket-impls |
        grep -vE '^impl core::marker::(Freeze|UnsafeUnpin) |<<breaker_core::\*>>' |
        sed 's/breaker_core/breaker_runtime/g'
}
runtime=$(exports breaker-runtime)
core=$(exports breaker-core)
# Both begin with the crate itself.
found=$(cat <(echo "$runtime") <(tail -n +2 <<<"$core"))

if [[ "${1:-}" == --update ]]; then
    echo "$found" >"$list"
elif ! diff -u "$list" <(echo "$found"); then
    echo "the public API has changed: if it was meant to, run ci/public-api.sh --update" >&2
    exit 1
fi
echo "$(wc -l <"$list") lines of public API"
