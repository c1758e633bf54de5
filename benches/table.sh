#!/usr/bin/env bash
# Prints the table of PERFORMANCE.md as Markdown: the median of so many rounds, 5 if nothing is said. A
# round takes about a minute and a half; the machine should have nothing else to do.
#
# Where code comes to lie makes a nanosecond: the bare call alone takes 1.2 to 2.0 ns from one build to the
# next. So each round lays the functions of all crates out anew, in an order of its own, if the linker can.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
measured=$(realpath "$target")/breaker-benches
rm -rf "$measured"

# The path of the program with the layout of this round.
linked() {
    cargo rustc --quiet --profile bench -p breaker-benches --bench time --message-format json -- "$@" |
        sed -n 's/.*"name":"time".*"executable":"\([^"]*\)".*/\1/p'
}

for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds" >&2
    time=$(linked -C "link-arg=-Wl,--shuffle-sections=.text*=$round" 2>/dev/null) || time=
    if [[ -z $time ]]; then
        echo "the linker cannot shuffle: one layout for all rounds" >&2
        time=$(linked)
    fi
    CRITERION_HOME=$measured/$round "$time" --bench >/dev/null 2>&1
done
rustc --version
cargo run --quiet --release -p breaker-benches --bin table -- "$measured"
cargo run --quiet --release -p breaker-benches --bin memory
