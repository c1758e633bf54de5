#!/usr/bin/env bash
# Compares random sequences of calls, settings and times with the naive models: for the machine, the whole breaker, the
# tallies of threads, and the windows. Checks that looking at breakers changes nothing (R23).
#
# usage: ci/model.sh [CASES]    the default is 100,000 for each model
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

export PROPTEST_CASES=${1:-100000}
run_tests --release -p breaker-runtime --all-features --lib -- model looking tally window
