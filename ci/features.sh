#!/usr/bin/env bash
# Compiles the runtime without features, with each feature alone, with all but each feature, and with all of them, and
# denies warnings: alone, a feature shows what it takes from others; without it, the others show what they take from it.
# The features that only adapt another crate are left out together, since no feature builds on one of them.
# Clippy also looks at the runtime without features; another step runs it with all of them. Then runs the unit tests with
# the default features. Another step runs them with all features.
#
# usage: ci/features.sh [--tests]    with --tests, also compiles the unit tests with each feature
set -euo pipefail
cd "$(dirname "$0")/.."

adapters=(actix aws metrics opentelemetry poem redis-client reqwest rocket sqlx tonic)
others=(
    macros admin axum config fleet http redis redis-tls rehearsal serde stream test-util timer tokio tower tracing web
)
features=("${adapters[@]}" "${others[@]}")
check() {
    # Passes the flag to the runtime only, so that the dependencies need not be compiled again.
    cargo rustc --quiet --profile check -p breaker-runtime --lib --no-default-features --features "$1" -- -D warnings
}
echo "no feature"
RUSTC_WORKSPACE_WRAPPER=clippy-driver check ""
for feature in "${features[@]}"; do
    echo "$feature alone"
    check "$feature"
done
for feature in "${others[@]}"; do
    echo "all but $feature"
    check "$(printf '%s\n' "${features[@]}" | grep -vx "$feature" | paste -sd,)"
done
echo "all but the adapters"
check "$(IFS=,; echo "${others[*]}")"
echo "all features"
check "$(IFS=,; echo "${features[*]}")"
if [[ ${1:-} == --tests ]]; then
    for feature in "${features[@]}"; do
        echo "unit tests with $feature"
        # This profile compiles the unit tests instead of the library.
        cargo check --quiet --profile test -p breaker-runtime --lib --features "$feature"
    done
fi
cargo test --quiet -p breaker-runtime --lib
