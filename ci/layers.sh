#!/usr/bin/env bash
# Checks that no import leads to a later layer and that no files import each other in a circle.
set -euo pipefail
cd "$(dirname "$0")/.."

# The layers of each crate, the lowest first.
macros=(errors grammar args item declare emit expand lib)
runtime=(
    sync time values config machine breaker call attribute registry fleet
    rehearsal serialize integrations test_util __private prelude lib loom_models
)

status=0
python3 ci/layers.py breaker-macros/src "${macros[@]}" || status=1
python3 ci/layers.py breaker-runtime/src "${runtime[@]}" || status=1
exit "$status"
