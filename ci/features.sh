#!/usr/bin/env bash
# Builds the runtime with every combination of its features, warnings denied.
set -euo pipefail
cd "$(dirname "$0")/.."

features=(config macros metrics test-util tokio tracing)
for ((mask = 0; mask < 1 << ${#features[@]}; mask++)); do
    chosen=()
    for at in "${!features[@]}"; do
        if ((mask >> at & 1)); then
            chosen+=("${features[at]}")
        fi
    done
    list=$(IFS=,; echo "${chosen[*]}")
    echo "features: ${list:-none}"
    RUSTFLAGS="-D warnings" cargo check --quiet -p breaker-runtime --no-default-features --features "$list" \
        --target-dir target/features
done
