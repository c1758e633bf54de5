//! R12 and R13: how long the circuit stays open, and by which clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use breaker_runtime::{Clock, Config, Registry, State, Tick};

use crate::support::{Bench, OPEN_FOR};

const SECOND: Duration = Duration::from_secs(1);

fn backing_off() -> Bench {
    let config = Config::new().threshold(1).open_for(SECOND).backoff(2.0);
    Bench::new(config.max_open_for(5 * SECOND))
}

/// Returns the current open period.
fn period(bench: &Bench) -> Duration {
    assert_eq!(bench.state(), State::Open);
    bench.breaker.snapshot().open_period.unwrap()
}

#[test]
fn r12_each_opening_in_a_row_lasts_longer_up_to_the_ceiling() {
    let bench = backing_off();
    let mut periods = Vec::new();
    for _ in 0..5 {
        bench.fail();
        periods.push(period(&bench).as_secs());
        bench.advance(period(&bench));
        assert_eq!(bench.state(), State::HalfOpen);
    }
    assert_eq!(periods, [1, 2, 4, 5, 5]);
}

#[test]
fn r12_the_default_ceiling_is_ten_times_the_open_period() {
    let bench = Bench::new(Config::new().threshold(1).backoff(1e9));
    bench.fail();
    bench.advance(OPEN_FOR);
    bench.fail();
    assert_eq!(period(&bench), 10 * OPEN_FOR);
}

fn recover(bench: &Bench) {
    bench.advance(period(bench));
    for _ in 0..3 {
        bench.succeed();
    }
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r12_being_closed_for_one_open_for_restarts_the_backoff() {
    let bench = backing_off();
    bench.fail();
    recover(&bench);
    bench.advance(SECOND - Duration::from_nanos(1));
    bench.fail();
    assert_eq!(period(&bench), 2 * SECOND);
    recover(&bench);
    bench.advance(SECOND);
    bench.fail();
    assert_eq!(period(&bench), SECOND);
}

#[test]
fn r12_a_reset_restarts_the_backoff() {
    let bench = backing_off();
    bench.fail();
    bench.advance(SECOND);
    bench.fail();
    assert_eq!(period(&bench), 2 * SECOND);
    bench.breaker.reset();
    bench.fail();
    assert_eq!(period(&bench), SECOND);
}

#[test]
fn r12_a_trip_counts_as_an_opening_and_an_override_does_not() {
    let bench = backing_off();
    bench.breaker.trip();
    assert_eq!(period(&bench), SECOND);
    recover(&bench);
    bench.breaker.force_open("test", None);
    bench.breaker.clear_override();
    bench.breaker.trip();
    assert_eq!(period(&bench), 2 * SECOND);
}

#[test]
fn r12_jitter_is_drawn_once_for_each_period_and_stays_within_its_share() {
    let config = Config::new().threshold(1).open_for(SECOND).jitter(0.5);
    let bench = Bench::new(config);
    let mut drawn = Vec::new();
    for _ in 0..200 {
        bench.fail();
        let first = period(&bench);
        assert_eq!(period(&bench), first);
        assert!(first >= SECOND / 2 && first <= SECOND * 3 / 2, "{first:?}");
        drawn.push(first);
        bench.advance(first);
        assert_eq!(bench.state(), State::HalfOpen);
    }
    drawn.sort();
    drawn.dedup();
    assert!(drawn.len() > 150, "{} different periods", drawn.len());
    assert!(drawn[0] < SECOND * 3 / 4 && *drawn.last().unwrap() > SECOND * 5 / 4);
}

#[test]
fn r12_jitter_never_raises_a_period_above_the_ceiling() {
    let config = Config::new()
        .threshold(1)
        .open_for(SECOND)
        .max_open_for(SECOND);
    let bench = Bench::new(config.jitter(1.0));
    for _ in 0..100 {
        bench.fail();
        let open = bench.breaker.snapshot().open_period;
        assert!(open.is_none_or(|period| period <= SECOND), "{open:?}");
        bench.advance(SECOND);
    }
}

#[test]
fn r12_periods_beyond_the_range_of_the_clock_saturate() {
    let config = Config::new()
        .threshold(1)
        .open_for(Duration::MAX)
        .backoff(f64::MAX);
    let bench = Bench::new(config.max_open_for(Duration::MAX));
    bench.advance(SECOND);
    bench.fail();
    bench.advance(Duration::from_secs(1 << 30));
    assert_eq!(bench.state(), State::Open);
    bench.breaker.reset();
    bench.fail();
    assert_eq!(bench.state(), State::Open);
}

/// A clock whose readings the test sets.
#[derive(Clone)]
struct Stepping {
    now: Arc<AtomicU64>,
    wall: Arc<Mutex<SystemTime>>,
}

impl Clock for Stepping {
    fn now(&self) -> Tick {
        Tick::from_nanos(self.now.load(Ordering::SeqCst))
    }

    fn wall(&self) -> SystemTime {
        *self.wall.lock().unwrap()
    }
}

#[test]
fn r13_steps_of_the_wall_clock_do_not_move_a_circuit() {
    let wall = Arc::new(Mutex::new(SystemTime::now()));
    let now = Arc::new(AtomicU64::new(0));
    let registry = Registry::with_clock(Stepping {
        now: Arc::clone(&now),
        wall: Arc::clone(&wall),
    });
    let breaker = registry.get_or_create("payment", Config::new()).unwrap();
    breaker.trip();
    for step in [
        SystemTime::UNIX_EPOCH,
        SystemTime::now() + Duration::from_secs(1 << 32),
    ] {
        *wall.lock().unwrap() = step;
        let snapshot = breaker.snapshot();
        assert_eq!(snapshot.state, State::Open);
        assert_eq!(snapshot.retry_after, Some(OPEN_FOR));
    }
    now.store(30_000_000_000, Ordering::SeqCst);
    assert_eq!(breaker.state(), State::HalfOpen);
}

#[test]
fn r13_a_clock_that_steps_back_counts_as_stopped() {
    let now = Arc::new(AtomicU64::new(40_000_000_000));
    let registry = Registry::with_clock(Stepping {
        now: Arc::clone(&now),
        wall: Arc::new(Mutex::new(SystemTime::now())),
    });
    let breaker = registry.get_or_create("payment", Config::new()).unwrap();
    breaker.trip();
    now.store(0, Ordering::SeqCst);
    assert_eq!(breaker.state(), State::Open);
    now.store(70_000_000_000, Ordering::SeqCst);
    assert_eq!(breaker.state(), State::HalfOpen);
}
