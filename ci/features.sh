#!/usr/bin/env bash
# Builds the runtime with no feature, with each one, with each two and with all, warnings denied; and runs
# its unit tests with each one alone.
set -euo pipefail
cd "$(dirname "$0")/.."

features=(axum config http macros metrics test-util tokio tower tracing)
check() {
    echo "features: ${1:-none}"
    RUSTFLAGS="-D warnings" cargo check --quiet -p breaker-runtime --no-default-features --features "$1" \
        --target-dir target/features
}
check ""
for first in "${!features[@]}"; do
    check "${features[first]}"
    for ((second = first + 1; second < ${#features[@]}; second++)); do
        check "${features[first]},${features[second]}"
    done
done
check "$(IFS=,; echo "${features[*]}")"
for feature in "${features[@]}"; do
    echo "tests with $feature alone"
    cargo test --quiet -p breaker-runtime --lib --no-default-features --features "$feature" --target-dir target/features
done
