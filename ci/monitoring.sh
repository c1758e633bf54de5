#!/usr/bin/env bash
# Checks that the alert rules of examples/monitoring are valid and that each fires when it should and only then.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

promtool=$(command -v promtool) || promtool=$PWD/target/prometheus/usr/bin/promtool
if [[ ! -x $promtool ]]; then
    # Installing the package would start a server.
    { apt update && unpack_debian target/prometheus prometheus; } ||
        skip "promtool is missing; Debian's package prometheus has it"
fi
cd examples/monitoring
"$promtool" check rules alerts.yaml
"$promtool" test rules alerts.test.yaml
