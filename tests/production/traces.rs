//! What `tracing` gets to hear.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use breaker_runtime::{Config, Window};
use tracing::field::{Field, Visit};
use tracing::{Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::rules::{Bench, OPEN_FOR};

#[derive(Clone, Debug, Default)]
struct Heard {
    level: Option<Level>,
    target: String,
    fields: BTreeMap<&'static str, String>,
}

impl Visit for Heard {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}").trim_matches('"').to_owned();
        self.fields.insert(field.name(), text);
    }
}

/// Keeps what it hears at a level and those above.
struct Ear {
    level: Level,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl<S: Subscriber> Layer<S> for Ear {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= self.level
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut heard = Heard {
            level: Some(*event.metadata().level()),
            target: event.metadata().target().to_owned(),
            ..Heard::default()
        };
        event.record(&mut heard);
        self.heard.lock().unwrap().push(heard);
    }
}

fn listen(level: Level, run: impl FnOnce()) -> Vec<Heard> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ear = Ear {
        level,
        heard: Arc::clone(&heard),
    };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(ear), run);
    heard.lock().unwrap().clone()
}

#[test]
fn an_opening_is_a_warning_and_a_recovery_is_information() {
    let heard = listen(Level::INFO, || {
        let config = Config::new().window(Window::Calls(4)).failure_rate(0.5);
        let bench = Bench::new(config.success_threshold(1));
        bench.succeed();
        bench.succeed();
        bench.fail();
        bench.fail();
        assert!(bench.breaker.try_acquire().is_err());
        bench.clock.advance(OPEN_FOR);
        bench.succeed();
    });
    let levels: Vec<_> = heard.iter().filter_map(|heard| heard.level).collect();
    assert_eq!(levels, [Level::WARN, Level::INFO, Level::INFO]);
    assert!(heard.iter().all(|heard| heard.target == "breaker"));
    let opening = &heard[0].fields;
    for (field, value) in [
        ("name", "payment"),
        ("from", "closed"),
        ("to", "open"),
        ("reason", "failure_rate"),
        ("generation", "1"),
        ("open_for", "30s"),
        ("failures", "2"),
        ("rate", "0.5"),
    ] {
        assert_eq!(
            opening.get(field).map(String::as_str),
            Some(value),
            "{field}"
        );
    }
    let closing = &heard[2].fields;
    assert!(!closing.contains_key("open_for") && !closing.contains_key("failures"));
    assert_eq!(closing["to"], "closed");
}

#[test]
fn rejections_are_heard_by_those_who_debug() {
    let heard = listen(Level::DEBUG, || {
        let bench = Bench::default();
        bench.breaker.trip();
        assert!(bench.breaker.try_acquire().is_err());
        bench.clock.advance(OPEN_FOR);
        let _probes = [(); 2].map(|()| bench.breaker.try_acquire().unwrap());
        assert!(bench.breaker.try_acquire().is_err());
    });
    let debug = heard
        .iter()
        .filter(|heard| heard.level == Some(Level::DEBUG));
    let reasons: Vec<_> = debug.map(|heard| heard.fields["reason"].as_str()).collect();
    assert_eq!(reasons, ["open", "half_open_full"]);
}

#[test]
fn a_key_is_told_beside_the_name() {
    let heard = listen(Level::WARN, || {
        let bench = Bench::default();
        let keyed = bench
            .registry
            .get_or_create_keyed("fetch", "a.example", Config::new());
        keyed.unwrap().trip();
    });
    assert_eq!(heard[0].fields["name"], "fetch");
    assert_eq!(heard[0].fields["key"], "a.example");
}

#[test]
fn overrides_are_told_with_the_words_of_whoever_set_them() {
    let heard = listen(Level::INFO, || {
        let bench = Bench::default();
        bench.breaker.force_open("bank maintenance", None);
        bench.breaker.clear_override();
    });
    let states: Vec<_> = heard
        .iter()
        .map(|heard| heard.fields["state"].as_str())
        .collect();
    assert_eq!(states, ["forced_open", "forced_open"]);
    assert_eq!(heard[0].fields["reason"], "bank maintenance");
}

/// One that panics whenever it is asked.
struct Broken;

impl<S: Subscriber> Layer<S> for Broken {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        panic!("the disk is full");
    }
}

#[test]
fn a_subscriber_that_panics_harms_no_call() {
    let broken = tracing_subscriber::registry().with(Broken);
    tracing::subscriber::with_default(broken, || {
        let bench = Bench::default();
        for _ in 0..5 {
            bench.fail();
        }
        assert!(bench.breaker.try_acquire().is_err());
        assert_eq!(bench.registry.listener_panics(), 2);
    });
}
