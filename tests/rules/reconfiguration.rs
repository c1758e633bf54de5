//! R16: `configure` takes effect at once.

use std::time::Duration;

use breaker_runtime::{ConfigError, Overrides, State};

use crate::support::{Bench, OPEN_FOR};

#[test]
fn r16_a_new_threshold_applies_from_the_next_decision_and_counts_are_kept() {
    let bench = Bench::default();
    bench.fail_times(3);
    let overrides = Overrides {
        threshold: Some(4),
        ..Overrides::default()
    };
    bench.registry.configure("payment", overrides).unwrap();
    assert_eq!(bench.breaker.snapshot().failures_in_a_row, 3);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r16_a_running_open_period_is_not_changed() {
    let bench = Bench::default();
    bench.fail_times(5);
    let overrides = Overrides {
        open_for: Some(Duration::from_secs(1)),
        ..Overrides::default()
    };
    bench.registry.configure("payment", overrides).unwrap();
    assert_eq!(bench.breaker.snapshot().retry_after, Some(OPEN_FOR));
    bench.advance(OPEN_FOR);
    bench.fail();
    assert_eq!(
        bench.breaker.snapshot().retry_after,
        Some(Duration::from_secs(1))
    );
}

#[test]
fn r16_the_success_threshold_can_be_lowered_while_half_open() {
    let bench = Bench::default();
    bench.half_open();
    bench.succeed();
    let overrides = Overrides {
        success_threshold: Some(1),
        ..Overrides::default()
    };
    bench.registry.configure("payment", overrides).unwrap();
    assert_eq!(bench.state(), State::HalfOpen);
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r16_an_invalid_reconfiguration_changes_nothing() {
    let bench = Bench::default();
    let before = bench.breaker.config();
    let overrides = Overrides {
        threshold: Some(9),
        max_open_for: Some(Duration::from_secs(1)),
        ..Overrides::default()
    };
    let error = bench.registry.configure("payment", overrides).unwrap_err();
    assert_eq!(error.field(), Some("max_open_for"));
    assert_eq!(bench.breaker.config(), before);
    let error = bench.registry.configure("fax", overrides).unwrap_err();
    assert_eq!(error.to_string(), "there is no circuit breaker `fax`");
    let error = bench.registry.unconfigure("paymnet").unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no circuit breaker `paymnet`; did you mean `payment`?"
    );
    let nearest = Some("payment".to_owned());
    assert!(matches!(error, ConfigError::Unknown { nearest: it, .. } if it == nearest));
    assert!(bench.registry.get("fax").is_none());
}
