#!/usr/bin/env bash
# Prints what the attribute and the crate cost at compile time. Measures `cargo check` of 200 functions with the
# attribute and without it, and clean release builds of the dependency alone and of one guarded function, compared with
# failsafe. Prints medians of five runs and does not check them.
set -euo pipefail
cd "$(dirname "$0")/.."

root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CARGO_TARGET_DIR
export CARGO_INCREMENTAL=0

# package NAME DEPENDENCY: creates a package whose lib.rs is read from stdin.
package() {
    mkdir -p "$work/$1/src"
    cat >"$work/$1/src/lib.rs"
    printf '[package]\nname = "user-of-%s"\nversion = "0.0.0"\nedition = "2024"\n\n[dependencies]\n%s\n' "$1" "$2" \
        >"$work/$1/Cargo.toml"
    (cd "$work/$1" && cargo fetch --quiet)
}

# functions ATTRIBUTE: prints 200 functions with the attribute, in which %s becomes the number.
functions() {
    echo 'pub type Answer = Result<u64, Box<dyn std::error::Error + Send + Sync>>;'
    for number in {1..200}; do
        # shellcheck disable=SC2059
        printf "$1\n" "$number"
        echo "pub fn call_$number(text: &str, more: u64) -> Answer { Ok(text.parse::<u64>()? + more) }"
    done
}

# seconds COMMAND...: runs the command and prints how long it takes.
seconds() {
    local began=$EPOCHREALTIME
    "$@" >&2
    awk -v began="$began" -v ended="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", ended - began }'
}

median() {
    sort -n | sed -n 3p
}

# report NAME OTHER: prints the medians of both and the difference.
report() {
    local one other
    one=$(median <"$work/$1.times")
    other=$(median <"$work/$2.times")
    awk -v one="$one" -v other="$other" -v names="$1 $2" 'BEGIN {
        split(names, name)
        printf "  %-28s %6.2f s\n  %-28s %6.2f s\n  difference                   %+6.2f s\n", name[1], one, name[2], other, one - other
    }'
}

runtime="breaker-runtime = { path = \"$root/breaker-runtime\" }"

check() {
    touch "$work/$1/src/lib.rs"
    (cd "$work/$1" && cargo check --quiet)
}

functions '' | package without "$runtime"
functions '#[breaker_runtime::circuit_breaker(name = "call_%s")]' | package with "$runtime"
check with
check without
for _ in {1..5}; do
    for variant in with without; do
        seconds check "$variant" >>"$work/$variant.times"
    done
done
echo "cargo check of 200 functions, without the dependencies:"
report with without

build() {
    rm -rf "$work/$1/target"
    (cd "$work/$1" && cargo build --quiet --release)
}

failsafe='failsafe = "1.3"'
package breaker-runtime "$runtime" </dev/null
package failsafe "$failsafe" </dev/null
package guarded-by-breaker-runtime "$runtime" <<'END'
#[breaker_runtime::circuit_breaker(name = "numbers", threshold = 3)]
pub fn number(text: &str) -> Result<u64, Box<dyn std::error::Error + Send + Sync>> {
    Ok(text.parse()?)
}
END
package guarded-by-failsafe "$failsafe" <<'END'
use std::sync::LazyLock;
use std::time::Duration;

use failsafe::backoff::Constant;
use failsafe::failure_policy::{ConsecutiveFailures, consecutive_failures};
use failsafe::{CircuitBreaker, Config, Error, StateMachine, backoff};

static NUMBERS: LazyLock<StateMachine<ConsecutiveFailures<Constant>, ()>> = LazyLock::new(|| {
    let policy = consecutive_failures(3, backoff::constant(Duration::from_secs(30)));
    Config::new().failure_policy(policy).build()
});

pub fn number(text: &str) -> Result<u64, Error<std::num::ParseIntError>> {
    NUMBERS.call(|| text.parse())
}
END
for _ in {1..5}; do
    for user in {,guarded-by-}{breaker-runtime,failsafe}; do
        seconds build "$user" >>"$work/$user.times"
    done
done
echo "clean release build, default features:"
report breaker-runtime failsafe
echo "clean release build of one guarded function:"
report guarded-by-breaker-runtime guarded-by-failsafe
