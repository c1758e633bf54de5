#!/usr/bin/env bash
# A user of the default features compiles at most 14 crates, the runtime and the attribute included.
set -euo pipefail
cd "$(dirname "$0")/.."

tree=$(cargo tree --edges normal --package breaker-runtime --prefix none --no-dedupe | sed 's/ (.*//' | sort -u)
count=$(wc -l <<<"$tree")
echo "$tree"
echo "$count crates"
((count <= 14))
