//! What is asked for besides: how long calls take, and a breaker for each key.

use std::hint::black_box;

use breaker_benches::{GOOD, bare, floors, ours};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "latency", |mut case| {
        case.time("bare", || || bare(black_box(GOOD)));
        case.time("floor", || || floors::latency(black_box(GOOD)));
        case.time("breaker-runtime", || || ours::latency(black_box(GOOD)));
    });
    Case::both(criterion, "one_of_16_keys", |mut case| {
        case.time("bare", || {
            let mut value = keys();
            move || bare(black_box(value()))
        });
        case.time("floor", || {
            let mut value = keys();
            move || floors::keyed(black_box(value()))
        });
        case.time("breaker-runtime", || {
            let mut value = keys();
            move || ours::keyed(black_box(value()))
        });
    });
}

/// Returns one value for each key in turn.
fn keys() -> impl FnMut() -> u64 {
    let mut value = 0;
    move || {
        value = (value + 1) % 16;
        value
    }
}
