//! Totals: every finished call is counted once, on any number of threads.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use breaker_runtime::{Config, State};

use crate::support::{Bench, OPEN_FOR};

#[test]
fn each_end_of_a_call_is_counted_once() {
    let bench = Bench::new(Config::new().threshold(100));
    bench.succeed();
    bench.fail();
    bench.permit().ignore();
    drop(bench.permit());
    let totals = bench.breaker.snapshot().totals;
    assert_eq!(
        (
            totals.calls,
            totals.successes,
            totals.failures,
            totals.ignored,
            totals.cancelled
        ),
        (4, 1, 1, 1, 1)
    );
}

#[test]
fn transitions_and_rejections_are_counted() {
    let bench = Bench::default();
    for _ in 0..2 {
        bench.half_open();
        for _ in 0..3 {
            bench.succeed();
        }
    }
    bench.fail_times(5);
    assert!(bench.rejects() && bench.rejects());
    let totals = bench.breaker.snapshot().totals;
    assert_eq!((totals.opens, totals.half_opens, totals.closes), (3, 2, 2));
    assert_eq!(totals.rejected, 2);
}

#[test]
fn the_times_of_the_last_failure_success_and_transition_are_kept() {
    let bench = Bench::default();
    let before = bench.breaker.snapshot();
    assert_eq!(before.totals.last_failure_at, None);
    assert_eq!(before.totals.last_success_at, None);
    assert_eq!(before.totals.last_transition_at, None);
    bench.succeed();
    bench.advance(Duration::from_secs(1));
    bench.fail_times(5);
    bench.advance(OPEN_FOR);
    let totals = bench.breaker.snapshot().totals;
    let since = |later: Option<std::time::SystemTime>, earlier: Option<std::time::SystemTime>| {
        later.unwrap().duration_since(earlier.unwrap()).unwrap()
    };
    assert_eq!(
        since(totals.last_failure_at, totals.last_success_at),
        Duration::from_secs(1)
    );
    assert_eq!(
        since(totals.last_transition_at, totals.last_failure_at),
        OPEN_FOR
    );
}

#[test]
fn the_first_of_64_quiet_successes_is_dated_and_marked_as_a_lower_bound() {
    let bench = Bench::default();
    let dated = || {
        let totals = bench.breaker.snapshot().totals;
        (
            totals.last_success_at.unwrap(),
            totals.last_success_is_lower_bound,
        )
    };
    bench.succeed();
    let (first, lower_bound) = dated();
    assert!(!lower_bound);
    for _ in 0..63 {
        bench.advance(Duration::from_secs(1));
        bench.succeed();
    }
    assert_eq!(dated(), (first, true));
    bench.advance(Duration::from_secs(1));
    bench.succeed();
    assert_eq!(dated(), (first + Duration::from_secs(64), false));
}

#[test]
fn a_success_after_a_failure_is_dated() {
    let bench = Bench::default();
    bench.succeed();
    bench.fail();
    bench.advance(Duration::from_secs(5));
    bench.succeed();
    let totals = bench.breaker.snapshot().totals;
    let after = totals
        .last_success_at
        .unwrap()
        .duration_since(totals.last_failure_at.unwrap());
    assert_eq!(after.unwrap(), Duration::from_secs(5));
    assert!(!totals.last_success_is_lower_bound);
}

#[test]
fn totals_of_many_threads_equal_an_independent_count() {
    let bench = Bench::new(
        Config::new()
            .threshold(3)
            .open_for(Duration::from_millis(50)),
    );
    let kept: [AtomicU64; 5] = Default::default();
    let keep = |which: usize| kept[which].fetch_add(1, Ordering::Relaxed);
    thread::scope(|scope| {
        for seed in 1..5_u64 {
            let (bench, keep) = (&bench, &keep);
            scope.spawn(move || {
                let mut random = seed;
                for _ in 0..20_000 {
                    random = random
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    let Ok(permit) = bench.breaker.try_acquire() else {
                        keep(4);
                        bench.advance(Duration::from_millis(1));
                        continue;
                    };
                    match (random >> 33) % 16 {
                        0..=9 => {
                            permit.success();
                            keep(0);
                        }
                        10..=11 => {
                            permit.failure();
                            keep(1);
                        }
                        12 => {
                            let panics = AssertUnwindSafe(|| {
                                let _permit = permit;
                                panic::resume_unwind(Box::new("boom"));
                            });
                            assert!(panic::catch_unwind(panics).is_err());
                            keep(1);
                        }
                        13 => {
                            permit.ignore();
                            keep(2);
                        }
                        14 => {
                            drop(permit);
                            keep(3);
                        }
                        _ => {
                            bench.breaker.reset();
                            drop(bench.breaker.snapshot());
                            permit.success();
                            keep(0);
                        }
                    }
                }
            });
        }
    });
    let snapshot = bench.breaker.snapshot();
    let totals = snapshot.totals;
    let kept = kept.map(AtomicU64::into_inner);
    assert_eq!(
        [
            totals.successes,
            totals.failures,
            totals.ignored,
            totals.cancelled,
            totals.rejected
        ],
        kept
    );
    assert_eq!(totals.calls, kept[..4].iter().sum::<u64>());
    assert!(totals.opens > 0 && totals.stale > 0, "{totals:?}");
    assert_eq!(snapshot.probes_in_flight, 0);
    bench.breaker.reset();
    bench.fail_times(3);
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn threads_that_have_ended_leave_their_counts_and_free_their_slots() {
    let bench = Bench::default();
    for _ in 0..1_000 {
        thread::scope(|scope| {
            scope.spawn(|| bench.succeed());
        });
    }
    assert_eq!(bench.breaker.snapshot().totals.successes, 1_000);
}

#[test]
fn more_threads_than_slots_lose_no_count() {
    let bench = Bench::default();
    let together = std::sync::Barrier::new(300);
    thread::scope(|scope| {
        for _ in 0..300 {
            scope.spawn(|| {
                together.wait();
                for _ in 0..100 {
                    bench.succeed();
                }
            });
        }
    });
    assert_eq!(bench.breaker.snapshot().totals.successes, 30_000);
}

#[test]
fn a_call_made_while_its_thread_ends_is_counted() {
    thread_local! {
        static LAST: std::cell::RefCell<Option<CallsAtEnd>> = const { std::cell::RefCell::new(None) };
    }
    struct CallsAtEnd(breaker_runtime::CircuitBreaker);
    impl Drop for CallsAtEnd {
        fn drop(&mut self) {
            self.0.call(|| Ok::<_, ()>(())).unwrap();
        }
    }
    let bench = Bench::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            LAST.set(Some(CallsAtEnd(bench.breaker.clone())));
            bench.succeed();
        });
    });
    // A scope may end before the destructors of its threads have run, so this thread is joined.
    let breaker = bench.breaker.clone();
    let thread = thread::spawn(move || LAST.set(Some(CallsAtEnd(breaker))));
    thread.join().unwrap();
    assert!(bench.breaker.snapshot().totals.successes >= 2);
}

#[test]
fn snapshots_of_an_idle_breaker_are_equal() {
    let registry = breaker_runtime::Registry::new();
    let breaker = registry.get_or_create("payment", Config::new()).unwrap();
    breaker.trip();
    breaker.reset();
    let first = breaker.snapshot();
    for _ in 0..20 {
        assert_eq!(breaker.snapshot(), first);
    }
    assert_eq!(Some(first.since), first.totals.last_transition_at);
}
