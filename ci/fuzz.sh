#!/usr/bin/env bash
# Feeds the attribute and the parsers with what nobody would write. What makes a target fail is left in
# fuzz/artifacts/. New inputs are gathered in target/fuzz/, beside the kept ones of fuzz/corpus/.
#
# usage: ci/fuzz.sh [SECONDS [TARGET …]]    20 seconds for each target
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/fuzz-build"

seconds=${1:-20}
shift || true
version=0.13.2
cargo fuzz --version 2>/dev/null | grep -q " $version\$" ||
    cargo install --quiet --locked --version "$version" cargo-fuzz || {
        echo "fuzzing SKIPPED: cargo-fuzz $version cannot be installed"
        exit 0
    }
if ! c++ --version >/dev/null 2>&1; then
    echo "fuzzing SKIPPED: libFuzzer needs a C++ compiler"
    exit 0
fi

# Without a sanitizer any toolchain will do, and there is no unsafe code for one to watch.
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
    # Five seconds for one input is what "slow" means here; all of them take a few milliseconds at most.
    log="target/fuzz/$target.log"
    cargo fuzz run --sanitizer none "$target" "$found" "fuzz/corpus/$target" -- \
        -max_total_time="$seconds" -timeout=5 -max_len=1024 "${dictionary[@]}" >"$log" 2>&1 || {
        tail -n 100 "$log"
        exit 1
    }
    echo "$target: $(grep '^Done' "$log")"
done
