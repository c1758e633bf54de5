//! A closed circuit that opens after failures in a row, or what a peer has next to it.

use std::hint::black_box;

use breaker_benches::{BAD, GOOD, bare, ours, peers};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "closed_ok_sync", |case| {
        through_each(case, || || GOOD);
    });
    through_each(Case::new(criterion, "closed_1_err_in_100"), || {
        let mut last = 0;
        move || {
            last = if last == BAD { 0 } else { last + 1 };
            last
        }
    });
}

fn through_each<V: FnMut() -> u64>(mut case: Case<'_>, values: impl Fn() -> V + Sync) {
    case.time("bare", || {
        let mut value = values();
        move || bare(black_box(value()))
    });
    case.time("breaker-runtime", || {
        let mut value = values();
        move || ours::threshold(black_box(value()))
    });
    let recloser = peers::recloser::closed();
    case.time("recloser", || {
        let (breaker, mut value) = (&recloser, values());
        move || peers::recloser::call(breaker, black_box(value()))
    });
    let failsafe = peers::failsafe::closed();
    case.time("failsafe", || {
        let (breaker, mut value) = (&failsafe, values());
        move || peers::failsafe::call(breaker, black_box(value()))
    });
    let breaker = peers::breaker::closed();
    case.time("breaker", || {
        let (breaker, mut value) = (&breaker, values());
        move || peers::breaker::call(breaker, black_box(value()))
    });
    let tower = peers::tower::closed();
    case.time("tower-resilience", || {
        let (mut service, mut value) = (tower.clone(), values());
        move || peers::tower::call(&mut service, black_box(value()))
    });
    let seatbelt = peers::seatbelt::closed();
    case.time("seatbelt", || {
        let (service, mut value) = (&seatbelt, values());
        move || peers::seatbelt::call(service, black_box(value()))
    });
}
