#!/usr/bin/env bash
# Runs a storm of calls, overrides, settings and readings on a few breakers, and prints the results.
#
# usage: ci/storm.sh [SECONDS]    the default is 10
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

export STORM_SECONDS=${1:-10}
run_tests --release --test storm -- --nocapture
