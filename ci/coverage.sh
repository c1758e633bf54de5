#!/usr/bin/env bash
# Checks that the unit tests and the integration tests run at least 95 % of the lines between a call and its outcome.
#
# usage: ci/coverage.sh [--lines]    with --lines, also prints the lines that no test runs
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. ci/lib.sh

least=95
# The machine, the breaker around it and the call; without the code of tests.
core='src/(machine|breaker|call)/'
tests='/((tests|model)/.*|tests|model)\.rs$'

# The tools have to read what this rustc writes.
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
bin=$(dirname "$(rustc --print target-libdir)")/bin
profdata=$bin/llvm-profdata cov=$bin/llvm-cov
if [[ ! -x $profdata || ! -x $cov ]]; then
    # On a laptop, `rustup component add llvm-tools` brings them too.
    need_debian "llvm-cov-$llvm" "llvm-$llvm"
    profdata=llvm-profdata-$llvm cov=llvm-cov-$llvm
fi

counts=$(mktemp -d)
trap 'rm -rf "$counts"' EXIT
export LLVM_PROFILE_FILE="$counts/%p-%m.profraw"
# Only the crates of the workspace are built again to be counted.
export RUSTC_WORKSPACE_WRAPPER="$root/ci/count-lines.sh"

objects=()
# Runs the tests of some targets, and remembers their binaries.
run() {
    local built binary
    built=$(cargo test --quiet --no-run --message-format=json "$@")
    cargo test --quiet "$@" >"$counts/said" || {
        cat "$counts/said"
        exit 1
    }
    for binary in $(grep -o '"executable":"[^"]*"' <<<"$built" | cut -d '"' -f 4); do
        objects+=(${objects:+-object} "$binary")
    done
}
run -p breaker-runtime --all-features --lib
run -p breaker --test integration --test allocations

"$profdata" merge -sparse "$counts"/*.profraw -o "$counts/all"
mapfile -t files < <(find "$root/breaker-runtime/src" -name '*.rs' | grep -E "$core" | grep -vE "$tests" | sort)
report() {
    "$cov" "$@" -instr-profile "$counts/all" "${objects[@]}" "${files[@]}"
}
if [[ "${1:-}" == --lines ]]; then
    # A generic function has a listing for each of its types.
    report show -show-instantiations=false | awk -v root="$root/" '
        /^\// { file = substr($0, length(root) + 1) }
        /^ *[0-9]+\| +0\|/ { if (file) print file; file = ""; print }'
fi

# Columns 8 to 10 are the lines, those not run, and the share of those that were.
report report | awk -v least="$least" '
    /\.rs / { printf "%-28s %5d lines %4d not run %8s\n", $1, $8, $9, $10 }
    /^TOTAL/ {
        share = 100 * (1 - $9 / $8)
        printf "%-28s %5d lines %4d not run %7.2f%%, of which at least %d%% are required\n", "all", $8, $9, share, least
        exit share < least
    }'
