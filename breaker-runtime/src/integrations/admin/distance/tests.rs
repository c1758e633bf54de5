use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::{Distance, calls_until};
use crate::breaker::{ProbeProgress, Snapshot, WindowStats};
use crate::config::{Config, Window};
use crate::registry::Registry;
use crate::values::{Failures, State};

fn breaker(config: &Config) -> Snapshot {
    let made = Registry::new().get_or_create("payment", *config);
    made.expect("it is there").snapshot()
}

fn window(calls: u64, failures: u64, slow: u64) -> WindowStats {
    WindowStats {
        calls,
        failures,
        failures_by_kind: Failures::default(),
        slow,
        failure_rate: None,
        slow_rate: None,
        frozen: false,
    }
}

fn at(it: &Snapshot, now: SystemTime) -> Value {
    Distance::of(it, now).to_json()
}

fn of(it: &Snapshot) -> Value {
    at(it, it.since)
}

fn texts(distance: &Value) -> Vec<String> {
    let rules = distance["rules"].as_array().expect("it is there").iter();
    let text = |rule: &Value, member: &str| rule[member].as_str().expect("it is there").to_owned();
    rules
        .map(|rule| text(rule, "label") + ": " + &text(rule, "text"))
        .collect()
}

#[test]
fn the_number_of_calls_until_a_rate_is_met_is_exact_while_the_window_grows() {
    for (calls, hits, limit) in [
        (10, 2, 0.5),
        (40, 11, 0.3),
        (7, 0, 0.9),
        (3, 3, 0.5),
        (0, 0, 0.5),
    ] {
        let more = calls_until(calls, hits, limit, u64::MAX, 1).expect("it is there");
        let share = |some| super::share_of(hits + some, calls + some);
        assert!(
            share(more) >= limit - 1e-9,
            "{calls} {hits} {limit}: {more}"
        );
        assert!(
            more == 1 || share(more - 1) < limit,
            "{calls} {hits} {limit}: {more}"
        );
    }
}

#[test]
fn a_full_window_exchanges_calls_and_one_that_fills_up_is_judged_by_its_size() {
    let until = |calls, hits| calls_until(calls, hits, 0.5, 10, 10);
    assert_eq!(until(10, 2), Some(3));
    assert_eq!(until(8, 0), Some(5));
    assert_eq!(until(2, 2), Some(8));
}

#[test]
fn a_rate_of_all_calls_is_never_met_once_one_has_succeeded_unless_it_leaves_the_window() {
    assert_eq!(calls_until(5, 4, 1.0, u64::MAX, 1), None);
    assert_eq!(calls_until(5, 4, 1.0, 5, 1), Some(1));
}

#[test]
fn a_closed_circuit_tells_the_nearest_of_its_rules() {
    let config = Config::new().threshold(50).window(Window::Calls(100));
    let mut it = breaker(
        &config
            .failure_rate(0.5)
            .slow_call(Duration::from_secs(1))
            .slow_rate(0.8),
    );
    it.failures_in_a_row = 2;
    it.window = Some(window(40, 10, 1));
    let distance = of(&it);
    assert_eq!(
        distance["text"],
        "It takes at least 20 more failures to open the circuit (failure rate)."
    );
    assert_eq!(
        texts(&distance),
        [
            "Failures in a row: 2 of 50",
            "Failures in the last 100 calls: 10 of 40 (25 %), limit 50 %",
            "Slow calls in the last 100 calls: 1 of 40 (2.5 %), limit 80 %",
        ]
    );
}

#[test]
fn a_rate_below_the_least_number_of_calls_says_from_when_on_it_counts() {
    let config = Config::new().window(Window::Time(Duration::from_secs(60)));
    let mut it = breaker(&config.failure_rate(0.5));
    it.window = Some(window(3, 3, 0));
    let distance = of(&it);
    assert_eq!(
        texts(&distance),
        ["Failures in the last 1 min: 3 of 3 (100 %), limit 50 % once there are 20 calls"]
    );
    assert_eq!(
        distance["text"],
        "It takes at least 17 more failures to open the circuit (failure rate)."
    );
}

#[test]
fn a_rule_that_is_met_waits_for_the_next_failure() {
    let mut it = breaker(&Config::new().threshold(3));
    it.failures_in_a_row = 9;
    assert_eq!(
        of(&it)["text"],
        "The next failure can open the circuit (threshold)."
    );
    it.config.threshold = None;
    assert_eq!(
        of(&it),
        json!({"text": "No rule opens this circuit: all are off.", "rules": []})
    );
}

#[test]
fn a_ramp_has_a_line_of_its_own() {
    let mut it = breaker(&Config::new());
    it.ramp = Some(0.4);
    assert_eq!(texts(&of(&it))[0], "Calls that the ramp admits: 40 %");
}

#[test]
fn an_open_circuit_tells_how_much_of_its_period_has_passed() {
    let mut it = breaker(&Config::new());
    it.machine_state = State::Open;
    it.open_period = Some(Duration::from_secs(30));
    let distance = at(&it, it.since + Duration::from_secs(10));
    assert_eq!(
        distance["text"],
        "After the open period, 3 successful probes close the circuit."
    );
    assert_eq!(texts(&distance), ["Open period: 10 s of 30 s"]);
    assert_eq!(distance["rules"][0]["value"], 10.0);
    assert_eq!(
        texts(&at(&it, SystemTime::UNIX_EPOCH)),
        ["Open period: 0 s of 30 s"]
    );
}

#[test]
fn a_half_open_circuit_tells_both_ways() {
    let mut it = breaker(&Config::new());
    it.machine_state = State::HalfOpen;
    it.probes_in_flight = 1;
    it.probes = Some(ProbeProgress {
        succeeded: 2,
        failed: 0,
        success_threshold: 3,
        probe_failures: 1,
    });
    let distance = of(&it);
    assert_eq!(
        distance["text"],
        "1 more success closes the circuit; 1 more failure opens it again."
    );
    assert_eq!(
        texts(&distance),
        [
            "Successful probes: 2 of 3",
            "Failed probes: 0 of 1",
            "Probes in flight: 1 of 2"
        ]
    );
}
