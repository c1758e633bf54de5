#!/usr/bin/env bash
# Checks that users of the default features compile at most 16 crates, including the runtime and the macros.
set -euo pipefail
cd "$(dirname "$0")/.."

tree=$(cargo tree --edges normal --package breaker-runtime --prefix none --no-dedupe | sed 's/ (.*//' | sort -u)
count=$(wc -l <<<"$tree")
echo "$tree"
echo "$count crates"
((count <= 16))
