#!/usr/bin/env bash
# Builds the runtime with every combination of its features, warnings denied. What stands beside all else
# and touches none of it is not combined with everything.
set -euo pipefail
cd "$(dirname "$0")/.."

features=(config macros metrics test-util tokio tracing)
check() {
    echo "features: ${1:-none}"
    RUSTFLAGS="-D warnings" cargo check --quiet -p breaker-runtime --no-default-features --features "$1" \
        --target-dir target/features
}

for ((mask = 0; mask < 1 << ${#features[@]}; mask++)); do
    chosen=()
    for at in "${!features[@]}"; do
        if ((mask >> at & 1)); then
            chosen+=("${features[at]}")
        fi
    done
    list=$(IFS=,; echo "${chosen[*]}")
    check "$list"
done
for beside in tower http axum axum,tower axum,http; do
    check "$beside"
    check "$beside,test-util"
done
