#!/usr/bin/env bash
# Runs every example to its end; each exits non-zero if it did not go as it says.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet --examples
printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
examples=(
    synchronous classification trait_method permit testing registry opentelemetry configure per_host observe
    axum_server http_client grpc_client postgres_pool retries payment outages
)
for example in "${examples[@]}"; do
    echo "-- $example"
    cargo run --quiet --example "$example" >"$printed" || {
        cat "$printed"
        exit 1
    }
done
