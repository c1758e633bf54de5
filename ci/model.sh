#!/usr/bin/env bash
# Plays random sequences of calls, settings and time against the naive models: the machine alone, the whole
# breaker, what threads tally, and the windows. So many sequences each, 100,000 unless told otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

export PROPTEST_CASES=${1:-100000}
cargo test --release -p breaker-runtime --all-features --lib -- model tally window
