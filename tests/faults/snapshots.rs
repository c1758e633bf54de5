//! What opened a circuit stays visible while it is open.

use std::time::Duration;

use breaker_runtime::{Config, State, Window};

use crate::support::Bench;

const SECOND: Duration = Duration::from_secs(1);

fn opened() -> Bench {
    let config = Config::new()
        .window(Window::Calls(10))
        .failure_rate(0.5)
        .min_calls(5);
    let bench = Bench::new(config);
    bench.fail_times(5);
    assert_eq!(bench.state(), State::Open);
    bench
}

#[test]
fn the_window_of_an_open_circuit_is_that_of_its_opening() {
    let bench = opened();
    for _ in 0..2 {
        let window = bench.breaker.snapshot().window.unwrap();
        assert_eq!((window.calls, window.failures), (5, 5));
        assert_eq!(window.failure_rate, Some(1.0));
        assert!(window.frozen);
        bench.advance(30 * SECOND);
    }
    assert_eq!(bench.state(), State::HalfOpen);
    bench.breaker.reset();
    let window = bench.breaker.snapshot().window.unwrap();
    assert_eq!((window.calls, window.frozen), (0, false));
}

#[test]
fn under_a_forced_closing_the_window_of_an_open_circuit_goes_on_counting() {
    let bench = opened();
    bench.breaker.force_closed("the breaker is wrong", None);
    bench.succeed();
    bench.succeed();
    bench.fail();
    let window = bench.breaker.snapshot().window.unwrap();
    assert_eq!((window.calls, window.failures), (8, 6));
    assert!(!window.frozen);
}

#[test]
fn a_circuit_without_a_rate_has_no_threshold_beside_max_failures() {
    let config = Config::new()
        .window(Window::Time(60 * SECOND))
        .max_failures(10);
    let bench = Bench::new(config);
    assert_eq!(bench.breaker.config().threshold, None);
    for _ in 0..9 {
        bench.fail();
        bench.advance(7 * SECOND);
    }
    assert_eq!(bench.state(), State::Closed, "failures in a row do not age");
}
