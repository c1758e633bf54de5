//! A closed circuit around a future, polled in place without an executor.

use std::hint::black_box;

use breaker_benches::{GOOD, bare_async, floors, ours, peers};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "closed_ok_async", |mut case| {
        case.time("bare", || || bare_async(black_box(GOOD)));
        case.time("floor", || || floors::closed_async(black_box(GOOD)));
        case.time("breaker-runtime", || {
            || ours::threshold_async(black_box(GOOD))
        });
    });
    let mut case = Case::new(criterion, "closed_ok_async");
    let recloser = peers::recloser::asynchronous();
    case.time("recloser", || {
        || peers::recloser::call_async(&recloser, black_box(GOOD))
    });
    let failsafe = peers::failsafe::closed();
    case.time("failsafe", || {
        || peers::failsafe::call_async(&failsafe, black_box(GOOD))
    });
    let breaker = peers::breaker::closed();
    case.time("breaker", || {
        || peers::breaker::call_async(&breaker, black_box(GOOD))
    });
    let tower = peers::tower::closed();
    case.time("tower-resilience", || {
        let mut service = tower.clone();
        move || peers::tower::call(&mut service, black_box(GOOD))
    });
    let seatbelt = peers::seatbelt::closed();
    case.time("seatbelt", || {
        || peers::seatbelt::call(&seatbelt, black_box(GOOD))
    });
}
