#!/usr/bin/env bash
# Compiles the runtime without features, with each feature, with each pair of features and with all of them, and denies
# warnings. Then runs its unit tests without features and with each feature. The features for clients and web frameworks
# are independent of the others, so of their pairs only those with `http` and `axum` are compiled, which share code.
set -euo pipefail
cd "$(dirname "$0")/.."

features=(macros admin axum config fleet http metrics opentelemetry redis serde test-util tokio tower tracing)
others=(actix aws poem redis-client redis-tls reqwest sqlx tonic)
check() {
    echo "features: ${1:-none}"
    # Passes the flag to the runtime only, so that the dependencies need not be compiled again.
    cargo rustc --quiet --profile check -p breaker-runtime --lib --no-default-features --features "$1" -- -D warnings
}
check ""
for first in "${!features[@]}"; do
    check "${features[first]}"
    for ((second = first + 1; second < ${#features[@]}; second++)); do
        check "${features[first]},${features[second]}"
    done
done
for other in "${others[@]}"; do
    check "$other"
    check "$other,http"
    check "$other,axum"
done
check "$(IFS=,; echo "${others[*]}")"
check "$(IFS=,; echo "${features[*]},${others[*]}")"
# The attribute, the first feature, does not concern the unit tests.
# Few cases are enough, because `cargo test` runs the same tests with more.
export PROPTEST_CASES=16
for feature in "" "${features[@]:1}" tonic; do
    echo "tests with ${feature:-no feature}"
    cargo test --quiet -p breaker-runtime --lib --features "$feature"
done
