//! A closed circuit that takes the time of each call.

use std::hint::black_box;

use breaker_benches::{GOOD, bare, floors, ours, peers};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "slow_call_100ms", |mut case| {
        case.time("bare", || || bare(black_box(GOOD)));
        case.time("floor", || || floors::slow_call(black_box(GOOD)));
        case.time("breaker-runtime", || || ours::slow_call(black_box(GOOD)));
    });
    let mut case = Case::new(criterion, "slow_call_100ms");
    let tower = peers::tower::slow_call();
    case.time("tower-resilience", || {
        let mut service = tower.clone();
        move || peers::tower::call(&mut service, black_box(GOOD))
    });
}
