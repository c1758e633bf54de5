#!/usr/bin/env bash
# The lines of the runtime's core that its unit tests and the integration tests run: at least 95 %.
#
# usage: ci/coverage.sh [--lines]    with --lines, also prints the lines that no test runs
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/coverage"

least=95
# The machine and all that stands between it and a call; not what only tests have.
core='src/((core|machine|slots|window)/.*|(core|gate|cells|slots|tally|permit|call|breaker|control)\.rs)$'
tests='/(tests|tests/.*|model)\.rs$'

# The tools have to read what this rustc writes.
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
bin=$(dirname "$(rustc --print target-libdir)")/bin
tool() {
    local candidate
    for candidate in "$bin/$1" "$1-$llvm" "$1"; do
        if "$candidate" --version 2>/dev/null | grep -q "LLVM version $llvm\."; then
            echo "$candidate"
            return
        fi
    done
    return 1
}
if ! tool llvm-cov >/dev/null && [[ ${CI:-} == true ]] && command -v apt-get >/dev/null; then
    # Where it cannot be had, the next step says so.
    { apt-get update && apt-get install -y "llvm-$llvm"; } >/dev/null 2>&1 || true
fi
if ! profdata=$(tool llvm-profdata) || ! cov=$(tool llvm-cov); then
    echo "coverage SKIPPED: it takes the tools of LLVM $llvm, from \`rustup component add llvm-tools\`" \
        "or Debian's package llvm-$llvm"
    exit 0
fi

counts=$(mktemp -d)
trap 'rm -rf "$counts"' EXIT
export RUSTFLAGS="-C instrument-coverage" LLVM_PROFILE_FILE="$counts/%p-%m.profraw"

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
        printf "%-28s %5d lines %4d not run %7.2f%%, of which at least %d%% are asked\n", "all", $8, $9, share, least
        exit share < least
    }'
