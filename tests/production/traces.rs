//! The events that `tracing` receives.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use breaker_runtime::{Actor, Config, Overrides, Window};
use tracing::field::{Field, Visit};
use tracing::{Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::support::{Bench, OPEN_FOR};

#[derive(Clone, Debug, Default)]
pub(crate) struct Logged {
    level: Option<Level>,
    /// The name of the span that the line belongs to.
    span: Option<&'static str>,
    pub(crate) target: String,
    pub(crate) fields: BTreeMap<&'static str, String>,
}

impl Visit for Logged {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let text = format!("{value:?}").trim_matches('"').to_owned();
        self.fields.insert(field.name(), text);
    }
}

/// A layer that keeps the events at a level and above.
struct Capture {
    level: Level,
    logged: Arc<Mutex<Vec<Logged>>>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn enabled(&self, metadata: &tracing::Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= self.level
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let mut logged = Logged {
            level: Some(*event.metadata().level()),
            span: context.event_span(event).map(|span| span.name()),
            target: event.metadata().target().to_owned(),
            ..Logged::default()
        };
        event.record(&mut logged);
        self.logged.lock().unwrap().push(logged);
    }
}

pub(crate) fn capture(level: Level, run: impl FnOnce()) -> Vec<Logged> {
    // With a subscriber that is always there, no event is disabled because another thread reaches it first, before any
    // test has a subscriber.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    let logged = Arc::new(Mutex::new(Vec::new()));
    let capture = Capture {
        level,
        logged: Arc::clone(&logged),
    };
    tracing::subscriber::with_default(tracing_subscriber::registry().with(capture), run);
    logged.lock().unwrap().clone()
}

#[test]
fn an_opening_is_logged_at_warn_and_a_recovery_at_info() {
    let logged = capture(Level::INFO, || {
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
    let levels: Vec<_> = logged.iter().filter_map(|logged| logged.level).collect();
    assert_eq!(levels, [Level::WARN, Level::INFO, Level::INFO, Level::INFO]);
    assert!(logged.iter().all(|logged| logged.target == "breaker"));
    let opening = &logged[0].fields;
    for (field, value) in [
        ("name", "payment"),
        ("from", "closed"),
        ("to", "open"),
        ("reason", "failure_rate"),
        ("generation", "1"),
        ("open_for", "30s"),
        ("failures", "2"),
        ("kinds", "2 returned"),
        ("rate", "0.5"),
        (
            "message",
            "circuit breaker `payment`: closed -> open (failure_rate: returned)",
        ),
    ] {
        assert_eq!(
            opening.get(field).map(String::as_str),
            Some(value),
            "{field}"
        );
    }
    assert_eq!(
        logged[1].fields["message"],
        "circuit breaker `payment`: an outage began"
    );
    let closing = &logged[3].fields;
    assert!(!closing.contains_key("open_for") && !closing.contains_key("failures"));
    assert_eq!(closing["to"], "closed");
}

#[test]
fn rejections_are_logged_at_debug() {
    let logged = capture(Level::DEBUG, || {
        let bench = Bench::default();
        bench.breaker.trip();
        assert!(bench.breaker.try_acquire().is_err());
        bench.clock.advance(OPEN_FOR);
        let _probes = [(); 2].map(|()| bench.breaker.try_acquire().unwrap());
        assert!(bench.breaker.try_acquire().is_err());
    });
    let debug = logged
        .iter()
        .filter(|logged| logged.level == Some(Level::DEBUG));
    let reasons: Vec<_> = debug
        .map(|logged| logged.fields["reason"].as_str())
        .collect();
    assert_eq!(reasons, ["open", "half_open_full"]);
}

#[test]
fn a_key_is_logged_next_to_the_name() {
    let logged = capture(Level::WARN, || {
        let bench = Bench::default();
        let keyed = bench
            .registry
            .get_or_create_keyed("fetch", "a.example", Config::new());
        keyed.unwrap().trip();
    });
    assert_eq!(logged[0].fields["name"], "fetch");
    assert_eq!(logged[0].fields["key"], "a.example");
}

#[test]
fn the_text_of_every_line_names_the_key_and_escapes_it() {
    let mut rejected = None;
    let logged = capture(Level::DEBUG, || {
        let bench = Bench::default();
        let keyed = bench
            .registry
            .get_or_create_keyed("fetch", "a\n.example", Config::new())
            .unwrap();
        keyed.trip();
        rejected = keyed.try_acquire().err();
        keyed.force_open("maintenance", None);
    });
    let texts: Vec<_> = logged
        .iter()
        .map(|logged| &*logged.fields["message"])
        .collect();
    assert_eq!(
        texts,
        [
            r"circuit breaker `fetch` for `a\n.example`: tripped by code",
            r"circuit breaker `fetch` for `a\n.example`: closed -> open (tripped)",
            r"circuit breaker `fetch` for `a\n.example`: an outage began",
            r"circuit breaker `fetch` for `a\n.example` is open; next probe in 30s",
            r"circuit breaker `fetch` for `a\n.example`: forced open by code (maintenance)",
            r"circuit breaker `fetch` for `a\n.example`: an override was set",
        ]
    );
    // The error, which may reach another user, does not.
    assert_eq!(
        rejected.unwrap().to_string(),
        "circuit breaker `fetch` is open"
    );
}

#[test]
fn overrides_are_logged_with_their_reason() {
    let logged = capture(Level::INFO, || {
        let bench = Bench::default();
        bench.breaker.force_open("bank maintenance", None);
        bench.breaker.clear_override();
    });
    let states = logged
        .iter()
        .filter_map(|logged| logged.fields.get("state"));
    assert_eq!(states.collect::<Vec<_>>(), ["forced_open", "forced_open"]);
    assert_eq!(logged[1].fields["reason"], "bank maintenance");
}

#[test]
fn actions_and_their_effects_are_logged_with_actor_and_reason() {
    let logged = capture(Level::INFO, || {
        let bench = Bench::default();
        let alice = Actor::new("alice").unwrap().because("INC-42").unwrap();
        bench.breaker.by(&alice).trip();
        bench.breaker.by(&alice).force_open(None);
        bench.registry.by(&alice).reset_all();
    });
    let messages = logged.iter().map(|it| it.fields["message"].as_str());
    assert_eq!(
        messages.collect::<Vec<_>>(),
        [
            "circuit breaker `payment`: tripped by alice (INC-42)",
            "circuit breaker `payment`: closed -> open (tripped)",
            "circuit breaker `payment`: an outage began",
            "circuit breaker `payment`: forced open by alice (INC-42)",
            "circuit breaker `payment`: an override was set",
            "circuit breakers: all circuits reset by alice (INC-42)",
            "circuit breaker `payment`: all circuits reset by alice (INC-42)",
            "circuit breaker `payment`: open -> closed (reset)",
            "circuit breaker `payment`: an outage has ended",
        ]
    );
    for it in &logged {
        assert_eq!(it.target, "breaker");
        if it.fields.contains_key("openings") {
            continue;
        }
        assert_eq!(it.fields["actor"], "alice");
        let is_transition = it.fields.contains_key("generation");
        let reason = if is_transition { "because" } else { "reason" };
        assert_eq!(it.fields[reason], "INC-42");
    }
}

#[test]
fn changes_of_settings_are_logged_with_values_and_layer() {
    let logged = capture(Level::INFO, || {
        let bench = Bench::default();
        let alice = Actor::new("alice").unwrap().because("INC-42").unwrap();
        let more = Overrides {
            threshold: Some(9),
            ..Overrides::default()
        };
        let configured = bench.registry.by(&alice).configure("payment", more);
        configured.unwrap();
    });
    let [action, change] = &logged[..] else {
        panic!("{logged:?}");
    };
    assert_eq!(action.fields["action"], "configure");
    let fields = ["setting", "from", "to", "layer", "actor", "reason"];
    let values = fields.map(|field| change.fields[field].as_str());
    assert_eq!(
        values,
        ["threshold", "5", "9", "runtime", "alice", "INC-42"]
    );
}

/// Keeps the span and the text of each event of a registry.
fn spans_of_events(bench: &Bench) -> Arc<Mutex<Vec<Option<String>>>> {
    let spans = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&spans);
    let listener = move |event: &breaker_runtime::Event| {
        list.lock().unwrap().push(event.span().map(str::to_owned));
    };
    bench.registry.subscribe(listener).detach();
    spans
}

#[test]
fn events_and_lines_have_the_span_of_the_call() {
    let mut spans = None;
    let logged = capture(Level::DEBUG, || {
        let bench = Bench::new(Config::new().threshold(1));
        spans = Some(spans_of_events(&bench));
        tracing::info_span!("checkout").in_scope(|| {
            tracing::info_span!("payment").in_scope(|| bench.fail());
            assert!(bench.breaker.try_acquire().is_err());
        });
        bench.clock.advance(OPEN_FOR);
        bench.breaker.state();
    });
    let mut spans = spans.unwrap().lock().unwrap().clone();
    spans.dedup();
    assert_eq!(spans, [Some("payment".to_owned()), None]);
    let mut lines: Vec<_> = logged.iter().map(|logged| logged.span).collect();
    lines.dedup();
    assert_eq!(lines, [Some("payment"), Some("checkout"), None]);
}

#[test]
fn an_event_keeps_its_span_when_another_thread_delivers_it() {
    let mut spans = None;
    let logged = capture(Level::INFO, || {
        let bench = Bench::default();
        spans = Some(spans_of_events(&bench));
        let (breaker, other) = (bench.breaker.clone(), bench.breaker.clone());
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let once = std::sync::Once::new();
        // While the first event is delivered, another thread causes more, which it cannot deliver.
        let listener = move |_: &breaker_runtime::Event| {
            once.call_once(|| {
                let (dispatch, other) = (dispatch.clone(), other.clone());
                let resets = move || {
                    tracing::dispatcher::with_default(&dispatch, || {
                        tracing::info_span!("second").in_scope(|| {
                            other.trip();
                            other.reset();
                        });
                    });
                };
                std::thread::spawn(resets).join().unwrap();
            });
        };
        bench.registry.subscribe(listener).detach();
        tracing::info_span!("first").in_scope(|| breaker.force_open("maintenance", None));
    });
    let spans = spans.unwrap().lock().unwrap().clone();
    let lines: Vec<_> = logged
        .iter()
        .map(|logged| logged.span.map(str::to_owned))
        .collect();
    assert_eq!(spans, lines);
    let mut spans = spans;
    spans.dedup();
    assert_eq!(spans, ["first", "second"].map(|span| Some(span.to_owned())));
}

/// A layer that panics at every event.
struct Broken;

impl<S: Subscriber> Layer<S> for Broken {
    fn on_event(&self, _: &tracing::Event<'_>, _: Context<'_, S>) {
        panic!("the disk is full");
    }
}

#[test]
fn a_subscriber_that_panics_affects_no_call() {
    let broken = tracing_subscriber::registry().with(Broken);
    tracing::subscriber::with_default(broken, || {
        let bench = Bench::default();
        for _ in 0..5 {
            bench.fail();
        }
        assert!(bench.breaker.try_acquire().is_err());
        assert_eq!(bench.registry.listener_panics(), 3);
    });
}
