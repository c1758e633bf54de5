#!/usr/bin/env bash
# Builds the runtime with no feature, with each one, with each two and with all, warnings denied; and runs
# the unit tests of its core with none and with each one alone.
set -euo pipefail
cd "$(dirname "$0")/.."

# Those of the core, and the attribute.
of_core=(axum config http metrics test-util tokio tower tracing)
features=(macros "${of_core[@]}")
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
for feature in "" "${of_core[@]}"; do
    echo "tests with ${feature:-no feature}"
    cargo test --quiet -p breaker-runtime --lib --features "$feature" --target-dir target/features
done
