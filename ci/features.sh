#!/usr/bin/env bash
# Compiles the runtime without features, with each feature alone, with all but each feature, and with all of them, and
# denies warnings: alone, a feature shows what it takes from others; without it, the others show what they take from it.
# Then runs the unit tests without features and with those features alone that have unit tests.
set -euo pipefail
cd "$(dirname "$0")/.."

features=(
    macros actix admin aws axum config fleet http metrics opentelemetry poem redis redis-client redis-tls rehearsal reqwest
    serde sqlx stream test-util tokio tonic tower tracing
)
check() {
    # Passes the flag to the runtime only, so that the dependencies need not be compiled again.
    cargo rustc --quiet --profile check -p breaker-runtime --lib --no-default-features --features "$1" -- -D warnings
}
echo "no feature"
check ""
for feature in "${features[@]}"; do
    echo "$feature alone, and all others"
    check "$feature"
    check "$(printf '%s\n' "${features[@]}" | grep -vx "$feature" | paste -sd,)"
done
echo "all features"
check "$(IFS=,; echo "${features[*]}")"
# Few cases are enough, because `cargo test` runs the same tests with more.
export PROPTEST_CASES=16
for feature in "" admin axum config fleet http metrics opentelemetry redis rehearsal serde stream test-util tokio tonic tower tracing; do
    echo "tests with ${feature:-no feature}"
    # `ci/fleet.sh` compares the script with the state on real servers.
    cargo test --quiet -p breaker-runtime --lib --features "$feature" -- --skip redis::agreement
done
