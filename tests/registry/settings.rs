//! Settings: defaults, and what values out of range or inconsistent values get.

use std::time::Duration;

use breaker_runtime::{Config, Registry, Window};

use crate::support::{Bench, OPEN_FOR};

fn rejected(config: Config) -> String {
    let registry = Registry::new();
    let error = registry.get_or_create("payment", config).unwrap_err();
    assert!(registry.get("payment").is_none());
    error.to_string()
}

#[test]
fn a_value_out_of_range_names_its_setting_and_the_range() {
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
        assert_eq!(rejected(config), message);
    }
}

#[test]
fn the_defaults_are_the_documented_ones() {
    let config = Bench::default().breaker.config();
    assert_eq!(config.threshold, Some(5));
    assert_eq!(config.success_threshold.get(), 3);
    assert_eq!(config.half_open_calls.get(), 2);
    assert_eq!(config.probe_failures.get(), 1);
    assert_eq!(config.open_for, OPEN_FOR);
    assert_eq!(config.max_open_for, 10 * OPEN_FOR);
    assert!(config.backoff.eq(&1.0) && config.jitter.eq(&0.0));
}

#[test]
fn min_calls_defaults_to_the_size_of_a_smaller_count_window() {
    let config = |calls| Config::new().window(Window::Calls(calls)).failure_rate(0.5);
    let min_calls = |calls| Bench::new(config(calls)).breaker.config().min_calls.get();
    assert_eq!(
        (min_calls(10), min_calls(20), min_calls(1000)),
        (10, 20, 20)
    );
}

#[test]
fn inconsistent_settings_are_rejected_by_name() {
    let cases = [
        (
            Config::new().failure_rate(0.5),
            "`failure_rate` needs a `window`",
        ),
        (
            Config::new().max_failures(5),
            "`max_failures` needs a `window`",
        ),
        (
            Config::new().window(Window::Calls(10)),
            "`window` needs `failure_rate`, `slow_rate` or `max_failures`",
        ),
        (
            Config::new().window(Window::Calls(10)).slow_rate(0.5),
            "`slow_rate` needs `slow_call`",
        ),
        (
            Config::new()
                .window(Window::Calls(10))
                .failure_rate(0.5)
                .min_calls(11),
            "`min_calls` is more than the 10 calls of `window`",
        ),
        (
            Config::new().window(Window::Calls(10)).max_failures(11),
            "`max_failures` is more than the 10 calls of `window`",
        ),
        (
            Config::new().window(Window::Calls(0)).failure_rate(0.5),
            "`window` must hold at least one call and be longer than zero, not 0 calls",
        ),
        (
            Config::new().window(Window::Calls(9)).failure_rate(0.0),
            "`failure_rate` must lie above 0 and at most 1, not 0.0",
        ),
        (
            Config::new().window(Window::Calls(9)).failure_rate(50.0),
            "`failure_rate` must lie above 0 and at most 1, not 50.0",
        ),
    ];
    let registry = Registry::new();
    for (config, message) in cases {
        let error = registry.get_or_create("payment", config).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}
