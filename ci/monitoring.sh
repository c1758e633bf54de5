#!/usr/bin/env bash
# The alert rules of examples/monitoring are valid, and each fires when it should and not beside it.
set -euo pipefail
cd "$(dirname "$0")/../examples/monitoring"

if ! command -v promtool >/dev/null; then
    echo "alert rules SKIPPED: it takes promtool, from Debian's package prometheus"
    exit 0
fi
promtool check rules alerts.yaml
promtool test rules alerts.test.yaml
