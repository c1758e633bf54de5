use std::time::Duration;

use crate::config::file::parse;
use crate::config::{Config, Overrides, Patch, Setting, Window};
use crate::registry::Registry;

const SECOND: Duration = Duration::from_secs(1);

fn every() -> Overrides {
    Overrides {
        threshold: Some(1),
        window: Some(Window::Calls(100)),
        max_failures: Some(10),
        failure_rate: Some(0.5),
        min_calls: Some(20),
        slow_call: Some(SECOND * 3 / 2),
        slow_rate: Some(1.0),
        open_for: Some(30 * SECOND),
        backoff: Some(2.0),
        max_open_for: Some(300 * SECOND),
        jitter: Some(0.1),
        half_open_calls: Some(2),
        success_threshold: Some(3),
        probe_failures: Some(1),
        probe_timeout: Some(SECOND / 4),
        ramp: Some(60 * SECOND),
        max_in_flight: Some(50),
        call_timeout: Some(Some(SECOND)),
        cancel_after: Some(None),
        cancelled_in_a_row: Some(Some(50)),
        max_keys: Some(1000),
        idle_ttl: Some(3600 * SECOND),
        max_open_share: Some(0.5),
        latency: Some(true),
        critical: Some(false),
        shared: Some(true),
        shadow: Some(false),
    }
}

fn json(overrides: &Overrides) -> String {
    serde_json::to_string(overrides).expect("overrides can be serialized")
}

fn problem(json: &str) -> String {
    let read = serde_json::from_str::<Overrides>(json);
    read.expect_err("something is wrong").to_string()
}

#[test]
fn every_setting_is_written_as_in_a_file() {
    assert_eq!(
        json(&every()),
        "{\"threshold\":1,\"window\":100,\"max_failures\":10,\"failure_rate\":0.5,\"min_calls\":20,\
         \"slow_call\":\"1.5s\",\"slow_rate\":1.0,\"open_for\":\"30s\",\"backoff\":2.0,\
         \"max_open_for\":\"300s\",\"jitter\":0.1,\"half_open_calls\":2,\"success_threshold\":3,\
         \"probe_failures\":1,\"probe_timeout\":\"250ms\",\"ramp\":\"60s\",\"max_in_flight\":50,\
         \"call_timeout\":\"1s\",\
         \"cancel_after\":\"off\",\"cancelled_in_a_row\":50,\
         \"max_keys\":1000,\"idle_ttl\":\"3600s\",\"max_open_share\":0.5,\"latency\":true,\"critical\":false,\"shared\":true,\
         \"shadow\":false}"
    );
}

#[test]
fn overrides_are_read_back() {
    let window = Some(Window::Time(60 * SECOND));
    let cancel_after = Some(Some(Duration::from_nanos(1)));
    let other = Overrides {
        window,
        cancel_after,
        ..Overrides::default()
    };
    for overrides in [every(), other, Overrides::default()] {
        let read = serde_json::from_str(&json(&overrides)).expect("it has just been written");
        assert_eq!(overrides, read);
    }
    assert_eq!(json(&Overrides::default()), "{}");
}

#[test]
fn each_setting_alone_is_read_as_in_a_file() {
    for (setting, value) in Config::from(&every()).given() {
        let value = serde_json::to_string(&value).expect("overrides can be serialized");
        let json = format!("{{\"{}\": {value}}}", setting.name());
        let read: Overrides = serde_json::from_str(&json).expect("it has just been written");
        let file = parse(&[(
            "b.toml",
            &format!("[breakers.a]\n{} = {value}", setting.name()),
        )]);
        let file = file.expect("it has just been written");
        assert_eq!(Config::from(&read), file.breakers["a"].config, "{json}");
        assert_eq!(Config::from(&read).given().count(), 1);
    }
}

#[test]
fn null_overrides_nothing() {
    for setting in Setting::ALL {
        let json = format!("{{\"{}\": null}}", setting.name());
        let read: Overrides = serde_json::from_str(&json).expect("null is allowed");
        assert_eq!(read, Overrides::default());
    }
}

#[test]
fn mistakes_are_reported_as_in_a_file() {
    for (json, expected) in [
        (
            "{\"treshold\": 5}",
            "unknown setting `treshold`; did you mean `threshold`?",
        ),
        (
            "{\"threshold\": \"5\"}",
            "`threshold` must be a whole number or \"off\", not a string",
        ),
        (
            "{\"threshold\": 0}",
            "`threshold` must be at least 1, not 0",
        ),
        (
            "{\"threshold\": -1}",
            "`threshold` must be at least 1, not -1",
        ),
        (
            "{\"threshold\": 18446744073709551615}",
            "`threshold` must be at most 4294967295, not 18446744073709551615",
        ),
        (
            "{\"threshold\": \"off\"}",
            "`threshold` cannot be turned off here",
        ),
        ("{\"open_for\": \"off\"}", "`open_for` cannot be turned off"),
        (
            "{\"open_for\": \"0s\"}",
            "`open_for`: a duration must be longer than zero",
        ),
        (
            "{\"open_for\": true}",
            "`open_for` must be a duration such as \"30s\", not a boolean",
        ),
        (
            "{\"jitter\": 1.5}",
            "`jitter` must lie between 0 and 1, not 1.5",
        ),
        (
            "{\"jitter\": 0.1, \"jitter\": 0.1}",
            "duplicate field `jitter`",
        ),
        (
            "{\"jitter\": [1]}",
            "invalid type: sequence, expected a number, a string or a boolean",
        ),
        (
            "[]",
            "invalid type: sequence, expected settings of a circuit breaker",
        ),
    ] {
        let message = problem(json);
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_patch_is_a_json_merge_patch() {
    let json = r#"{"threshold": "off", "window": null, "half_open_calls": 7, "ramp": "2s"}"#;
    let read: Patch = serde_json::from_str(json).expect("the settings are valid");
    let overrides = Overrides {
        half_open_calls: Some(7),
        ramp: Some(Duration::from_secs(2)),
        ..Overrides::default()
    };
    let patch = Patch::from(overrides);
    assert_eq!(read, patch.off("threshold").take_back("window"));
    let empty: Patch = serde_json::from_str("{}").expect("it changes nothing");
    assert_eq!(empty, Patch::new());
    for (json, expected) in [
        ("{\"open_for\": \"off\"}", "`open_for` cannot be turned off"),
        (
            "{\"treshold\": null}",
            "unknown setting `treshold`; did you mean `threshold`?",
        ),
        (
            "{\"ramp\": null, \"ramp\": \"1s\"}",
            "duplicate field `ramp`",
        ),
    ] {
        let read: Result<Patch, _> = serde_json::from_str(json);
        let message = read.expect_err("something is wrong").to_string();
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn the_answer_to_a_patch_is_serialized() {
    let registry = Registry::new();
    let made = registry.get_or_create("payment", Config::new());
    made.expect("the settings are valid");
    let would = registry.dry_run("payment", Patch::new().off("cancelled_in_a_row"));
    let would = would.expect("it can be turned off");
    let json = serde_json::to_value(&would).expect("it can be serialized");
    assert_eq!(
        json,
        serde_json::json!({
            "changes": [{
                "setting": "cancelled_in_a_row",
                "from": "20",
                "to": "off",
                "layer": "runtime",
                "by": { "actor": null, "reason": null },
            }],
            "settings": [{
                "setting": "cancelled_in_a_row",
                "value": "off",
                "layers": [
                    { "layer": "runtime", "value": "off", "place": null },
                    { "layer": "default", "value": "20", "place": null },
                ],
            }],
            "window": "no_window",
            "rule_met": null,
        })
    );
}
