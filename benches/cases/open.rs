//! An open circuit: the rejection is made, and turned into the caller's error.

use std::hint::black_box;

use breaker_benches::{GOOD, floors, ours, peers};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    floors::trip();
    ours::trip();
    Case::both(criterion, "open_rejected", |mut case| {
        case.time("floor", || || floors::open(black_box(GOOD)));
        case.time("breaker-runtime", || || ours::open(black_box(GOOD)));
    });
    let mut case = Case::new(criterion, "open_rejected");
    let recloser = peers::recloser::open();
    case.time("recloser", || {
        || peers::recloser::call(&recloser, black_box(GOOD))
    });
    let failsafe = peers::failsafe::open();
    case.time("failsafe", || {
        || peers::failsafe::call(&failsafe, black_box(GOOD))
    });
    let breaker = peers::breaker::open();
    case.time("breaker", || {
        || peers::breaker::call(&breaker, black_box(GOOD))
    });
    let tower = peers::tower::open();
    case.time("tower-resilience", || {
        let mut service = tower.clone();
        move || peers::tower::call(&mut service, black_box(GOOD))
    });
    let seatbelt = peers::seatbelt::open();
    case.time("seatbelt", || {
        || peers::seatbelt::call(&seatbelt, black_box(GOOD))
    });
}
