#!/usr/bin/env bash
# Changes the code in one place at a time, and looks whether a test fails. For at least 95 % one has to.
# .cargo/mutants.toml lists the changes that make no difference.
#
# usage: ci/mutants.sh [FILE …]    without files, more than an hour: all that is decided is decided in these
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

least=95
version=27.1.0
cargo mutants --version 2>/dev/null | grep -q " $version\$" ||
    cargo install --quiet --locked --version "$version" --target-dir target/tools cargo-mutants

# A failure need not be made small, and nobody debugs these programs.
export PROPTEST_MAX_SHRINK_ITERS=0 CARGO_PROFILE_DEV_DEBUG=none
# Each copy of the sources has a target directory of its own.
unset CARGO_TARGET_DIR

out=target/mutants
rm -rf "$out"
mkdir -p "$out"
if (($# == 0)); then
    set -- \
        'breaker-runtime/src/machine/**/*.rs' \
        'breaker-runtime/src/window/**/*.rs' \
        'breaker-runtime/src/slots/**/*.rs' \
        'breaker-runtime/src/{call,cells,gate,permit,slots,tally}.rs' \
        'breaker-macros/src/declare/rules.rs' \
        'breaker-macros/src/declare/rules/**/*.rs'
fi
filter=()
for file in "$@"; do
    filter+=(--file "$file")
done
# Statuses 2 and 3 say that some mutants were missed or ran for too long: they are counted below.
mutants() {
    local status=0
    cargo mutants -p breaker-runtime -p breaker-macros --output "$out" --jobs 1 --no-times --minimum-test-timeout 15 \
        "${filter[@]}" "$@" || status=$?
    ((status == 0 || status == 2 || status == 3)) || exit "$status"
}
count() {
    cat "$out/mutants.out/$1.txt" | wc -l
}

echo "-- the crate's own unit tests"
mutants --all-features -- --lib
viable=$(($(count caught) + $(count missed) + $(count timeout)))
# What makes a test hang is caught by it: some hold the lock that a call must not take.
cp "$out/mutants.out/timeout.txt" "$out/hung.txt"

if (($(count missed) > 0)); then
    # These take longer to build, so only what is left comes to them.
    echo "-- the integration tests"
    mutants --iterate --test-workspace true --baseline skip --timeout 60 -- --test integration
fi

sort "$out/mutants.out/missed.txt" | grep -vxFf "$out/hung.txt" >"$out/missed.txt" || true
cat "$out/missed.txt"
missed=$(wc -l <"$out/missed.txt")
echo "$viable mutants, $missed of them missed; at least $least % have to be caught"
((missed * 100 <= viable * (100 - least)))
