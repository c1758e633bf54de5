use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use ::metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit, with_local_recorder,
};

use metrics_exporter_prometheus::PrometheusBuilder;

use super::{Publisher, Turns};
use crate::breaker::CircuitBreaker;
use crate::config::Config;
use crate::registry::Registry;
use crate::sync::Arc;
use crate::test_util::ManualClock;

const LONG: Duration = Duration::from_secs(10);

/// A recorder that keeps the values, and calls a function before it accepts each one.
#[derive(Clone)]
struct Recording {
    before: Arc<dyn Fn() + Send + Sync>,
    values: Arc<Mutex<BTreeMap<String, f64>>>,
}

impl Recording {
    fn new(before: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            before: Arc::new(before),
            values: Arc::default(),
        }
    }

    fn value(&self, key: &str) -> Option<f64> {
        let values = self.values.lock().expect("no panic under this lock");
        values.get(key).copied()
    }

    fn series(&self, key: &Key) -> Arc<RecordedSeries> {
        Arc::new(RecordedSeries {
            recording: self.clone(),
            key: key.to_string(),
        })
    }
}

struct RecordedSeries {
    recording: Recording,
    key: String,
}

impl RecordedSeries {
    fn update(&self, update: impl FnOnce(f64) -> f64) {
        (self.recording.before)();
        let mut values = self
            .recording
            .values
            .lock()
            .expect("no panic under this lock");
        let value = values.entry(self.key.clone()).or_default();
        *value = update(*value);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the tests count to less than 2^53"
)]
impl CounterFn for RecordedSeries {
    fn increment(&self, _: u64) {
        panic!("counters are published as absolute values");
    }

    fn absolute(&self, value: u64) {
        self.update(|_| value as f64);
    }
}

impl GaugeFn for RecordedSeries {
    fn increment(&self, _: f64) {
        panic!("gauges are set");
    }

    fn decrement(&self, _: f64) {
        panic!("gauges are set");
    }

    fn set(&self, value: f64) {
        self.update(|_| value);
    }
}

/// Counts the values of a histogram.
#[expect(
    clippy::cast_precision_loss,
    reason = "the tests count to less than 2^53"
)]
impl HistogramFn for RecordedSeries {
    fn record(&self, value: f64) {
        self.record_many(value, 1);
    }

    fn record_many(&self, _: f64, count: usize) {
        self.update(|recorded| recorded + count as f64);
    }
}

impl Recorder for Recording {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        (self.before)();
    }

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        (self.before)();
    }

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        (self.before)();
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        (self.before)();
        Counter::from_arc(self.series(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        (self.before)();
        Gauge::from_arc(self.series(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        (self.before)();
        Histogram::from_arc(self.series(key))
    }
}

fn breaker(registry: &Registry, name: &str) -> CircuitBreaker {
    let made = registry.get_or_create(name, Config::new().latency(true));
    made.expect("the settings are valid")
}

fn succeed(breaker: &CircuitBreaker) {
    let permit = breaker.try_acquire();
    permit.expect("the circuit is closed").success();
}

/// Fails if `run` does not return, instead of blocking the test run.
fn returns(run: impl FnOnce() + Send + 'static) {
    let (done, wait) = mpsc::channel();
    thread::spawn(move || {
        run();
        done.send(()).expect("the test waits");
    });
    wait.recv_timeout(LONG)
        .expect("it returns without a deadlock");
}

#[test]
fn a_listener_may_publish() {
    let clock = ManualClock::new();
    let registry = Registry::with_clock(clock.clone());
    breaker(&registry, "payment").trip();
    clock.advance(Duration::from_secs(30));
    let publisher = Arc::new(Publisher::new(&registry));
    let publishing = Arc::clone(&publisher);
    let subscription = registry.subscribe(move |_| publishing.publish());
    // The reading applies the end of the open period, and so notifies the listener.
    returns(move || publisher.publish());
    // The listener holds the registry that holds it.
    drop(subscription);
}

#[test]
fn a_recorder_may_publish() {
    let registry = Registry::new();
    succeed(&breaker(&registry, "payment"));
    let publisher = Arc::new(Publisher::new(&registry));
    let publishing = Arc::clone(&publisher);
    let recording = Recording::new(move || publishing.publish());
    let recorder = recording.clone();
    returns(move || with_local_recorder(&recorder, || publisher.publish()));
    assert_eq!(recording.value(&successes("payment")), Some(1.0));
}

/// A publisher that waits for another thread as long as it is told.
fn patient(registry: &Registry, patience: Duration) -> Publisher {
    let turns = Turns {
        patience,
        ..Turns::default()
    };
    Publisher {
        registry: registry.clone(),
        turns: Arc::new(turns),
    }
}

#[test]
fn a_recorder_may_wait_for_a_thread_that_publishes() {
    let registry = Registry::new();
    succeed(&breaker(&registry, "payment"));
    let publisher = Arc::new(patient(&registry, Duration::ZERO));
    let publishing = Arc::clone(&publisher);
    let recording = Recording::new(move || {
        let publishing = Arc::clone(&publishing);
        let thread = thread::spawn(move || publishing.publish());
        thread.join().expect("it does not panic");
    });
    let recorder = recording.clone();
    returns(move || with_local_recorder(&recorder, || publisher.publish()));
    assert_eq!(recording.value(&successes("payment")), Some(1.0));
}

#[test]
fn a_thread_that_publishes_waits_for_another_one() {
    let registry = Registry::new();
    let payment = breaker(&registry, "payment");
    succeed(&payment);
    let publisher = Arc::new(patient(&registry, LONG));
    let (entered, wait_until_entered) = mpsc::channel();
    let (release, wait_for_release) = mpsc::channel::<()>();
    let wait_for_release = Mutex::new(wait_for_release);
    let blocking = Recording::new(move || {
        let wait = wait_for_release.lock().expect("no panic under this lock");
        // Both ends are gone when the test goes on.
        let _ = entered.send(());
        let _ = wait.recv();
    });
    let (recorder, publishing) = (blocking.clone(), Arc::clone(&publisher));
    let first = thread::spawn(move || with_local_recorder(&recorder, || publishing.publish()));
    let in_recorder = wait_until_entered.recv_timeout(LONG);
    in_recorder.expect("the first thread publishes");
    succeed(&payment);
    let second = Recording::new(|| {});
    let (recorder, publishing) = (second.clone(), Arc::clone(&publisher));
    let other = thread::spawn(move || with_local_recorder(&recorder, || publishing.publish()));
    drop((release, wait_until_entered));
    for thread in [first, other] {
        thread.join().expect("neither panics");
    }
    // The counter has all calls; the histogram has those that the first thread did not record.
    assert_eq!(blocking.value(&successes("payment")), Some(1.0));
    assert_eq!(second.value(&successes("payment")), Some(2.0));
    let durations = [&blocking, &second].map(|it| it.value(&durations("payment")));
    assert_eq!(durations, [Some(1.0), Some(1.0)]);
}

#[test]
fn a_recorder_that_panics_loses_nothing_and_counts_nothing_twice() {
    // Panics at each value in turn, until there are no more.
    for panic_at in 1.. {
        let registry = Registry::new();
        let (payment, mail) = (breaker(&registry, "payment"), breaker(&registry, "mail"));
        succeed(&payment);
        succeed(&mail);
        let publisher = Publisher::new(&registry);
        let left = Arc::new(AtomicU64::new(u64::MAX));
        let counting = Arc::clone(&left);
        let recording = Recording::new(move || {
            let before = counting.fetch_sub(1, Ordering::SeqCst);
            assert_ne!(before, 1, "the panic of this test");
        });
        let publish = || with_local_recorder(&recording, || publisher.publish());
        publish();

        succeed(&payment);
        succeed(&mail);
        registry.remove("mail");
        succeed(&breaker(&registry, "fax"));
        left.store(panic_at, Ordering::SeqCst);
        let interrupted = catch_unwind(AssertUnwindSafe(publish));
        left.store(u64::MAX, Ordering::SeqCst);
        publish();

        for (name, calls) in [("payment", 2.0), ("mail", 2.0), ("fax", 1.0)] {
            let values = [successes(name), durations(name)].map(|key| recording.value(&key));
            assert_eq!(values, [Some(calls); 2], "{name}, panic at {panic_at}");
        }
        for (name, closed) in [("payment", 1.0), ("mail", 0.0), ("fax", 1.0)] {
            let state = format!("Key(circuit_breaker_state, [breaker = {name}, state = closed])");
            assert_eq!(recording.value(&state), Some(closed), "{name}");
        }
        if interrupted.is_ok() {
            assert!(panic_at > 50, "the recorder was called too few times");
            return;
        }
    }
}

fn successes(name: &str) -> String {
    format!("Key(circuit_breaker_calls_total, [breaker = {name}, outcome = success])")
}

fn durations(name: &str) -> String {
    format!("Key(circuit_breaker_call_duration_seconds, [breaker = {name}])")
}

#[test]
fn publishers_with_labels_keep_registries_with_the_same_names_apart() {
    let prometheus = PrometheusBuilder::new().build_recorder();
    let registries = ["acme", "globex"].map(|tenant| {
        let registry = Registry::new();
        let bank = registry.get_or_create("bank", Config::new());
        let bank = bank.expect("the settings are valid");
        let labels = [("tenant", tenant), ("region", "eu")];
        let publisher = Publisher::with_labels(&registry, labels);
        (bank, publisher.expect("the labels are valid"))
    });
    registries[0].0.trip();
    for (_, publisher) in &registries {
        with_local_recorder(&prometheus, || publisher.publish());
    }
    let scrape = prometheus.handle().render();
    for (tenant, open) in [("acme", 1), ("globex", 0)] {
        let labels = format!(r#"{{breaker="bank",state="open",tenant="{tenant}",region="eu"}}"#);
        let line = format!("circuit_breaker_state{labels} {open}");
        assert!(scrape.lines().any(|other| other == line), "{scrape}");
    }
    let all_have_labels = |line: &str| line.starts_with('#') || line.contains("tenant=");
    let mut lines = scrape.lines().filter(|line| !line.is_empty());
    assert!(lines.all(all_have_labels), "{scrape}");
}

#[test]
fn a_label_that_a_publisher_cannot_have_is_an_error_that_says_why() {
    let registry = Registry::new();
    let error = |labels: &[(&str, &str)]| {
        let publisher = Publisher::with_labels(&registry, labels.iter().copied());
        publisher.expect_err("one label is invalid").to_string()
    };
    assert_eq!(
        error(&[("tenant", "a"), ("state", "b")]),
        "label `state` is a label that the series already use: choose another name"
    );
    assert_eq!(
        error(&[("tenant", "a"), ("tenant", "a")]),
        "label `tenant` is given twice: give each label once"
    );
    assert_eq!(
        error(&[("", "a")]),
        "label `` has no name: a label's name must not be empty"
    );
}
