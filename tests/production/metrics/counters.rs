//! Counters: each event is counted once, and no counter decreases.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use ::metrics::{
    Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use breaker_runtime::metrics::Publisher;
use breaker_runtime::{CallError, Config, Registry, State, Window};
use futures::FutureExt;

use super::exposition::Labels;
use super::{OPEN_FOR, Scraped, fail, succeed};

#[test]
fn a_rejection_is_counted_once_and_by_its_reason() {
    let scraped = Scraped::new();
    let config = Config::new().threshold(1).success_threshold(1);
    let payment = scraped.breaker("payment", config.ramp(Duration::from_secs(100)));
    let reasons = ["open", "half_open_full", "ramp", "forced"];
    let reject = |times| (0..times).for_each(|_| assert!(payment.try_acquire().is_err()));
    let counted = || {
        let exposition = scraped.scrape();
        reasons.map(|reason| {
            let labels = format!("breaker=payment,reason={reason}");
            exposition.value("circuit_breaker_rejected_total", &labels)
        })
    };
    assert_eq!(counted(), [0.0; 4]);

    fail(&payment);
    reject(1);
    assert_eq!(counted(), [1.0, 0.0, 0.0, 0.0]);
    scraped.clock.advance(OPEN_FOR);
    let probes = [
        payment.try_acquire().unwrap(),
        payment.try_acquire().unwrap(),
    ];
    reject(2);
    assert_eq!(counted(), [1.0, 2.0, 0.0, 0.0]);
    probes.into_iter().for_each(|probe| probe.success());
    succeed(&payment);
    reject(3);
    assert_eq!(counted(), [1.0, 2.0, 3.0, 0.0]);
    payment.force_open("maintenance", None);
    reject(4);
    assert_eq!(counted(), [1.0, 2.0, 3.0, 4.0]);
    assert_eq!(counted(), [1.0, 2.0, 3.0, 4.0], "it was published twice");
}

#[test]
fn a_call_is_counted_by_its_outcome() {
    let scraped = Scraped::new();
    let config = Config::new().slow_call(Duration::from_secs(1));
    let payment = scraped.breaker("payment", config.threshold(9));
    succeed(&payment);
    (0..2).for_each(|_| fail(&payment));
    (0..3).for_each(|_| payment.try_acquire().unwrap().ignore());
    (0..4).for_each(|_| drop(payment.try_acquire().unwrap()));
    let slow = payment.try_acquire().unwrap();
    scraped.clock.advance(Duration::from_secs(1));
    slow.success();
    let stale = payment.try_acquire().unwrap();
    payment.reset();
    stale.success();

    let exposition = scraped.scrape();
    let outcomes = ["success", "failure", "ignored", "cancelled"].map(|outcome| {
        let labels = format!("breaker=payment,outcome={outcome}");
        exposition.value("circuit_breaker_calls_total", &labels)
    });
    assert_eq!(outcomes, [3.0, 2.0, 3.0, 4.0]);
    let alone = ["slow_calls", "stale"]
        .map(|name| exposition.value(&format!("circuit_breaker_{name}_total"), "breaker=payment"));
    assert_eq!(alone, [1.0, 1.0]);
}

#[test]
fn whole_seconds_are_counted_and_the_remainder_is_kept() {
    let scraped = Scraped::new();
    let config = Config::new().open_for(Duration::from_millis(1500));
    let payment = scraped.breaker("payment", config);
    let seconds = || {
        let name = "circuit_breaker_open_seconds_total";
        scraped.scrape().value(name, "breaker=payment")
    };
    let mut seen = vec![seconds()];
    for _ in 0..4 {
        payment.trip();
        scraped.clock.advance(Duration::from_millis(750));
        seen.push(seconds());
        scraped.clock.advance(Duration::from_millis(750));
        seen.push(seconds());
    }
    assert_eq!(seen, [0.0, 0.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 6.0]);
}

#[test]
fn every_transition_is_published_as_zero_from_the_start() {
    let scraped = Scraped::new();
    let second = Duration::from_secs(1);
    let config = Config::new().threshold(1);
    let row = scraped.breaker("row", config.probe_timeout(OPEN_FOR));
    let window = Config::new()
        .window(Window::Calls(10))
        .min_calls(1)
        .threshold(9);
    let most = scraped.breaker("most", window.max_failures(1));
    let rate = scraped.breaker("rate", window.failure_rate(0.5));
    let slow = scraped.breaker("slow", window.slow_call(second).slow_rate(0.5));
    let transitions = || {
        let exposition = scraped.scrape();
        let family = &exposition.families["circuit_breaker_transitions_total"];
        let sum = |sums: &mut BTreeMap<_, f64>, ((_, labels), value): (&(_, Labels), &f64)| {
            let way = ["from", "to", "reason"].map(|label| labels[label].clone());
            *sums.entry(way).or_default() += value;
        };
        let mut sums = BTreeMap::new();
        family
            .samples
            .iter()
            .for_each(|sample| sum(&mut sums, sample));
        sums
    };
    let before = transitions();
    assert!(before.values().all(|count| *count == 0.0));

    let half_open = || {
        scraped.clock.advance(OPEN_FOR);
        assert_eq!(row.state(), State::HalfOpen);
    };
    fail(&row);
    half_open();
    fail(&row);
    half_open();
    let silent = row.try_acquire().unwrap();
    scraped.clock.advance(OPEN_FOR);
    assert_eq!(row.state(), State::Open);
    drop(silent);
    half_open();
    (0..3).for_each(|_| drop(row.try_acquire().unwrap()));
    half_open();
    row.try_acquire().unwrap().trip();
    half_open();
    (0..6).for_each(|_| row.try_acquire().unwrap().ignore());
    row.try_acquire().unwrap().trip();
    half_open();
    row.trip();
    row.reset();
    row.reset();
    row.trip();
    half_open();
    row.reset();
    row.trip();
    half_open();
    (0..3).for_each(|_| succeed(&row));
    fail(&most);
    fail(&rate);
    let hangs = scraped.breaker("hangs", Config::new().cancelled_in_a_row(Some(1)));
    let call = hangs.call_async(std::future::pending::<Result<(), ()>>());
    assert!(call.now_or_never().is_none());
    for _ in 0..2 {
        let call = slow.try_acquire().unwrap();
        scraped.clock.advance(second);
        call.success();
        scraped.clock.advance(OPEN_FOR);
    }

    let after = transitions();
    assert!(before.keys().eq(after.keys()), "{before:?} {after:?}");
    let never: Vec<_> = after.iter().filter(|(_, count)| **count == 0.0).collect();
    assert!(never.is_empty(), "{never:?}");
}

#[test]
fn a_recreated_breaker_continues_the_counters_of_the_last_one() {
    let scraped = Scraped::new();
    for round in 1..=3 {
        let mail = scraped.breaker("mail", Config::new());
        // Fewer calls each time, so that the counts of one breaker alone would be too low.
        (round..=3).for_each(|_| succeed(&mail));
        let calls = || {
            let labels = "breaker=mail,outcome=success";
            scraped
                .scrape()
                .value("circuit_breaker_calls_total", labels)
        };
        assert_eq!(calls(), [3.0, 5.0, 6.0][round - 1]);
        scraped.registry.remove("mail");
        assert_eq!(calls(), [3.0, 5.0, 6.0][round - 1]);
    }
}

#[test]
fn the_last_counts_of_a_removed_breaker_are_published() {
    let scraped = Scraped::new();
    let calls = || {
        let labels = "breaker=mail,outcome=success";
        scraped
            .scrape()
            .value("circuit_breaker_calls_total", labels)
    };
    let key = |key: &str| {
        let keyed = &scraped.registry;
        keyed
            .get_or_create_keyed("mail", key, Config::new())
            .unwrap()
    };
    succeed(&key("a"));
    assert_eq!(calls(), 1.0);
    succeed(&scraped.breaker("mail", Config::new()));
    succeed(&key("a"));
    succeed(&key("b"));
    scraped.registry.remove("mail");
    // The key belongs to the next breaker of that name.
    succeed(&key("a"));
    assert_eq!(calls(), 5.0);
    succeed(&scraped.breaker("mail", Config::new()));
    succeed(&key("b"));
    scraped.registry.remove("mail");
    assert_eq!(calls(), 7.0);
    assert_eq!(calls(), 7.0);
}

/// A recorder that panics if a counter decreases.
#[derive(Default)]
struct Strict {
    counters: Mutex<HashMap<Key, Arc<Ascending>>>,
}

#[derive(Debug, Default)]
struct Ascending(AtomicU64);

impl CounterFn for Ascending {
    fn increment(&self, _value: u64) {
        panic!("counters are published as absolute values");
    }

    fn absolute(&self, value: u64) {
        let before = self.0.swap(value, Ordering::SeqCst);
        assert!(before <= value, "it decreased from {before} to {value}");
    }
}

impl Recorder for Strict {
    fn describe_counter(&self, _key: KeyName, _unit: Option<Unit>, _help: SharedString) {}
    fn describe_gauge(&self, _key: KeyName, _unit: Option<Unit>, _help: SharedString) {}
    fn describe_histogram(&self, _key: KeyName, _unit: Option<Unit>, _help: SharedString) {}

    fn register_counter(&self, key: &Key, _metadata: &Metadata<'_>) -> Counter {
        let mut counters = self.counters.lock().unwrap();
        Counter::from_arc(Arc::clone(counters.entry(key.clone()).or_default()))
    }

    fn register_gauge(&self, _key: &Key, _metadata: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, _key: &Key, _metadata: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// Ends the threads that publish, even if another thread panics.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// The successes, failures and rejections that three threads have counted themselves.
#[derive(Default)]
struct Outside {
    successes: AtomicU64,
    failures: AtomicU64,
    rejections: AtomicU64,
}

fn crowded() -> Config {
    Config::new().threshold(3).max_keys(4)
}

/// Calls many keys with room for few, so that most are evicted, while breakers open and are reset.
fn storm(registry: &Registry, outside: &Outside, seed: u64) {
    let mut random = seed;
    for _ in 0..4000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let key = (random >> 33) % 40;
        let keyed = registry.get_or_create_keyed("fetch", &key.to_string(), crowded());
        let breaker = keyed.unwrap();
        let fails = (random >> 40) % 8 < if key < 2 { 6 } else { 1 };
        let answer = breaker.call(|| if fails { Err("down") } else { Ok(()) });
        let counter = match answer {
            Ok(()) => &outside.successes,
            Err(CallError::Inner(_)) => &outside.failures,
            Err(CallError::Breaker(_)) => &outside.rejections,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        if (random >> 48) % 16 == 0 {
            breaker.reset();
        }
    }
}

#[test]
fn no_counter_decreases_in_a_storm_with_two_publishers() {
    let scraped = Scraped::new();
    scraped.breaker("fetch", crowded());
    let strict = Strict::default();
    let to_strict = Publisher::new(&scraped.registry);
    let outside = Outside::default();
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let end = End(&over);
        let publish = || {
            while !over.load(Ordering::SeqCst) {
                ::metrics::with_local_recorder(&strict, || to_strict.publish());
                thread::yield_now();
            }
        };
        let publishers = [scope.spawn(publish), scope.spawn(publish)];
        let (registry, outside) = (&scraped.registry, &outside);
        let callers = [1, 2, 3].map(|seed| scope.spawn(move || storm(registry, outside, seed)));
        let mut before = BTreeMap::new();
        while !callers.iter().all(|caller| caller.is_finished()) {
            let now = scraped.scrape().counters();
            for (sample, value) in before {
                assert!(
                    value <= now[&sample],
                    "{sample:?}: {value}, {}",
                    now[&sample]
                );
            }
            before = now;
            scraped.clock.advance(Duration::from_secs(1));
        }
        drop(end);
        for thread in callers.into_iter().chain(publishers) {
            thread.join().unwrap();
        }
    });

    let exposition = scraped.scrape();
    let sum = |name: &str| {
        let family = &exposition.families[&format!("circuit_breaker_{name}_total")];
        let value = |label, value: &str| {
            let of = |labels: &Labels| labels.get(label).is_some_and(|v| v == value);
            let samples = family.samples.iter();
            samples
                .filter(|((_, labels), _)| of(labels))
                .map(|(_, value)| *value)
                .sum::<f64>()
        };
        (
            value("breaker", "fetch"),
            value("outcome", "success"),
            value("outcome", "failure"),
        )
    };
    let kept = |counter: &AtomicU64| counter.load(Ordering::Relaxed) as f64;
    let (successes, failures) = (kept(&outside.successes), kept(&outside.failures));
    assert_eq!(sum("calls"), (successes + failures, successes, failures));
    assert_eq!(sum("rejected").0, kept(&outside.rejections));
    assert!(kept(&outside.rejections) > 0.0);
    assert!(sum("unlisted_calls").0 < successes);
}
