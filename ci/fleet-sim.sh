#!/usr/bin/env bash
# Simulates fleets with random settings, clocks, traffic and faults: 10,000 of up to 12 instances, and with `--large` 20 of
# 1,000 instances. Seeds of the small ones that fail are appended to breaker-runtime/src/fleet/simulation/seeds.txt;
# commit them: they are played first from then on.
#
# usage: ci/fleet-sim.sh [--large] [SEEDS [FIRST]]    the default is 10,000 seeds from 0 on, and 20 large ones
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

test=random_stories_hold
seeds=10000
# Another step has compiled this build already.
build=(--all-features)
if [[ ${1:-} == --large ]]; then
    test=large_stories_hold
    seeds=20
    build=(--release --features fleet,test-util)
    shift
fi
export FLEET_SIM_SEEDS=${1:-$seeds} FLEET_SIM_FIRST=${2:-0}
run_tests -p breaker-runtime --lib "${build[@]}" -- --include-ignored "simulation::random::$test"
