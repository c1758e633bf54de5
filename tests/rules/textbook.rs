//! The known faults of the textbook's circuit breaker, which must not come back.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use breaker_runtime::{Config, State};

use super::{Bench, OPEN_FOR};

#[test]
fn the_circuit_does_not_open_one_call_late() {
    let bench = Bench::default();
    let mut reached = 0;
    for _ in 0..20 {
        let _ = bench.breaker.call(|| {
            reached += 1;
            Err::<(), _>("down")
        });
    }
    assert_eq!(reached, 5);
}

#[test]
fn calls_run_beside_each_other_because_no_lock_is_held_meanwhile() {
    let bench = Bench::default();
    let both_inside = Barrier::new(2);
    let call = || {
        bench.breaker.call(|| {
            both_inside.wait();
            Ok::<_, ()>(())
        })
    };
    thread::scope(|scope| {
        scope.spawn(call);
        scope.spawn(call);
    });
    assert_eq!(bench.breaker.snapshot().totals.successes, 2);
}

#[test]
fn probes_run_beside_each_other_too() {
    let bench = Bench::default();
    bench.half_open();
    let both_inside = Barrier::new(2);
    let call = || {
        bench.breaker.call(|| {
            both_inside.wait();
            Ok::<_, ()>(())
        })
    };
    thread::scope(|scope| {
        scope.spawn(call);
        scope.spawn(call);
    });
    assert_eq!(bench.state(), State::HalfOpen);
}

#[test]
fn two_probes_at_once_and_three_successes_needed_do_not_get_it_stuck_half_open() {
    let bench = Bench::new(Config::new().half_open_calls(2).success_threshold(3));
    bench.half_open();
    let (first, second) = (bench.permit(), bench.permit());
    first.success();
    second.success();
    assert_eq!(bench.state(), State::HalfOpen);
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn the_back_off_shrinks_again_and_deadlocks_on_nothing() {
    let config = Config::new().threshold(1).open_for(OPEN_FOR).backoff(2.0);
    let bench = Bench::new(config);
    let period = || bench.breaker.snapshot().open_period;
    for times in [1, 2, 4] {
        bench.fail();
        assert_eq!(period(), Some(times * OPEN_FOR));
        bench.pass(times * OPEN_FOR);
        assert_eq!(bench.state(), State::HalfOpen);
    }
    for _ in 0..3 {
        bench.succeed();
    }
    bench.pass(OPEN_FOR);
    bench.fail();
    assert_eq!(period(), Some(OPEN_FOR));
}

#[test]
fn the_back_off_is_exponential_and_not_a_multiple_of_all_openings_ever() {
    let bench = Bench::new(Config::new().threshold(1).backoff(2.0));
    for _ in 0..5 {
        bench.fail();
        bench.pass(OPEN_FOR);
        for _ in 0..3 {
            bench.succeed();
        }
        bench.pass(OPEN_FOR);
    }
    bench.fail();
    assert_eq!(bench.breaker.snapshot().open_period, Some(OPEN_FOR));
}

#[test]
fn a_call_that_began_before_the_circuit_opened_decides_nothing_about_the_probes() {
    let bench = Bench::new(Config::new().success_threshold(2));
    let (late_success, late_failure) = (bench.permit(), bench.permit());
    bench.half_open();
    late_success.success();
    late_failure.failure();
    assert_eq!(bench.state(), State::HalfOpen);
    bench.succeed();
    assert_eq!(bench.state(), State::HalfOpen);
    bench.succeed();
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn fifty_threads_at_the_edge_of_half_open_admit_no_more_than_the_permits() {
    for _ in 0..20 {
        let bench = Bench::default();
        bench.fail_times(5);
        bench.pass(OPEN_FOR);
        let together = Barrier::new(50);
        let ask = || {
            together.wait();
            bench.breaker.try_acquire()
        };
        let permits: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..50).map(|_| scope.spawn(ask)).collect();
            let asked = threads.into_iter().map(|thread| thread.join().unwrap());
            asked.filter_map(Result::ok).collect()
        });
        assert_eq!(permits.len(), 2);
        let totals = bench.breaker.snapshot().totals;
        assert_eq!(totals.rejected, 48);
        assert_eq!(totals.half_opens, 1);
    }
}

#[test]
fn a_short_open_period_of_the_systems_clock_ends() {
    let registry = breaker_runtime::Registry::new();
    let config = Config::new()
        .threshold(1)
        .open_for(Duration::from_millis(1));
    let breaker = registry.get_or_create("payment", config).unwrap();
    breaker.trip();
    while breaker.state() == State::Open {
        thread::yield_now();
    }
    assert_eq!(breaker.state(), State::HalfOpen);
}
