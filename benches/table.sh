#!/usr/bin/env bash
# Prints the table of PERFORMANCE.md as Markdown: the median of so many rounds, 3 if nothing is said. A
# round takes about a minute; the machine should have nothing else to do.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-3}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
measured=$(realpath "$target")/breaker-benches
rm -rf "$measured"

cargo bench --quiet -p breaker-benches --bench time --no-run
for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds" >&2
    CRITERION_HOME=$measured/$round cargo bench --quiet -p breaker-benches --bench time >/dev/null 2>&1
done
rustc --version
cargo run --quiet --release -p breaker-benches --bin table -- "$measured"
cargo run --quiet --release -p breaker-benches --bin memory
