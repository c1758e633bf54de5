#!/usr/bin/env bash
# Runs the models of breaker-runtime/src/interleavings.rs under loom. With no argument, all of them within two changes of
# the thread at any place; with a number, within so many: `ci/loom.sh 3` takes much longer.
set -euo pipefail
cd "$(dirname "$0")/.."

export LOOM_MAX_PREEMPTIONS=${1:-2}
export RUSTFLAGS="--cfg breaker_loom"
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/loom
cargo test --release -p breaker-runtime --lib -- interleavings --nocapture
