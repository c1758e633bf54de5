#!/usr/bin/env bash
# Runs the models of breaker-runtime/src/loom_models.rs under loom, with at most two preemptions in each execution.
#
# usage: ci/loom.sh [PREEMPTIONS]    3 take much longer
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

export LOOM_MAX_PREEMPTIONS=${1:-2}
export RUSTFLAGS="--cfg breaker_loom"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/loom
run_tests --release -p breaker-runtime --lib --features tokio -- loom_models --nocapture
