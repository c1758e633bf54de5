//! The known faults of textbook circuit breakers.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use breaker_runtime::{Config, State};

use crate::support::{Bench, OPEN_FOR};

#[test]
fn r2_the_circuit_does_not_open_one_call_late() {
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
fn r1_calls_run_concurrently_because_no_lock_is_held() {
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
fn r7_probes_run_concurrently() {
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
fn r7_two_probes_at_once_and_three_needed_successes_do_not_get_stuck_half_open() {
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
fn r12_the_backoff_shrinks_again_without_a_deadlock() {
    let config = Config::new().threshold(1).open_for(OPEN_FOR).backoff(2.0);
    let bench = Bench::new(config);
    let period = || bench.breaker.snapshot().open_period;
    for times in [1, 2, 4] {
        bench.fail();
        assert_eq!(period(), Some(times * OPEN_FOR));
        bench.advance(times * OPEN_FOR);
        assert_eq!(bench.state(), State::HalfOpen);
    }
    for _ in 0..3 {
        bench.succeed();
    }
    bench.advance(OPEN_FOR);
    bench.fail();
    assert_eq!(period(), Some(OPEN_FOR));
}

#[test]
fn r12_the_backoff_does_not_grow_with_all_openings_since_the_start() {
    let bench = Bench::new(Config::new().threshold(1).backoff(2.0));
    for _ in 0..5 {
        bench.fail();
        bench.advance(OPEN_FOR);
        for _ in 0..3 {
            bench.succeed();
        }
        bench.advance(OPEN_FOR);
    }
    bench.fail();
    assert_eq!(bench.breaker.snapshot().open_period, Some(OPEN_FOR));
}

#[test]
fn r9_a_call_that_began_before_the_circuit_opened_decides_nothing_about_the_probes() {
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
fn r6_r7_fifty_threads_at_the_edge_of_half_open_get_no_more_than_its_permits() {
    for _ in 0..20 {
        let bench = Bench::default();
        bench.fail_times(5);
        bench.advance(OPEN_FOR);
        let together = Barrier::new(50);
        let acquire = || {
            together.wait();
            bench.breaker.try_acquire()
        };
        let permits: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..50).map(|_| scope.spawn(acquire)).collect();
            let results = threads.into_iter().map(|thread| thread.join().unwrap());
            results.filter_map(Result::ok).collect()
        });
        assert_eq!(permits.len(), 2);
        let totals = bench.breaker.snapshot().totals;
        assert_eq!(totals.rejected, 48);
        assert_eq!(totals.half_opens, 1);
    }
}

#[test]
fn r6_a_short_open_period_by_the_system_clock_ends() {
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

#[test]
fn r8_a_probe_that_hangs_does_not_block_the_others_for_ever() {
    let bench = Bench::new(Config::new().half_open_calls(1).probe_timeout(OPEN_FOR));
    bench.half_open();
    let hung = bench.permit();
    assert!(bench.rejects());
    // The probe has timed out and failed: the circuit opens, and probes again after its period.
    bench.advance(OPEN_FOR);
    assert_eq!(bench.state(), State::Open);
    bench.advance(OPEN_FOR);
    for _ in 0..3 {
        bench.permit().success();
    }
    assert_eq!(bench.state(), State::Closed);
    drop(hung);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r6_r7_a_rejection_at_the_edge_of_half_open_is_counted_once() {
    let bench = Bench::default();
    bench.breaker.trip();
    bench.advance(OPEN_FOR.saturating_sub(Duration::from_nanos(1)));
    assert!(bench.rejects());
    bench.advance(Duration::from_nanos(1));
    // Of the half-open circuit, the first two calls get a permit and the third does not.
    let _probes = [bench.permit(), bench.permit()];
    assert!(bench.rejects());
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.rejected, totals.half_opens), (2, 1));
}

#[test]
fn r9_r14_no_transition_override_or_reset_clears_a_counter() {
    let bench = Bench::default();
    let mut before = bench.breaker.snapshot().totals;
    let mut grew = |bench: &Bench| {
        let after = bench.breaker.snapshot().totals;
        assert!(after.calls >= before.calls && after.failures >= before.failures);
        assert!(after.successes >= before.successes && after.rejected >= before.rejected);
        assert!(after.opens >= before.opens && after.closes >= before.closes);
        assert!(after.half_opens >= before.half_opens && after.stale >= before.stale);
        before = after;
    };
    bench.succeed();
    bench.half_open();
    grew(&bench);
    for _ in 0..3 {
        bench.permit().success();
    }
    grew(&bench);
    bench.breaker.force_open("a test", None);
    assert!(bench.rejects());
    grew(&bench);
    bench.breaker.clear_override();
    bench.breaker.trip();
    bench.breaker.reset();
    grew(&bench);
    assert_eq!((before.calls, before.successes, before.failures), (9, 4, 5));
    assert_eq!((before.opens, before.closes, before.rejected), (2, 2, 1));
}

#[test]
fn r7_a_call_inside_a_call_of_the_same_breaker_waits_for_no_permit() {
    fn down(bench: &Bench, depth: u32) -> u32 {
        let inner = bench.breaker.call(|| {
            let deeper = if depth > 0 { down(bench, depth - 1) } else { 0 };
            Ok::<_, &str>(deeper + 1)
        });
        inner.unwrap()
    }
    for config in [
        Config::new(),
        Config::new().slow_call(Duration::from_secs(1)),
    ] {
        let bench = Bench::new(config);
        assert_eq!(down(&bench, 50), 51);
        assert_eq!(bench.breaker.snapshot().totals.successes, 51);
        // A call inside a probe is admitted too when no permit is free.
        bench.breaker.trip();
        bench.advance(OPEN_FOR);
        let inner = bench.breaker.call(|| {
            let second = bench.breaker.call(|| Ok::<_, &str>(bench.rejects()));
            Ok::<_, &str>(second)
        });
        assert_eq!(inner, Ok(Ok(false)));
    }
}
