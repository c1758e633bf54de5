#!/usr/bin/env bash
# Fuzzes the attribute, the parsers, the importers, the reader of traces, the API `admin` and an instance of a fleet. Inputs
# that make a target fail are stored in fuzz/artifacts/, new inputs in target/fuzz/. The committed inputs in fuzz/corpus/
# do not change.
#
# usage: ci/fuzz.sh [--seed N] [SECONDS [TARGET …]]    the default is 20 seconds for each target, with a random seed
#
# With the same seed, a longer run on the same inputs begins with what a shorter run does.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
. ci/lib.sh
# Fuzzing has its own compiler flags.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/fuzz-build"

seed=0
if [[ ${1:-} == --seed ]]; then
    seed=$2
    shift 2
fi
seconds=${1:-20}
shift || true
need_cargo cargo-fuzz 0.13.2
# libFuzzer is written in C++.
need_debian c++ g++

# Sanitizers need a nightly toolchain, and would not find anything in code that is not unsafe.
cargo fuzz build --sanitizer none
if (($# == 0)); then
    mapfile -t targets < <(cargo fuzz list)
    set -- "${targets[@]}"
fi
for target in "$@"; do
    found="target/fuzz/$target"
    mkdir -p "$found" "fuzz/corpus/$target"
    dictionary=()
    if [[ -e "fuzz/$target.dict" ]]; then
        dictionary=(-dict="fuzz/$target.dict")
    fi
    # Each input takes a few milliseconds at most, so five seconds mean that the target hangs.
    log="target/fuzz/$target.log"
    cargo fuzz run --sanitizer none "$target" "$found" "fuzz/corpus/$target" -- \
        -seed="$seed" -max_total_time="$seconds" -timeout=5 -max_len=1024 "${dictionary[@]}" >"$log" 2>&1 || {
        tail -n 100 "$log"
        exit 1
    }
    echo "$target: $(grep '^Done' "$log")"
done
