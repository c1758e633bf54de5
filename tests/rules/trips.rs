//! R22: a failure that opens the circuit at once.

use std::time::Duration;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{
    BreakerError, ClassifyError, Config, FailureKind, Outcome, Reason, Registry, State, Window,
    circuit_breaker,
};

use crate::support::{Bench, OPEN_FOR};

#[test]
fn r22_a_trip_opens_a_closed_circuit_whatever_the_thresholds() {
    let rules = [
        Config::new().threshold(1_000),
        Config::new()
            .window(Window::Calls(100))
            .failure_rate(1.0)
            .min_calls(100),
        Config::new().window(Window::Calls(100)).max_failures(100),
    ];
    for config in rules {
        let bench = Bench::new(config);
        let record = bench.record();
        bench.succeed();
        bench.permit().trip();
        assert_eq!(
            record.transitions(),
            [(State::Closed, State::Open, Reason::TrippedByCall)]
        );
        assert!(bench.rejects());
    }
}

#[test]
fn r22_a_trip_is_a_failure_in_the_totals_and_in_the_evidence() {
    let bench = Bench::new(
        Config::new()
            .window(Window::Calls(10))
            .max_failures(10)
            .threshold(5),
    );
    bench.fail();
    bench.permit().trip();
    let snapshot = bench.breaker.snapshot();
    let totals = snapshot.totals;
    assert_eq!((totals.calls, totals.failures, totals.opens), (2, 2, 1));
    assert_eq!(totals.failures_by_kind.of(FailureKind::Returned), 2);
    assert!(totals.last_failure_at.is_some());
    let opening = &snapshot.history[0].transition;
    assert_eq!(opening.failures, 2);
    assert_eq!(
        opening.to_string(),
        "closed -> open (tripped_by_call: returned)"
    );
    let window = snapshot.window.expect("it is set");
    assert_eq!((window.calls, window.failures_by_kind.returned), (2, 2));
}

#[test]
fn r22_a_trip_wins_over_the_rule_that_it_meets() {
    let bench = Bench::new(Config::new().threshold(1));
    let record = bench.record();
    bench.permit().trip();
    assert_eq!(
        record.transitions(),
        [(State::Closed, State::Open, Reason::TrippedByCall)]
    );
}

#[test]
fn r22_a_trip_opens_a_half_open_circuit_again_whatever_probe_failures_says() {
    let bench = Bench::new(Config::new().probe_failures(10).backoff(2.0));
    bench.half_open();
    let record = bench.record();
    bench.succeed();
    bench.permit().trip();
    assert_eq!(
        record.transitions(),
        [(State::HalfOpen, State::Open, Reason::TrippedByCall)]
    );
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.open_period, Some(2 * OPEN_FOR));
    let opening = &snapshot.history.last().expect("it has opened").transition;
    assert_eq!(opening.failures_by_kind.returned, 1);
}

#[test]
fn r22_the_trip_of_a_probe_that_was_slow_opens_the_circuit_again() {
    let config = Config::new()
        .probe_failures(3)
        .slow_call(Duration::from_secs(1));
    let bench = Bench::new(config);
    bench.half_open();
    let slow = bench.permit();
    bench.advance(Duration::from_secs(2));
    assert_eq!(bench.state(), State::HalfOpen);
    slow.trip();
    assert_eq!(bench.state(), State::Open);
    let snapshot = bench.breaker.snapshot();
    let opening = &snapshot.history.last().expect("it has opened").transition;
    assert_eq!(
        (opening.reason, opening.failures),
        (Reason::TrippedByCall, 1)
    );
}

#[test]
fn r22_the_trip_of_a_call_that_has_counted_as_slow_opens_the_circuit() {
    let bench = Bench::new(Config::new().slow_call(Duration::from_secs(1)));
    let slow = bench.permit();
    bench.advance(Duration::from_secs(2));
    assert_eq!(bench.breaker.snapshot().failures_in_a_row, 1);
    slow.trip();
    let snapshot = bench.breaker.snapshot();
    let opening = &snapshot.history[0].transition;
    assert_eq!(
        (opening.reason, opening.failures),
        (Reason::TrippedByCall, 1)
    );
}

#[test]
fn r22_an_old_trip_decides_nothing() {
    let bench = Bench::default();
    let old = bench.permit();
    bench.breaker.reset();
    old.trip();
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.breaker.snapshot().totals.stale, 1);
}

#[test]
fn r22_a_trip_under_force_closed_opens_the_circuit_beneath() {
    let bench = Bench::default();
    bench.breaker.force_closed("maintenance", None);
    bench.permit().trip();
    let snapshot = bench.breaker.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.machine_state),
        (State::ForcedClosed, State::Open)
    );
    let until = snapshot.open_period;
    bench.permit().trip();
    assert_eq!(bench.breaker.snapshot().open_period, until);
    assert_eq!(bench.breaker.snapshot().totals.opens, 1);
}

#[test]
fn r22_a_trip_opens_the_circuit_during_a_ramp() {
    let config = Config::new()
        .success_threshold(1)
        .ramp(Duration::from_secs(60));
    let bench = Bench::new(config);
    bench.half_open();
    bench.succeed();
    bench.permit().trip();
    assert_eq!(bench.state(), State::Open);
}

#[derive(Debug, PartialEq, thiserror::Error)]
enum ModelError {
    #[error("the quota is used up for {0} s")]
    Quota(u64),
    #[error("the prompt is too long")]
    TooLong,
    #[error("no answer")]
    NoAnswer,
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

fn retry_after(answer: &Result<u32, ModelError>) -> Option<Duration> {
    match answer {
        Err(ModelError::Quota(seconds)) => Some(Duration::from_secs(*seconds)),
        _ => None,
    }
}

#[circuit_breaker(
    name = "model",
    registry = registry,
    trip(Err(ModelError::Quota(_))),
    ignore(Err(error) if *error != ModelError::NoAnswer),
    open_for_hint = retry_after,
    cause
)]
fn complete(registry: &Registry, answer: Result<u32, ModelError>) -> Result<u32, ModelError> {
    answer
}

#[test]
fn r22_the_pattern_opens_the_circuit_for_as_long_as_the_hint_asks() {
    let registry = TestRegistry::new();
    let answer = complete(&registry, Err(ModelError::NoAnswer));
    assert_eq!(answer, Err(ModelError::NoAnswer));
    assert!(complete(&registry, Err(ModelError::TooLong)).is_err());
    let model = registry.get("model").expect("it was called");
    assert_eq!(model.state(), State::Closed);
    let answer = complete(&registry, Err(ModelError::Quota(90)));
    assert_eq!(answer, Err(ModelError::Quota(90)));
    let snapshot = model.snapshot();
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(90)));
    let opening = &snapshot.history[0].transition;
    assert_eq!(
        (opening.reason, opening.failures),
        (Reason::TrippedByCall, 2)
    );
    let cause = opening
        .cause
        .as_ref()
        .expect("the function has the setting");
    assert_eq!(&*cause.text, "the quota is used up for 90 s");
}

#[circuit_breaker(
    name = "numbers",
    registry = registry,
    threshold = 100,
    trip(Ok(1)),
    ignore(Ok(..=2)),
    success(Ok(..=3)),
    failure(Ok(..=4))
)]
fn number(registry: &Registry, number: u32) -> Result<u32, ModelError> {
    let _ = registry;
    Ok(number)
}

#[test]
fn r22_trip_comes_before_ignore_before_success_before_failure() {
    let registry = TestRegistry::new();
    for n in 2..6 {
        assert_eq!(number(&registry, n), Ok(n));
    }
    let numbers = registry.get("numbers").expect("it was called");
    let totals = numbers.snapshot().totals;
    assert_eq!(
        (totals.ignored, totals.successes, totals.failures),
        (1, 2, 1)
    );
    assert_eq!(numbers.state(), State::Closed);
    assert_eq!(number(&registry, 1), Ok(1));
    assert_eq!(numbers.state(), State::Open);
}

#[circuit_breaker(name = "lookup", registry = registry, trip(None), fallback = |_rejected| None)]
fn lookup(registry: &Registry, answer: Option<u32>) -> Option<u32> {
    let _ = registry;
    answer
}

#[test]
fn r22_without_another_pattern_every_other_value_is_a_success() {
    let registry = TestRegistry::new();
    assert_eq!(lookup(&registry, Some(1)), Some(1));
    let breaker = registry.get("lookup").expect("it was called");
    assert_eq!(breaker.snapshot().totals.successes, 1);
    assert_eq!(lookup(&registry, None), None);
    assert_eq!(breaker.state(), State::Open);
}

#[circuit_breaker(
    name = "stated",
    registry = registry,
    trip(Some(0)),
    success(Some(1)),
    fallback = |_rejected| None
)]
fn stated(registry: &Registry, answer: Option<u32>) -> Option<u32> {
    let _ = registry;
    answer
}

#[test]
fn r22_beside_success_every_other_value_is_a_failure() {
    let registry = TestRegistry::new();
    for answer in [Some(1), Some(2), None] {
        assert_eq!(stated(&registry, answer), answer);
    }
    let breaker = registry.get("stated").expect("it was called");
    let totals = breaker.snapshot().totals;
    assert_eq!((totals.successes, totals.failures, totals.opens), (1, 2, 0));
}

impl ClassifyError for ModelError {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Quota(_) => Outcome::Trip,
            Self::TooLong => Outcome::Success,
            Self::NoAnswer => Outcome::Failure,
            Self::Breaker(error) => error.outcome(),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Quota(seconds) => Some(Duration::from_secs(*seconds)),
            _ => None,
        }
    }

    fn cause_text(&self) -> Option<String> {
        Some(self.to_string())
    }
}

#[circuit_breaker(
    name = "by-error",
    registry = registry,
    classify = by_error,
    fallback_on = any,
    fallback = |_error| Ok(0)
)]
fn judged(registry: &Registry, answer: Result<u32, ModelError>) -> Result<u32, ModelError> {
    let _ = registry;
    answer
}

#[test]
fn r22_an_error_that_trips_gives_its_hint_and_its_cause_and_goes_to_the_fallback() {
    let registry = TestRegistry::new();
    assert_eq!(judged(&registry, Err(ModelError::Quota(120))), Ok(0));
    let snapshot = registry.get("by-error").expect("it was called").snapshot();
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(120)));
    let opening = &snapshot.history[0].transition;
    assert_eq!(opening.reason, Reason::TrippedByCall);
    let cause = opening.cause.as_ref().map(|cause| &*cause.text);
    assert_eq!(cause, Some("the quota is used up for 120 s"));
    assert_eq!(snapshot.totals.fallback_successes, 1);
}
