//! What `docs/moving-in/resilience4j.md` says of the half-open state.

use std::time::Duration;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{Config, State};

/// Admits so many calls and judges them when all have ended, each bit of `outcomes` a failure.
fn theirs(calls: u32, per_cent: u32, outcomes: u32) -> State {
    let failures = (outcomes & ((1 << calls) - 1)).count_ones();
    if failures * 100 >= per_cent * calls {
        State::Open
    } else {
        State::Closed
    }
}

fn ours(keys: [u32; 3], calls: u32, outcomes: u32) -> State {
    let [half_open_calls, probe_failures, success_threshold] = keys;
    let config = Config::new()
        .half_open_calls(half_open_calls)
        .probe_failures(probe_failures)
        .success_threshold(success_threshold);
    let test = TestRegistry::new();
    let breaker = test.get_or_create("probed", config).expect("it is right");
    breaker.trip();
    test.clock().advance(Duration::from_secs(30));
    for call in 0..calls {
        if breaker.state() != State::HalfOpen {
            break;
        }
        let permit = breaker.try_acquire().expect("one at a time");
        if outcomes >> call & 1 == 1 {
            permit.failure();
        } else {
            permit.success();
        }
    }
    breaker.state()
}

#[test]
fn the_three_keys_give_the_verdicts_of_resilience4j() {
    for (calls, per_cent, keys) in [
        (10, 50, [10, 5, 6]),
        (5, 50, [5, 3, 3]),
        (3, 100, [3, 3, 1]),
        (8, 30, [8, 3, 6]), // the formula, for a rate that divides nothing
    ] {
        for outcomes in 0..1 << calls {
            let (theirs, ours) = (
                theirs(calls, per_cent, outcomes),
                ours(keys, calls, outcomes),
            );
            assert_eq!(theirs, ours, "{calls} calls at {per_cent} %: {outcomes:b}");
        }
    }
}
