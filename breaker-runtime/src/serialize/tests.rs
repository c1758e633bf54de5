use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::config::{Config, Location, Window};
use crate::registry::Registry;
use crate::values::Override;
use crate::values::{Reason, State};

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
            "cancel_after": "1s", "max_keys": 1024, "idle_ttl": "600s", "latency": false,
            "critical": false
        })
    );
    let entries = written.as_object().expect("it is an object").iter();
    let lines: Vec<_> = entries
        .map(|(key, value)| format!("{key} = {value}"))
        .collect();
    let file = crate::config::file::parse(&format!("[default]\n{}", lines.join("\n")), "b.toml");
    let read = file.expect("it has just been written").default.config;
    assert_eq!(read.settings(None), asked.settings(None));
}

#[test]
fn overrides_and_locations_have_all_of_their_fields() {
    let r#override = Override {
        state: State::ForcedOpen,
        reason: "maintenance".to_owned(),
        until: Some(SystemTime::UNIX_EPOCH),
    };
    assert_eq!(
        value(r#override),
        json!({
            "state": "forced_open", "reason": "maintenance", "until": "1970-01-01T00:00:00.000Z"
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
        "latency",
        "transitions",
        "history",
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
    assert_eq!(
        written["window"],
        json!({ "calls": 1, "failures": 1, "slow": 0, "failure_rate": 1.0, "slow_rate": 0.0, "frozen": true })
    );
    assert_eq!(written["totals"]["failures"], 1);
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
