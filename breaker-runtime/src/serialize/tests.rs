use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::breaker::EventKind;
use crate::config::{Config, Location, Window};
use crate::registry::{Declaration, Registry};
use crate::sync::{Arc, Mutex, lock};
use crate::values::{Attribution, Layer, Override, Reason, State};

fn value(of: impl serde::Serialize) -> Value {
    serde_json::to_value(of).expect("it can be serialized")
}

#[test]
fn states_and_reasons_are_their_labels() {
    assert_eq!(value(State::HalfOpen), json!("half_open"));
    assert_eq!(value(Reason::FailuresInARow), json!("failures_in_a_row"));
}

#[test]
fn windows_are_a_count_or_a_duration() {
    assert_eq!(value(Window::Calls(100)), json!(100));
    assert_eq!(value(Window::Time(Duration::from_secs(60))), json!("60s"));
}

#[test]
fn settings_read_back_as_the_section_of_a_file() {
    let asked = Config::new()
        .window(Window::Calls(100))
        .failure_rate(0.5)
        .open_for(Duration::from_millis(1500));
    let written = value(asked.settings(None));
    assert_eq!(
        written,
        json!({
            "threshold": "off", "window": 100, "max_failures": "off", "failure_rate": 0.5,
            "min_calls": 20, "slow_call": "off", "slow_rate": "off", "open_for": "1.5s",
            "backoff": 1.0, "max_open_for": "15s", "jitter": 0.0, "half_open_calls": 2,
            "success_threshold": 3, "probe_failures": 1, "probe_timeout": "30s", "ramp": "off",
            "max_in_flight": "off", "call_timeout": "off",
            "cancel_after": "1s", "cancelled_in_a_row": 20, "max_keys": 1024, "idle_ttl": "600s",
            "max_open_share": "off", "latency": false,
            "critical": false, "shared": false, "shadow": false
        })
    );
    #[cfg(feature = "config")]
    reads_back(&written, &asked);
}

#[cfg(feature = "config")]
fn reads_back(written: &Value, asked: &Config) {
    let entries = written.as_object().expect("it is an object").iter();
    let lines: Vec<_> = entries
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    let file =
        crate::config::file::parse(&[("b.toml", &format!("[breakers.a]\n{}", lines.join("\n")))]);
    let read = file.expect("it has just been written").breakers["a"].config;
    assert_eq!(read.settings(None), asked.settings(None));
}

#[test]
fn overrides_and_locations_have_all_of_their_fields() {
    let r#override = Override {
        state: State::ForcedOpen,
        reason: "maintenance".to_owned(),
        by: Attribution::because("maintenance"),
        layer: Layer::Runtime,
        since: SystemTime::UNIX_EPOCH,
        until: Some(SystemTime::UNIX_EPOCH),
    };
    assert_eq!(
        value(r#override),
        json!({
            "state": "forced_open", "reason": "maintenance",
            "by": { "actor": null, "reason": "maintenance" },
            "layer": "runtime", "since": "1970-01-01T00:00:00.000Z", "until": "1970-01-01T00:00:00.000Z"
        })
    );
    assert_eq!(
        value(Location::new("app::pay", "src/pay.rs", 3, 1)),
        json!({ "module": "app::pay", "file": "src/pay.rs", "line": 3, "column": 1 })
    );
}

#[test]
fn a_snapshot_has_all_of_its_fields() {
    let config = Config::new()
        .window(Window::Calls(10))
        .failure_rate(0.5)
        .min_calls(1)
        .latency(true);
    let made = Registry::new().get_or_create("payment", config);
    let payment = made.expect("the configuration is valid");
    assert!(payment.call(|| Err::<(), _>("no route")).is_err());
    let mut snapshot = payment.snapshot();
    snapshot.open_period = Some(Duration::from_millis(1500));
    let written = value(&snapshot);

    let fields: Vec<_> = written
        .as_object()
        .expect("it is an object")
        .keys()
        .collect();
    let mut expected = [
        "name",
        "key",
        "state",
        "machine_state",
        "override",
        "overrides",
        "generation",
        "since",
        "totals",
        "failures_in_a_row",
        "window",
        "ramp",
        "probes_in_flight",
        "probes",
        "key_stats",
        "open_period",
        "retry_after",
        "fleet",
        "latency",
        "latency_to_head",
        "outage",
        "past_outages",
        "transitions",
        "history",
        "in_flight",
        "actions",
        "config",
        "layers",
        "declared_at",
    ];
    expected.sort_unstable();
    assert_eq!(fields, expected);
    assert_eq!(written["name"], "payment");
    assert_eq!(written["state"], "open");
    assert_eq!(written["override"], Value::Null);
    assert_eq!(written["open_period"], "1.5s");
    let kinds = json!({
        "returned": 1, "panicked": 0, "timed_out": 0, "dropped": 0, "slow": 0, "silent": 0
    });
    assert_eq!(
        written["window"],
        json!({
            "calls": 1, "failures": 1, "failures_by_kind": kinds, "slow": 0, "failure_rate": 1.0,
            "slow_rate": 0.0, "frozen": true
        })
    );
    assert_eq!(written["totals"]["failures"], 1);
    assert_eq!(written["totals"]["failures_by_kind"], kinds);
    assert_eq!(written["totals"]["rejections"]["open"], 0);
    assert_eq!(written["totals"]["last_success_at"], Value::Null);
    assert!(written["totals"]["last_failure_at"].is_string());
    assert!(written["totals"]["open_time"].is_string());
    assert_eq!(
        written["transitions"],
        json!([{ "from": "closed", "to": "open", "reason": "failure_rate", "count": 1 }])
    );
    assert_eq!(written["history"][0]["transition"]["rate"], 1.0);
    assert_eq!(written["latency"]["count"], 1);
    assert_eq!(written["latency"]["buckets"][0][1], 1);
    assert_eq!(written["config"]["window"], 10);
    assert_eq!(written["layers"]["window"], "declared");
    assert_eq!(written["layers"]["open_for"], "default");
    assert_eq!(written["key"], Value::Null);
    assert_eq!(written["declared_at"][0]["module"], "");
}

/// The events of `act` on a breaker, as JSON.
fn events(act: impl FnOnce(&Registry)) -> Vec<Value> {
    let registry = Registry::new();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let subscription = registry.subscribe(move |event| lock(&listener).push(value(event)));
    act(&registry);
    drop(subscription);
    std::mem::take(&mut *lock(&told))
}

#[test]
fn an_event_is_its_breaker_its_place_and_its_kind() {
    let told = events(|registry| {
        let made = registry.get_or_create_keyed("fetch", "a.example", Config::new());
        made.expect("the configuration is valid").trip();
    });
    let [action, event, outage] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(outage["kind"], "outage_began");
    assert_eq!(outage["outage"]["openings"], 1);
    assert_eq!(outage["outage"]["first"]["transition"]["to"], "open");
    assert_eq!(action["kind"], "action");
    assert_eq!(
        action["action"],
        json!({
            "at": action["at"], "breaker": "fetch", "key": "a.example", "kind": "trip", "ttl": null, "detail": null,
            "by": { "actor": null, "reason": null }
        })
    );
    let fields: Vec<_> = event.as_object().expect("it is an object").keys().collect();
    assert_eq!(
        fields,
        [
            "at",
            "breaker",
            "key",
            "kind",
            "sequence",
            "span",
            "transition"
        ]
    );
    assert_eq!(event["breaker"], "fetch");
    assert_eq!(event["key"], "a.example");
    assert_eq!(event["sequence"], 2);
    assert!(event["at"].as_str().is_some_and(|at| at.ends_with('Z')));
    assert_eq!(event["kind"], "transition");
    assert_eq!(event["transition"]["to"], "open");
    assert_eq!(event["transition"]["open_period"], "30s");
}

#[test]
fn events_of_overrides_have_the_override() {
    let told = events(|registry| {
        let made = registry.get_or_create("mail", Config::new());
        let mail = made.expect("the configuration is valid");
        mail.force_open("maintenance", None);
        mail.clear_override();
    });
    let kinds: Vec<_> = told.iter().map(|event| &event["kind"]).collect();
    assert_eq!(
        kinds,
        ["action", "override_set", "action", "override_cleared"]
    );
    for event in [&told[1], &told[3]] {
        assert_eq!(event["override"]["state"], "forced_open");
        assert_eq!(event["override"]["reason"], "maintenance");
    }
}

#[test]
fn a_kind_without_its_event_has_the_same_fields() {
    assert_eq!(
        value(EventKind::SettingsRejected("too low".to_owned())),
        json!({ "kind": "settings_rejected", "problem": "too low" })
    );
}

#[test]
fn a_conflict_has_both_sides() {
    let registry = Registry::new();
    let made = registry.get_or_create("mail", Config::new().threshold(3));
    made.expect("the configuration is valid");
    let error = registry.get_or_create("mail", Config::new().threshold(4));
    let Err(crate::config::ConfigError::Conflict(conflict)) = error else {
        panic!("{error:?}");
    };
    let written = value(&conflict);
    assert_eq!(written["breaker"], "mail");
    assert_eq!(written["first"]["setting"], "threshold");
    assert_eq!(written["first"]["value"], "3");
    assert_eq!(written["second"]["value"], "4");
    assert_eq!(
        written["second"]["location"]["line"],
        conflict.second.location.line
    );
    assert_eq!(
        value(EventKind::Conflict(*conflict.clone())),
        json!({ "kind": "conflict", "conflict": written })
    );
}

#[test]
fn findings_begin_with_their_kind() {
    let registry = Registry::new();
    let config = Config::new()
        .slow_call(Duration::from_secs(60))
        .probe_timeout(Duration::from_secs(10));
    let made = registry.get_or_create("mail", config);
    made.expect("the configuration is valid");
    let problem = "no probe ever counts as slow: `probe_timeout` gives up on it after 10s, and `slow_call` is 60s";
    assert_eq!(
        value(registry.verify()),
        json!([{
            "kind": "void_setting",
            "void_setting": {
                "breaker": "mail", "setting": "slow_call", "because_of": "probe_timeout", "problem": problem,
            },
        }])
    );
}

#[test]
fn a_declaration_has_the_settings_that_it_gives() {
    let location = Location::new("app::pay", "src/pay.rs", 3, 1);
    let config = Config::new().threshold(3).latency(true);
    let declaration = Declaration::new("payment", "charge", location, config, false)
        .with_call_timeout(Duration::from_millis(250))
        .with_key();
    assert_eq!(
        value(declaration),
        json!({
            "name": "payment", "function": "charge",
            "location": { "module": "app::pay", "file": "src/pay.rs", "line": 3, "column": 1 },
            "config": { "threshold": 3, "latency": true },
            "names_registry": false, "call_timeout": "250ms", "has_key": true, "probe": null,
        })
    );
}

#[cfg(feature = "config")]
#[test]
fn a_report_and_problems_have_their_places() {
    let registry = Registry::new();
    let made = registry.get_or_create("payment", Config::new());
    made.expect("the configuration is valid");
    let load =
        |text: &str| registry.load_texts(&[("b.toml", text)], [], false, &Attribution::default());
    let report = load("[breakers.payment]\nthreshold = 3\n[breakers.paymnt]\nthreshold = 3\n");
    let report = report.expect("the file is valid");
    assert_eq!(
        value(report),
        json!({
            "configured": ["payment"],
            "unknown": [{ "name": "paymnt", "place": "b.toml:3:11", "nearest": "payment" }],
        })
    );
    let problems = load("[breakers.payment]\nthreshold = 0\n").expect_err("zero is too low");
    let written = value(problems);
    assert_eq!(written[0]["file"], "b.toml");
    assert_eq!(
        (&written[0]["line"], &written[0]["column"]),
        (&json!(2), &json!(13))
    );
    assert!(written[0]["message"].is_string());
}
