//! A closed circuit around a stream of a hundred items, polled in place without an executor.

use std::hint::black_box;

use breaker_benches::{GOOD, streams};
use criterion::Criterion;

use crate::timing::Case;

pub(crate) fn cases(criterion: &mut Criterion) {
    let mut case = Case::new(criterion, "stream_of_100");
    case.time("bare", || || streams::bare(black_box(GOOD)));
    case.time("breaker-runtime", || || streams::guarded(black_box(GOOD)));
}
