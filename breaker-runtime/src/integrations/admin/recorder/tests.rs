//! Tests of the samples, by a clock that the test moves and without the thread, except for the last one.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::interval::Counts;
use super::*;
use crate::breaker::CircuitBreaker;
use crate::config::Config;
use crate::sync::{AtomicU64, Ordering};
use crate::test_util::ManualClock;
use crate::time::Clock;

const SECOND: Duration = Duration::from_secs(1);

struct Desk {
    clock: ManualClock,
    registry: Registry,
    recorder: Arc<Recorder>,
}

impl Desk {
    fn new() -> Self {
        let clock = ManualClock::new();
        let registry = Registry::with_clock(clock.clone());
        make(&registry, "bank");
        let (recorder, _) = Recorder::new(&registry);
        Self {
            clock,
            registry,
            recorder,
        }
    }

    fn call(&self, times: usize) {
        let bank = self.registry.get("bank").expect("it was made");
        (0..times).for_each(|_| call(&bank));
    }

    /// Moves the clock and takes the sample that is due.
    fn pass(&self, time: Duration) {
        self.clock.advance(time);
        self.recorder.catch_up();
    }

    fn intervals(&self, name: &str) -> Vec<Counts<u32>> {
        let series = self.recorder.series(name).expect("it is recorded");
        series.intervals
    }

    /// Returns the numbers of calls in each interval.
    fn calls(&self) -> Vec<u32> {
        let intervals = self.intervals("bank").into_iter();
        intervals.map(|[calls, ..]| calls).collect()
    }
}

fn make(registry: &Registry, name: &str) -> CircuitBreaker {
    registry
        .get_or_create(name, Config::new())
        .expect("the settings are valid")
}

fn call(breaker: &CircuitBreaker) {
    let _ = breaker.call(|| Ok::<_, ()>(1));
}

#[test]
fn each_interval_has_what_was_counted_in_it() {
    let desk = Desk::new();
    let bank = make(&desk.registry, "bank");
    desk.call(3);
    desk.pass(5 * SECOND);
    let _ = bank.call(|| Err::<(), _>("down"));
    bank.trip();
    desk.call(2);
    desk.pass(5 * SECOND);
    assert_eq!(desk.intervals("bank"), [[3, 0, 0, 0], [1, 1, 2, 0]]);
    desk.pass(4 * SECOND);
    assert_eq!(desk.calls(), [3, 1]);
}

#[test]
fn a_late_sample_is_spread_over_the_intervals_that_it_covers() {
    let desk = Desk::new();
    desk.call(7);
    desk.pass(Duration::from_millis(12_500));
    assert_eq!(desk.calls(), [2, 3]);
    // What belongs to the time after the end of an interval is kept for the next one.
    desk.pass(Duration::from_millis(2500));
    assert_eq!(desk.calls(), [2, 3, 2]);
}

#[test]
fn no_call_is_lost_or_counted_twice_whenever_samples_are_taken() {
    let desk = Desk::new();
    let mut calls = 0;
    for millis in [1, 4999, 5001, 7, 12_345, 60_000, 4993, 20_000] {
        desk.call(millis);
        calls += millis;
        desk.pass(Duration::from_millis(
            u64::try_from(millis).expect("it is short"),
        ));
    }
    desk.pass(5 * SECOND);
    let counted: u32 = desk.calls().iter().sum();
    assert_eq!(usize::try_from(counted), Ok(calls));
}

#[test]
fn ten_minutes_are_kept_and_the_series_says_when_it_ends() {
    let desk = Desk::new();
    for _ in 0..130 {
        desk.call(1);
        desk.pass(5 * SECOND);
    }
    assert_eq!(desk.calls(), [1; 120]);
    let began = desk.clock.wall() - 650 * SECOND;
    desk.pass(SECOND);
    let series = desk.recorder.series("bank").expect("it is recorded");
    assert_eq!(series.until, began + 650 * SECOND);
    // The whole time is one late sample.
    desk.call(2400);
    desk.pass(1199 * SECOND);
    assert_eq!(desk.calls(), [10; 120]);
    desk.pass(Duration::MAX);
    assert_eq!(desk.calls(), [0; 120]);
}

#[test]
fn a_breaker_that_was_removed_and_made_again_starts_over() {
    let desk = Desk::new();
    desk.call(3);
    desk.pass(5 * SECOND);
    desk.registry.remove("bank");
    make(&desk.registry, "bank");
    desk.call(5);
    desk.pass(5 * SECOND);
    assert_eq!(desk.calls(), [0; 0]);
    assert!(desk.recorder.rates("bank").is_none());
    desk.call(1);
    desk.pass(5 * SECOND);
    assert_eq!(desk.calls(), [1]);
    desk.registry.remove("bank");
    desk.pass(5 * SECOND);
    assert!(desk.recorder.series("bank").is_none());
}

#[test]
fn keys_are_summed_and_the_sums_start_over_with_the_first_key() {
    let desk = Desk::new();
    desk.call(9);
    desk.pass(5 * SECOND);
    let keyed = |key| {
        desk.registry
            .get_or_create_keyed("bank", key, Config::new())
    };
    call(&keyed("a").expect("the settings are valid"));
    desk.pass(5 * SECOND);
    assert_eq!(desk.calls(), [0; 0]);
    for key in ["a", "b", "c"] {
        call(&keyed(key).expect("the settings are valid"));
    }
    desk.pass(5 * SECOND);
    assert_eq!(desk.calls(), [3]);
}

#[test]
fn a_sample_notices_no_transition_and_holds_no_key() {
    let desk = Desk::new();
    let events = Arc::new(AtomicU64::new(0));
    let key = desk
        .registry
        .get_or_create_keyed("fetch", "sick.example", Config::new());
    let key = key.expect("the settings are valid");
    key.trip();
    let told = Arc::clone(&events);
    let _subscription = desk.registry.subscribe(move |_| {
        told.fetch_add(1, Ordering::Relaxed);
    });
    desk.pass(60 * SECOND);
    desk.pass(60 * SECOND);
    assert_eq!(events.load(Ordering::Relaxed), 0);
    drop(key);
    let mut handles = Vec::new();
    desk.registry.each(|breaker| {
        let shared = breaker.downgrade();
        handles.push((breaker.key().map(str::to_owned), shared));
    });
    let fetch = desk.registry.remove("fetch");
    drop(fetch);
    let key = handles.iter().find(|(key, _)| key.is_some());
    let (_, key) = key.expect("there is a key");
    assert!(key.upgrade().is_none());
}

#[test]
fn at_most_2000_names_are_recorded_and_the_first_ones_stay() {
    let desk = Desk::new();
    for nth in 0..MOST_NAMES {
        make(&desk.registry, &format!("c{nth:04}"));
    }
    desk.pass(5 * SECOND);
    assert!(desk.recorder.series("bank").is_some());
    assert!(desk.recorder.series("c1998").is_some());
    assert!(desk.recorder.series("c1999").is_none());
    make(&desk.registry, "a");
    desk.pass(5 * SECOND);
    assert!(desk.recorder.series("a").is_none());
    desk.registry.remove("bank");
    desk.pass(5 * SECOND);
    desk.pass(5 * SECOND);
    assert!(desk.recorder.series("a").is_some());
}

#[test]
fn rates_are_averages_of_ten_seconds() {
    let desk = Desk::new();
    assert!(desk.recorder.rates("bank").is_none());
    desk.call(33);
    desk.pass(5 * SECOND);
    let rates = |over, calls| json!({"over": over, "calls": calls, "failures": 0.0, "rejected": 0.0, "slow": 0.0});
    let read = || desk.recorder.rates("bank").map(Rates::to_json);
    assert_eq!(read(), Some(rates("5s", 6.6)));
    desk.call(100);
    desk.pass(5 * SECOND);
    assert_eq!(read(), Some(rates("10s", 13.3)));
    desk.pass(10 * SECOND);
    assert_eq!(read(), Some(rates("10s", 0.0)));
}

/// Makes a call of `bank` that takes as long as the clock is moved meanwhile.
fn slow_call(desk: &Desk, millis: u64) {
    let bank = desk.registry.get("bank").expect("it was made");
    let _ = bank.call(|| {
        desk.clock.advance(Duration::from_millis(millis));
        Ok::<_, ()>(1)
    });
}

#[test]
fn recent_latencies_are_those_of_the_last_minute() {
    let desk = Desk::new();
    let recent = || desk.recorder.recent("bank").map(|recent| recent.to_json());
    assert_eq!(recent(), None);
    desk.call(1);
    desk.pass(5 * SECOND);
    let without = json!({"over": "5s", "calls": 1, "p50": null, "p95": null, "p99": null});
    assert_eq!(recent(), Some(without));
    let overrides = crate::config::Overrides {
        latency: Some(true),
        ..Default::default()
    };
    desk.registry
        .configure("bank", overrides)
        .expect("the settings are valid");
    for _ in 0..9 {
        slow_call(&desk, 100);
    }
    slow_call(&desk, 1000);
    desk.pass(Duration::from_millis(3100));
    let quantiles = |recent: Option<Value>| {
        let recent = recent.expect("it is recorded");
        let whole = |name: &str| Some(recent[name].as_str()?.split('.').next()?.to_owned());
        (recent["calls"].as_u64(), whole("p50"), whole("p99"))
    };
    let text = |text: &str| Some(text.to_owned());
    let (calls, median, highest) = quantiles(recent());
    assert_eq!((calls, median), (Some(11), text("100")));
    assert_eq!(highest, text("1"));
    // They leave with their interval.
    desk.pass(55 * SECOND);
    assert_eq!(quantiles(recent()), (Some(10), text("100"), text("1")));
    desk.pass(5 * SECOND);
    assert_eq!(quantiles(recent()), (Some(0), None, None));
}

/// A clock whose wall clock can be set.
#[derive(Clone)]
struct Adjusted(ManualClock, Arc<AtomicU64>);

impl Clock for Adjusted {
    fn now(&self) -> Tick {
        self.0.now()
    }

    fn wall(&self) -> SystemTime {
        self.0.wall() + Duration::from_secs(self.1.load(Ordering::Relaxed))
    }
}

#[test]
fn the_past_is_forgotten_if_it_cannot_be_dated() {
    let clock = Adjusted(ManualClock::new(), Arc::default());
    let registry = Registry::with_clock(clock.clone());
    make(&registry, "bank");
    let (recorder, _) = Recorder::new(&registry);
    let ended = || {
        clock.0.advance(5 * SECOND);
        recorder.catch_up();
        let series = recorder.series("bank").expect("it is recorded");
        assert_eq!(series.until, clock.wall());
        series.intervals.len()
    };
    assert_eq!((ended(), ended()), (1, 2));
    // A clock that is corrected by less than an interval changes nothing.
    clock.1.store(3, Ordering::Relaxed);
    assert_eq!(ended(), 3);
    // The machine was suspended for an hour.
    clock.1.store(3600, Ordering::Relaxed);
    assert_eq!((ended(), ended()), (1, 2));
    clock.1.store(0, Ordering::Relaxed);
    assert_eq!(ended(), 1);
}

#[test]
fn the_thread_ends_with_the_recorder() {
    let (recorder, stopped) = Recorder::new(&Registry::new());
    let thread = spawn(Arc::downgrade(&recorder), stopped).expect("the system starts a thread");
    assert_eq!(thread.thread().name(), Some("breaker-admin"));
    drop(recorder);
    thread.join().expect("it does not panic");
}
