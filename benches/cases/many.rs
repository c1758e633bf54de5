//! Calls that go through one breaker of 10,000, or through one after the other.

use std::hint::black_box;

use breaker_benches::{Error, GOOD, body};
use breaker_runtime::{CallError, CircuitBreaker, Config, Registry};
use criterion::Criterion;

use crate::timing::Case;

/// How many breakers the registry has.
pub(crate) const BREAKERS: usize = 10_000;

/// Returns the name of a breaker.
pub(crate) fn name(at: usize) -> String {
    format!("breaker-{at}")
}

pub(crate) fn cases(criterion: &mut Criterion) {
    let registry = Registry::new();
    let breakers: Vec<_> = (0..BREAKERS)
        .map(|at| registry.get_or_create(&name(at), Config::new()))
        .map(|made| made.expect("a new name"))
        .collect();
    let mut case = Case::new(criterion, "one_of_10000_breakers");
    // 16 breakers stay in the cache, 10,000 do not.
    for (through, among) in [("same", 1), ("among_16", 16), ("among_10000", BREAKERS)] {
        case.time(through, || {
            let mut breakers = breakers[..among].iter().cycle();
            move || {
                breakers
                    .next()
                    .map(|breaker| call(breaker, black_box(GOOD)))
            }
        });
    }
}

#[inline(never)]
fn call(breaker: &CircuitBreaker, value: u64) -> Result<u64, CallError<Error>> {
    breaker.call(|| body(value))
}
