//! R2 to R5 for windows: rates, numbers of failures, and samples that leave the window.

use std::time::Duration;

use breaker_runtime::{Config, Overrides, Reason, State, Window};

use crate::support::{Bench, OPEN_FOR};

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
    bench.advance(MINUTE + MINUTE / 10);
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
    bench.advance(MINUTE);
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
fn r5_no_rate_decides_below_min_calls() {
    let bench = last_hundred();
    bench.fail_times(19);
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.breaker.snapshot().window.unwrap().failure_rate, None);
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r2_a_rate_replaces_the_default_threshold_but_not_one_that_is_set() {
    assert_eq!(last_hundred().breaker.config().threshold, None);
    let both = Config::new()
        .window(Window::Calls(100))
        .failure_rate(0.5)
        .threshold(3);
    let bench = Bench::new(both);
    bench.fail_times(3);
    assert_eq!(bench.state(), State::Open);
    let counted = last_minute(Config::new().max_failures(100));
    assert_eq!(counted.breaker.config().threshold, None);
}

#[test]
fn r5_the_window_is_empty_when_the_circuit_closes() {
    let bench = last_minute(Config::new().max_failures(3).threshold(100));
    bench.fail_times(3);
    bench.advance(OPEN_FOR);
    for _ in 0..3 {
        bench.succeed();
    }
    assert_eq!(bench.breaker.snapshot().window.unwrap().calls, 0);
    bench.fail_times(2);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r5_r9_calls_longer_than_the_window_count_when_they_end() {
    let bench = last_minute(Config::new().max_failures(3));
    let permits: Vec<_> = (0..3).map(|_| bench.permit()).collect();
    bench.advance(10 * MINUTE);
    for permit in permits {
        permit.failure();
    }
    assert_eq!(bench.state(), State::Open);
    assert_eq!(bench.breaker.snapshot().totals.stale, 0);
}

#[test]
fn r16_samples_are_kept_unless_the_window_itself_changes() {
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
