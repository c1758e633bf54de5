#!/usr/bin/env bash
# The key `call_timeout` without the runtime's feature `tokio` is one error at the key, which names the
# feature. Not a case of tests/ui, where the features of the root package decide.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/without-tokio"
cd "$root/tests/without-tokio"

if said=$(cargo check --quiet 2>&1); then
    echo "it compiles" >&2
    exit 1
fi
echo "$said"
[[ $(grep -c '^error' <<<"$said") == 2 ]] # the error, and that there was one
grep -q 'add `features = \["tokio"\]` to `breaker-runtime`' <<<"$said"
grep -q -e '--> src/lib.rs:6:37' <<<"$said"
