#!/usr/bin/env bash
# Checks that the setting `call_timeout` without the runtime's feature `tokio` is one error, which points to the
# setting and names the feature. This is not a case of tests/ui, which has all features.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
cd "$root/tests/without-tokio"
# The same versions as in the workspace.
cp "$root/Cargo.lock" .

if said=$(cargo check --quiet 2>&1); then
    echo "it compiles" >&2
    exit 1
fi
echo "$said"
[[ $(grep -c '^error' <<<"$said") == 2 ]] # the error itself, and cargo's summary
grep -q 'add `features = \["tokio"\]` to `breaker-runtime`' <<<"$said"
grep -q -e '--> src/lib.rs:6:37' <<<"$said"
