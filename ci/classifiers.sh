#!/usr/bin/env bash
# Tests the classifiers and the responses with the real crates: reqwest, tonic, sqlx, redis, the AWS SDK, actix-web,
# poem and Rocket. The newest versions of some of them need a newer Rust than the runtime does. Then tests the attribute
# together with those of other crates: tracing, mockall, rstest, backon, axum, Rocket, sqlx, and a service that tonic
# generates.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

# A separate target folder, because these builds have other features. It stays where builds usually go.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/classifiers
cd tests/classifiers
cargo fmt --all --check
cargo_with_clippy test --quiet --locked --workspace
