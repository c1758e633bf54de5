//! A hint is a lower bound of the open period.

use std::time::Duration;

use breaker_runtime::circuit_breaker;
use breaker_runtime::test_util::TestRegistry;

const SECOND: Duration = Duration::from_secs(1);

#[circuit_breaker(
    name = "faults.hint",
    threshold = 1,
    open_for = "10s",
    max_open_for = "10m",
    jitter = 0.5,
    open_for_hint = |answer: &Result<(), Duration>| answer.err(),
    fallback = |_rejected| Ok(()),
)]
fn call(answer: Result<(), Duration>) -> Result<(), Duration> {
    answer
}

#[test]
fn r12_jitter_only_lengthens_what_a_hint_asks_for() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let api = test.get("faults.hint").unwrap();
    let periods: Vec<_> = (0..200)
        .map(|_| {
            api.reset();
            assert!(call(Err(120 * SECOND)).is_err());
            api.snapshot().open_period.unwrap()
        })
        .collect();
    assert!(periods.iter().all(|period| *period >= 120 * SECOND));
    assert!(periods.iter().any(|period| *period > 150 * SECOND));
    assert!(periods.iter().all(|period| *period <= 180 * SECOND));
}
