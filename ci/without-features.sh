#!/usr/bin/env bash
# Checks that each use of the attribute without the feature that it needs is one error, which points to the setting or to
# the return type and names the feature. Then runs a test of `call_timeout` with the feature `timer` and without `tokio`.
# These are no cases of tests/ui and tests/main.rs, which have all features.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}"
cd "$root/tests/without-features"
# The same versions as in the workspace.
cp "$root/Cargo.lock" .

# The places and features of the comments in the source.
expected=$(grep -no '// needs: .*' src/lib.rs | sed 's|^\([0-9]*\):// needs: \([a-z]*\) at \(.*\)|\1:\3 \2|')
if said=$(cargo check --quiet 2>&1); then
    echo "it compiles" >&2
    exit 1
fi
echo "$said"
while read -r place feature; do
    error=$(grep -B 1 -e "--> src/lib.rs:$place\$" <<<"$said") || true
    grep -q "features = \[\"$feature\"\]" <<<"$error" || {
        echo "no error at $place names the feature $feature" >&2
        exit 1
    }
done <<<"$expected"
# Nothing else is reported: one error for each, and cargo's summary.
[[ $(grep -c '^error' <<<"$said") == $(($(wc -l <<<"$expected") + 1)) ]]

cargo test --quiet --features timer
