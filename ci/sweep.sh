#!/usr/bin/env bash
# Puts the attribute on every function of published crates, and compares each crate with and without it:
# errors, warnings by lint and line, and with `--tests` the result of each of the crate's own tests. Prints
# a table and every difference. Fails if a crate has a new error, a new warning or a test with another
# result, except for what tests/sweep/known.toml lists.
#
# usage: ci/sweep.sh [--short] [--clippy] [--tests] [--mode MODE] [CRATE[@VERSION][/FEATURE,…] …]
#   --short      sweeps the crates of tests/sweep/short.txt; without it and without a CRATE, the crates of
#                tests/sweep/crates.txt
#   --clippy     compares the warnings of clippy too
#   --tests      runs the crates' tests
#   --mode MODE  `universal`: all functions, with `classify` and a `fallback`; `result`: the functions that
#                return a `Result`, with `fallback_on = any` and, if they are async, a `call_timeout`.
#                By default both, one after the other.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}"
cargo run --quiet --manifest-path tests/sweep/Cargo.toml --target-dir "$CARGO_TARGET_DIR/sweep/tool" -- "$@"
