//! R10, R11, R20, R22, R29: what a permit that is held by hand can report, and what a drop of it means.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use breaker_runtime::{CallOptions, Config, Outcome, State, neutral_drops};

use crate::support::Bench;

const SECOND: Duration = Duration::from_secs(1);

/// Makes a circuit that one failure opens; a drop counts after five seconds.
fn bench() -> Bench {
    let config = Config::new().threshold(1).jitter(0.0);
    Bench::new(config.cancel_after(Some(5 * SECOND)))
}

/// Returns how many calls were cancelled, and how many failed because they were dropped.
fn drops(bench: &Bench) -> (u64, u64) {
    let totals = bench.breaker.snapshot().totals;
    (totals.cancelled, totals.failures_by_kind.dropped)
}

#[test]
fn r11_a_permit_that_is_dropped_is_cancelled_however_late() {
    let bench = bench();
    let permit = bench.permit();
    bench.advance(3600 * SECOND);
    drop(permit);
    assert_eq!(drops(&bench), (1, 0));
}

#[test]
fn r11_a_permit_with_cancel_after_is_a_failure_if_it_is_dropped_that_late() {
    let bench = bench();
    let [early, late] = [bench.permit(), bench.permit()].map(|it| it.with_cancel_after());
    bench.advance(5 * SECOND - Duration::from_nanos(1));
    drop(early);
    assert_eq!(drops(&bench), (1, 0));
    bench.advance(Duration::from_nanos(1));
    drop(late);
    assert_eq!(drops(&bench), (1, 1));
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r11_the_time_of_a_permit_begins_again_with_its_progress() {
    let bench = bench();
    let permit = bench.permit().with_cancel_after();
    for _ in 0..10 {
        bench.advance(4 * SECOND);
        permit.progress();
    }
    bench.advance(4 * SECOND);
    drop(permit);
    assert_eq!(drops(&bench), (1, 0));
}

#[test]
fn r11_progress_alone_does_not_make_a_drop_count() {
    let bench = bench();
    let permit = bench.permit();
    permit.progress();
    bench.advance(60 * SECOND);
    drop(permit);
    assert_eq!(drops(&bench), (1, 0));
}

#[tokio::test]
async fn r11_a_permit_with_cancel_after_may_be_dropped_for_other_reasons() {
    let bench = bench();
    let permits = [bench.permit(), bench.permit()].map(|it| it.with_cancel_after());
    bench.advance(60 * SECOND);
    let [first, second] = permits;
    let pause = bench.registry.neutral_drops();
    drop(first);
    drop(pause);
    neutral_drops(async move { drop(second) }).await;
    assert_eq!(drops(&bench), (2, 0));
}

#[test]
fn r11_a_probe_with_cancel_after_that_is_dropped_late_opens_the_circuit_again() {
    let bench = bench();
    bench.fail();
    bench.advance(30 * SECOND);
    let probe = bench.permit().with_cancel_after();
    bench.advance(5 * SECOND);
    drop(probe);
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r29_permits_that_are_dropped_in_a_row_open_the_circuit_unless_they_made_progress() {
    let drop_permits = |progress: bool| {
        let bench = bench();
        for _ in 0..20 {
            let permit = bench.permit().with_cancel_after();
            if progress {
                permit.progress();
            }
            bench.advance(SECOND);
            drop(permit);
        }
        bench.state()
    };
    assert_eq!(drop_permits(true), State::Closed);
    assert_eq!(drop_permits(false), State::Open);
}

#[test]
fn r10_a_panic_that_drops_a_permit_with_cancel_after_is_a_failure_at_once() {
    let bench = bench();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let _permit = bench.permit().with_cancel_after();
        panic!("while the permit is held");
    }));
    assert!(unwound.is_err());
    assert_eq!(bench.breaker.snapshot().totals.failures_by_kind.panicked, 1);
}

#[test]
fn r20_a_permit_reports_a_hint_with_its_failure() {
    let bench = bench();
    let hint = Some(120 * SECOND);
    bench.permit().record_with_hint(Outcome::Success, hint);
    bench.permit().record_with_hint(Outcome::Ignored, hint);
    assert_eq!(bench.state(), State::Closed);
    bench.permit().record_with_hint(Outcome::Failure, hint);
    assert_eq!(bench.breaker.snapshot().open_period, hint);
}

#[test]
fn r20_a_permit_asks_the_value_of_a_failure_for_hint_and_cause() {
    let bench = bench();
    let options = || {
        CallOptions::<u32, u64>::new()
            .classify(|value| match value {
                Ok(0) | Err(1..) => Outcome::Failure,
                Ok(_) => Outcome::Success,
                Err(0) => Outcome::Ignored,
            })
            .open_for_hint(|value| value.err().map(Duration::from_secs))
            .cause(|value| format!("{value:?}"))
    };
    let record = |value| bench.permit().record_value(options(), &value);
    assert_eq!(record(Ok(7)), Outcome::Success);
    assert_eq!(record(Err(0)), Outcome::Ignored);
    assert_eq!(record(Err(120)), Outcome::Failure);
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.open_period, Some(120 * SECOND));
    let cause = snapshot.history[0].transition.cause.as_ref().unwrap();
    assert_eq!(&*cause.text, "Err(120)");
    assert_eq!(cause.file, file!());
}

#[test]
fn r17_a_permit_whose_classifier_panics_is_a_failure() {
    let bench = bench();
    let permit = bench.permit();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let options = CallOptions::<u32, ()>::new().classify(|_| panic!("in the classifier"));
        permit.record_value(options, &Ok(7))
    }));
    assert!(unwound.is_err());
    assert_eq!(bench.breaker.snapshot().totals.failures_by_kind.panicked, 1);
}

#[test]
fn r22_a_permit_trips_the_circuit_for_as_long_as_its_hint_says() {
    let bench = Bench::new(Config::new().jitter(0.0));
    let hint = Some(120 * SECOND);
    bench.permit().record_with_hint(Outcome::Trip, hint);
    assert_eq!(bench.breaker.snapshot().open_period, hint);
    bench.advance(120 * SECOND);
    let options = CallOptions::<(), u64>::new()
        .classify(|_| Outcome::Trip)
        .open_for_hint(|value| value.err().map(Duration::from_secs));
    bench.permit().record_value(options, &Err(240));
    assert_eq!(bench.breaker.snapshot().open_period, Some(240 * SECOND));
}
