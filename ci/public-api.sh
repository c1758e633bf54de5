#!/usr/bin/env bash
# Checks that the public API of the runtime matches breaker-runtime/public-api.txt. So each commit shows the changes it
# makes to the API, and nothing becomes public by accident.
#
# usage: ci/public-api.sh [--update]
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

list=breaker-runtime/public-api.txt
# The list comes from rustdoc's JSON, whose format changes from release to release.
of=1.95.0
[[ $(rustc --version | cut -d ' ' -f 2) == "$of" ]] || skip "the public API is compared under rustc $of only"
need_cargo cargo-public-api 0.51.0

# Only rustdoc needs the permission for unstable options. With that the dependencies would be compiled again.
RUSTDOC=$PWD/ci/unstable-rustdoc.sh cargo rustdoc --quiet -p breaker-runtime --all-features -- \
    -Z unstable-options --output-format json
# Leaves out blanket impls, which every type has, and traits that only rustc can name.
found=$(cargo public-api --rustdoc-json "${CARGO_TARGET_DIR:-target}/doc/breaker_runtime.json" --omit blanket-impls |
    grep -vE '^impl core::marker::(Freeze|UnsafeUnpin) ')

if [[ "${1:-}" == --update ]]; then
    echo "$found" >"$list"
elif ! diff -u "$list" <(echo "$found"); then
    echo "the public API has changed: if this is intended, run ci/public-api.sh --update" >&2
    exit 1
fi
echo "$(wc -l <"$list") lines of public API"
