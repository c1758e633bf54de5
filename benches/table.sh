#!/usr/bin/env bash
# Prints the tables of PERFORMANCE.md as Markdown, with the medians of all rounds. A round takes about two minutes, and
# the machine should be idle otherwise.
#
# Code placement alone accounts for up to a nanosecond: a call without a breaker takes 1.2 to 2.0 ns, depending on the
# build. So each round links all functions in a different order, if the linker supports that.
#
# usage: benches/table.sh [ROUNDS]    the default is 5
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
measured=$(realpath "$target")/breaker-benches
rm -rf "$measured"

# linked ARGUMENT...: builds the benchmark with arguments for rustc, and prints its path.
linked() {
    cargo rustc --quiet --profile bench -p breaker-benches --bench time --message-format json -- "$@" |
        sed -n 's/.*"name":"time".*"executable":"\([^"]*\)".*/\1/p'
}

for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds" >&2
    time=$(linked -C "link-arg=-Wl,--shuffle-sections=.text*=$round" 2>/dev/null) || time=
    if [[ -z $time ]]; then
        echo "the linker cannot shuffle sections, so all rounds have the same layout" >&2
        time=$(linked)
    fi
    CRITERION_HOME=$measured/$round "$time" --bench >/dev/null 2>&1
done
rustc --version
cargo run --quiet --release -p breaker-benches --bin table -- "$measured"
cargo run --quiet --release -p breaker-benches --bin memory
