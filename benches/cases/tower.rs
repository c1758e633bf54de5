//! A closed circuit around a service of Tower, polled in place without an executor, and an open one.

use std::hint::black_box;

use breaker_benches::{GOOD, layer, peers};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "tower_closed", |mut case| {
        case.time("bare", || {
            let mut service = layer::bare();
            move || layer::call_bare(&mut service, black_box(GOOD))
        });
        let ours = layer::closed().expect("nobody else has the name");
        case.time("breaker-runtime", || {
            let mut service = ours.clone();
            move || layer::call(&mut service, black_box(GOOD))
        });
        let tower = peers::tower::closed();
        case.time("tower-resilience", || {
            let mut service = tower.clone();
            move || peers::tower::call(&mut service, black_box(GOOD))
        });
    });
    let mut case = Case::new(criterion, "tower_open_rejected");
    let ours = layer::open().expect("nobody else has the name");
    case.time("breaker-runtime", || {
        let mut service = ours.clone();
        move || layer::call(&mut service, black_box(GOOD))
    });
    let tower = peers::tower::open();
    case.time("tower-resilience", || {
        let mut service = tower.clone();
        move || peers::tower::call(&mut service, black_box(GOOD))
    });
}
