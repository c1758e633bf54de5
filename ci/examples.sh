#!/usr/bin/env bash
# Runs every example. Each checks what it shows, and fails if something differs.
set -euo pipefail
cd "$(dirname "$0")/.."
. ci/lib.sh

# The example `fleet` uses a redis-server if there is one.
(need_debian redis-server redis-server)

printed=$(mktemp)
trap 'rm -f "$printed"' EXIT
# run NAME ARGUMENT...: runs one example with `cargo run`, and prints its output if it fails.
run() {
    echo "-- $1"
    shift
    cargo run --quiet "$@" >"$printed" || {
        cat "$printed"
        exit 1
    }
}
for example in $(sed -n '/^\[\[example\]\]/,/^$/s/^name = "\(.*\)"/\1/p' examples/Cargo.toml); do
    arguments=()
    # It runs until somebody ends it, unless it is to check itself.
    [[ $example != admin ]] || arguments=(-- --check --keys 60)
    run "$example" --example "$example" "${arguments[@]}"
done
for manifest in examples/*/Cargo.toml; do
    package=$(sed -n 's/^name = "\(.*\)"/\1/p' "$manifest")
    run "$package" -p "$package"
done
REDIS_BIN=missing run "example-fleet without Redis" -p example-fleet
