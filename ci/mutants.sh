#!/usr/bin/env bash
# Changes the code in one place at a time, and checks that a test fails. At least 95 % of the changes have to make a
# test fail. .cargo/mutants.toml lists changes that no test can detect.
#
# usage: ci/mutants.sh [FILE …]    without files, all files that make decisions, which takes more than an hour
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. ci/lib.sh

least=95
need_cargo cargo-mutants 27.1.0

# Failures need not be shrunk, and these programs are not debugged.
export PROPTEST_MAX_SHRINK_ITERS=0 CARGO_PROFILE_DEV_DEBUG=none
# Each copy of the sources needs its own target directory.
unset CARGO_TARGET_DIR

out=target/mutants
rm -rf "$out"
mkdir -p "$out"
if (($# == 0)); then
    set -- \
        'breaker-runtime/src/machine/**/*.rs' \
        'breaker-runtime/src/breaker/{counters,gate,tally,thread_slots}.rs' \
        'breaker-runtime/src/call/**/*.rs' \
        'breaker-macros/src/declare/rules.rs' \
        'breaker-macros/src/declare/rules/**/*.rs'
fi
filter=()
for file in "$@"; do
    filter+=(--file "$file")
done
# Statuses 2 and 3 mean that some mutants were missed or timed out. These are counted below.
mutants() {
    local status=0
    cargo mutants -p breaker-runtime -p breaker-macros --output "$out" --jobs 1 --no-times --minimum-test-timeout 15 \
        "${filter[@]}" "$@" || status=$?
    ((status == 0 || status == 2 || status == 3)) || exit "$status"
}
count() {
    wc -l <"$out/mutants.out/$1.txt"
}

echo "-- the unit tests of the crates"
mutants --all-features -- --lib
viable=$(($(count caught) + $(count missed) + $(count timeout)))
# A change that makes a test hang is caught: some tests hold a lock that calls must not take.
cp "$out/mutants.out/timeout.txt" "$out/hung.txt"

if (($(count missed) > 0)); then
    # These take longer to build, so they run only for the remaining changes.
    echo "-- the integration tests"
    mutants --iterate --test-workspace true --baseline skip --timeout 60 -- --test integration
fi

sort "$out/mutants.out/missed.txt" | grep -vxFf "$out/hung.txt" >"$out/missed.txt" || true
cat "$out/missed.txt"
missed=$(wc -l <"$out/missed.txt")
echo "$viable mutants, of which the tests missed $missed; they have to catch at least $least %"
((missed * 100 <= viable * (100 - least)))
