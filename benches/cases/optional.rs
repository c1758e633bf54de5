//! Settings that only some breakers have, and calls that end in another way: one that opens the circuit at once, and one
//! whose future is dropped.

use std::hint::black_box;

use breaker_benches::{GOOD, optional};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    Case::both(criterion, "optional", |mut case| {
        case.time("shadow, closed", || || optional::shadow(black_box(GOOD)));
        optional::trip_shadow();
        case.time("shadow, open", || || optional::shadow_open(black_box(GOOD)));
        case.time("max_in_flight", || {
            || optional::max_in_flight(black_box(GOOD))
        });
        case.time("max_open_share, one of 16 keys", || {
            let mut value = 0;
            move || {
                value = (value + 1) % 16;
                optional::max_open_share(black_box(value))
            }
        });
    });
    trip(criterion);
    dropped(criterion);
}

fn trip(criterion: &mut Criterion) {
    let mut case = Case::new(criterion, "trip");
    let breaker = optional::tripping().expect("its declaration makes it");
    case.time("with the reset", || || optional::trip_and_reset(&breaker));
}

fn dropped(criterion: &mut Criterion) {
    let mut case = Case::new(criterion, "dropped");
    case.time("bare", || || optional::bare_dropped(black_box(GOOD)));
    case.time("breaker-runtime", || || optional::dropped(black_box(GOOD)));
}
