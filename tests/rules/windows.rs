//! R2 to R5 over windows: rates, numbers of failures, and what slides out.

use std::time::Duration;

use breaker_runtime::{Config, Overrides, Reason, State, Window};

use super::{Bench, OPEN_FOR};

const MINUTE: Duration = Duration::from_secs(60);

fn last_hundred() -> Bench {
    Bench::new(Config::new().window(Window::Calls(100)).failure_rate(0.5))
}

fn last_minute(config: Config) -> Bench {
    Bench::new(config.window(Window::Time(MINUTE)))
}

#[test]
fn r5_a_count_window_slides_even_after_ten_thousand_successes() {
    let bench = last_hundred();
    for _ in 0..10_000 {
        bench.succeed();
    }
    let record = bench.record();
    bench.fail_times(49);
    assert_eq!(bench.state(), State::Closed);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
    let expected = (State::Closed, State::Open, Reason::FailureRate);
    assert_eq!(record.transitions(), [expected]);
}

#[test]
fn r5_a_time_window_forgets_within_a_tenth_of_its_length() {
    let bench = last_minute(Config::new().max_failures(3));
    bench.fail_times(2);
    bench.pass(MINUTE + MINUTE / 10);
    bench.succeed();
    bench.fail();
    assert_eq!(bench.state(), State::Closed);
    let window = bench.breaker.snapshot().window.unwrap();
    assert_eq!((window.calls, window.failures), (2, 1));
}

#[test]
fn r5_a_time_window_keeps_a_failure_for_its_whole_length() {
    let bench = last_minute(Config::new().max_failures(3));
    bench.fail();
    bench.succeed();
    bench.fail();
    bench.succeed();
    bench.pass(MINUTE);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r3_a_success_ends_a_row_but_takes_nothing_out_of_a_window() {
    let bench = last_minute(Config::new().max_failures(4));
    for _ in 0..3 {
        bench.fail();
        bench.succeed();
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.failures_in_a_row, 0);
    assert_eq!(snapshot.window.unwrap().failures, 3);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r3_ignored_and_cancelled_calls_are_not_in_the_window() {
    let bench = last_hundred();
    bench.permit().ignore();
    drop(bench.permit());
    assert_eq!(bench.breaker.snapshot().window.unwrap().calls, 0);
}

#[test]
fn r4_a_success_never_opens_even_if_it_completes_the_calls_that_a_rate_needs() {
    let bench = Bench::new(
        Config::new()
            .window(Window::Calls(100))
            .failure_rate(0.5)
            .min_calls(10),
    );
    for _ in 0..9 {
        bench.fail();
    }
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(
        bench.breaker.snapshot().window.unwrap().failure_rate,
        Some(0.9)
    );
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn no_rate_is_judged_below_min_calls() {
    let bench = last_hundred();
    bench.fail_times(19);
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.breaker.snapshot().window.unwrap().failure_rate, None);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn min_calls_defaults_to_the_whole_of_a_smaller_count_window() {
    let config = |calls| Config::new().window(Window::Calls(calls)).failure_rate(0.5);
    let min_calls = |calls| Bench::new(config(calls)).breaker.config().min_calls.get();
    assert_eq!(
        (min_calls(10), min_calls(20), min_calls(1000)),
        (10, 20, 20)
    );
}

#[test]
fn a_rate_takes_the_place_of_the_default_row_but_not_of_one_that_is_set() {
    assert_eq!(last_hundred().breaker.config().threshold, None);
    let both = Config::new()
        .window(Window::Calls(100))
        .failure_rate(0.5)
        .threshold(3);
    let bench = Bench::new(both);
    bench.fail_times(3);
    assert_eq!(bench.state(), State::Open);
    let beside = last_minute(Config::new().max_failures(100));
    assert_eq!(beside.breaker.config().threshold, Some(5));
    beside.fail_times(5);
    assert_eq!(beside.state(), State::Open);
}

#[test]
fn a_new_closed_stay_begins_with_an_empty_window() {
    let bench = last_minute(Config::new().max_failures(3).threshold(100));
    bench.fail_times(3);
    bench.pass(OPEN_FOR);
    for _ in 0..3 {
        bench.succeed();
    }
    assert_eq!(bench.breaker.snapshot().window.unwrap().calls, 0);
    bench.fail_times(2);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r9_calls_longer_than_the_window_count_when_they_end() {
    let bench = last_minute(Config::new().max_failures(3));
    let permits: Vec<_> = (0..3).map(|_| bench.permit()).collect();
    bench.pass(10 * MINUTE);
    for permit in permits {
        permit.failure();
    }
    assert_eq!(bench.state(), State::Open);
    assert_eq!(bench.breaker.snapshot().totals.stale, 0);
}

#[test]
fn r16_samples_stay_when_only_the_thresholds_change_and_go_with_the_windows_shape() {
    let bench = last_hundred();
    bench.fail_times(10);
    let configure = |overrides| bench.registry.configure("payment", overrides).unwrap();
    configure(Overrides {
        min_calls: Some(11),
        ..Overrides::default()
    });
    assert_eq!(bench.breaker.snapshot().window.unwrap().failures, 10);
    configure(Overrides {
        window: Some(Window::Calls(50)),
        ..Overrides::default()
    });
    assert_eq!(bench.breaker.snapshot().window.unwrap().calls, 0);
    bench.fail_times(11);
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn keys_that_cannot_be_met_together_are_refused_by_name() {
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
    let registry = breaker_runtime::Registry::new();
    for (config, message) in cases {
        let error = registry.get_or_create("payment", config).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}
