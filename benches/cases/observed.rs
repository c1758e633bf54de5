//! What is asked for besides: how long calls take, and a breaker for each key.

use std::hint::black_box;

use breaker_benches::{GOOD, ours};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "observed", |mut case| {
        case.time("latency = true", || || ours::latency(black_box(GOOD)));
        case.time("one of 16 keys", || {
            let mut value = 0;
            move || {
                value = (value + 1) % 16;
                ours::keyed(black_box(value))
            }
        });
    });
}
