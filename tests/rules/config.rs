//! R16, and what a wrong configuration gets.

use std::time::Duration;

use breaker_runtime::{Config, ConfigError, Overrides, Registry, State};

use super::{Bench, OPEN_FOR};

fn refused(config: Config) -> String {
    let registry = Registry::new();
    let error = registry.get_or_create("payment", config).unwrap_err();
    assert!(registry.get("payment").is_none());
    error.to_string()
}

#[test]
fn r16_thresholds_hold_from_the_next_decision_and_samples_stay() {
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
    bench.pass(OPEN_FOR);
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
fn r16_a_wrong_reconfiguration_changes_nothing() {
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
    assert_eq!(error, ConfigError::Unknown { name: "fax".into() });
    assert!(bench.registry.get("fax").is_none());
}

#[test]
fn a_wrong_value_names_its_key_and_its_range() {
    let zero = Duration::ZERO;
    let cases = [
        (
            Config::new().threshold(0),
            "`threshold` must be at least 1, not 0",
        ),
        (
            Config::new().open_for(zero),
            "`open_for` must be longer than zero, not 0s",
        ),
        (
            Config::new().backoff(0.5),
            "`backoff` must be at least 1 and finite, not 0.5",
        ),
        (
            Config::new().backoff(f64::NAN),
            "`backoff` must be at least 1 and finite, not NaN",
        ),
        (
            Config::new().backoff(f64::INFINITY),
            "`backoff` must be at least 1 and finite, not inf",
        ),
        (
            Config::new().max_open_for(zero),
            "`max_open_for` must be longer than zero, not 0s",
        ),
        (
            Config::new().jitter(1.5),
            "`jitter` must lie between 0 and 1, not 1.5",
        ),
        (
            Config::new().jitter(f64::NAN),
            "`jitter` must lie between 0 and 1, not NaN",
        ),
        (
            Config::new().half_open_calls(0),
            "`half_open_calls` must be at least 1, not 0",
        ),
        (
            Config::new().success_threshold(0),
            "`success_threshold` must be at least 1, not 0",
        ),
        (
            Config::new().probe_failures(0),
            "`probe_failures` must be at least 1, not 0",
        ),
        (
            Config::new().probe_timeout(zero),
            "`probe_timeout` must be longer than zero, not 0s",
        ),
        (
            Config::new().max_open_for(Duration::from_secs(1)),
            "`max_open_for` must be at least as long as `open_for`: 1s is shorter than 30s",
        ),
    ];
    for (config, message) in cases {
        assert_eq!(refused(config), message);
    }
}

#[test]
fn names_are_checked_at_run_time_too() {
    let registry = Registry::new();
    let made = |name: &str| registry.get_or_create(name, Config::new());
    assert!(made("Pay-ment_2.eu:west/1").is_ok());
    for (name, message) in [
        ("", "the name of a circuit breaker must not be empty"),
        (
            "pay ment",
            "character ' ' at position 4 is not allowed in the name of a circuit breaker: \
             use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`",
        ),
    ] {
        let error = made(name).unwrap_err();
        assert_eq!(error.to_string(), message, "{name:?}");
    }
}

#[test]
fn get_or_create_returns_the_breaker_that_is_there() {
    let registry = Registry::new();
    let config = Config::new().threshold(3);
    let made = registry.get_or_create("payment", config).unwrap();
    let got = registry.get_or_create("payment", config).unwrap();
    assert!(made.same_as(&got));
    let bare = registry.get_or_create("payment", Config::new()).unwrap();
    assert!(made.same_as(&bare));
}

#[test]
fn get_or_create_with_another_value_names_both_places() {
    let registry = Registry::new();
    let ask = |config| (line!(), registry.get_or_create("payment", config));
    let (made_in, made) = ask(Config::new().threshold(3));
    let (_, error) = ask(Config::new().threshold(4));
    let (made, error) = (made.unwrap(), error.unwrap_err());
    let text = error.to_string();
    let place = format!("tests/rules/config.rs:{made_in}:");
    assert_eq!(text.matches(&place).count(), 2, "{text}");
    assert!(
        text.contains("`threshold` = 3") && text.contains("`threshold` = 4"),
        "{text}"
    );
    assert_eq!(made.config().threshold, Some(3));
}

#[test]
fn get_or_create_with_a_value_other_than_the_default_in_force_is_an_error_too() {
    let registry = Registry::new();
    registry.get_or_create("payment", Config::new()).unwrap();
    let error = registry
        .get_or_create("payment", Config::new().threshold(4))
        .unwrap_err();
    assert_eq!(error.field(), Some("threshold"));
    assert!(
        registry
            .get_or_create("payment", Config::new().threshold(5))
            .is_ok()
    );
}

#[test]
fn the_defaults_are_those_of_the_documents() {
    let config = Bench::default().breaker.config();
    assert_eq!(config.threshold, Some(5));
    assert_eq!(config.success_threshold.get(), 3);
    assert_eq!(config.half_open_calls.get(), 2);
    assert_eq!(config.probe_failures.get(), 1);
    assert_eq!(config.open_for, OPEN_FOR);
    assert_eq!(config.max_open_for, 10 * OPEN_FOR);
    assert!(config.backoff.eq(&1.0) && config.jitter.eq(&0.0));
}
