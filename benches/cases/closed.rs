//! A closed circuit that opens after failures in a row, or what a peer has next to it.

use std::hint::black_box;

use breaker_benches::{BAD, GOOD, bare, floors, ours, peers};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "closed_ok_sync", |mut case| {
        through_ours(&mut case, || || GOOD);
        through_peers(&mut case, || || GOOD);
    });
    errors(criterion, "closed_1_err_in_100", 100);
    errors(criterion, "closed_10_err_in_100", 10);
}

/// One call of `every` fails. On two threads, the peers are left out.
fn errors(criterion: &mut Criterion, name: &str, every: u64) {
    let values = || {
        let mut calls = 0;
        move || {
            calls = (calls + 1) % every;
            if calls == 0 { BAD } else { GOOD }
        }
    };
    Case::both(criterion, name, |mut case| through_ours(&mut case, values));
    through_peers(&mut Case::new(criterion, name), values);
}

fn through_ours<V: FnMut() -> u64>(case: &mut Case<'_>, values: impl Fn() -> V + Sync) {
    case.time("bare", || {
        let mut value = values();
        move || bare(black_box(value()))
    });
    case.time("floor", || {
        let mut value = values();
        move || floors::closed(black_box(value()))
    });
    case.time("breaker-runtime", || {
        let mut value = values();
        move || ours::threshold(black_box(value()))
    });
}

fn through_peers<V: FnMut() -> u64>(case: &mut Case<'_>, values: impl Fn() -> V + Sync) {
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
