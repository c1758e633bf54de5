//! A closed circuit that takes the time of each call.

use std::hint::black_box;

use breaker_benches::{GOOD, bare, ours, peers};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    let mut case = Case::new(criterion, "slow_call_100ms");
    case.time("bare", || || bare(black_box(GOOD)));
    case.time("breaker-runtime", || || ours::slow_call(black_box(GOOD)));
    let tower = peers::tower::slow_call();
    case.time("tower-resilience", || {
        let mut service = tower.clone();
        move || peers::tower::call(&mut service, black_box(GOOD))
    });
}
