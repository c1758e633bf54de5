//! Closed circuits that are judged over a window.
//!
//! The time window of tower-resilience is left out: it keeps every call and looks at all of them each
//! time, so that its cost is whatever the bench made it.

use std::hint::black_box;

use breaker_benches::{GOOD, bare, floors, ours, peers};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "count_window_100", |mut case| {
        case.time("bare", || || bare(black_box(GOOD)));
        case.time("floor", || || floors::count_window(black_box(GOOD)));
        case.time("breaker-runtime", || || ours::count_window(black_box(GOOD)));
        let recloser = peers::recloser::closed();
        case.time("recloser", || {
            || peers::recloser::call(&recloser, black_box(GOOD))
        });
        let breaker = peers::breaker::count_window();
        case.time("breaker", || {
            || peers::breaker::call(&breaker, black_box(GOOD))
        });
        let tower = peers::tower::count_window();
        case.time("tower-resilience", || {
            let mut service = tower.clone();
            move || peers::tower::call(&mut service, black_box(GOOD))
        });
    });
    Case::both(criterion, "time_window_10s", |mut case| {
        case.time("bare", || || bare(black_box(GOOD)));
        case.time("floor", || || floors::time_window(black_box(GOOD)));
        case.time("breaker-runtime", || || ours::time_window(black_box(GOOD)));
        let failsafe = peers::failsafe::time_window();
        case.time("failsafe", || {
            || peers::failsafe::call(&failsafe, black_box(GOOD))
        });
        let seatbelt = peers::seatbelt::closed();
        case.time("seatbelt", || {
            || peers::seatbelt::call(&seatbelt, black_box(GOOD))
        });
    });
}
