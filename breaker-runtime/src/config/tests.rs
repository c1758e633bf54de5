use std::time::Duration;

use super::table::Setting;
use super::{Config, Location, Merged, Overrides, Source, Window};

fn source(line: u32, config: &Config) -> Source {
    Source {
        config: *config,
        location: Location::new("app::pay", "src/pay.rs", line, 1),
        call_timeout: None,
    }
}

fn merged(configs: &[Config]) -> (Merged, Vec<String>) {
    let mut merged = Merged::new("payment");
    let mut conflicts = Vec::new();
    for (line, config) in (1..).zip(configs) {
        conflicts.extend(merged.absorb(&source(line, config)));
    }
    conflicts.extend(merged.inconsistencies());
    (merged, conflicts.iter().map(ToString::to_string).collect())
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn declarations_are_merged_setting_by_setting() {
    let configs = [Config::new().threshold(3), Config::new().open_for(SECOND)];
    let (merged, conflicts) = merged(&configs);
    assert!(conflicts.is_empty(), "{conflicts:?}");
    let settings = merged.settings();
    assert_eq!((settings.threshold, settings.open_for), (Some(3), SECOND));
}

#[test]
fn the_first_to_give_a_setting_wins_it_and_the_conflict_names_both_locations() {
    let configs = [3, 3, 4].map(|threshold| Config::new().threshold(threshold));
    let (merged, conflicts) = merged(&configs);
    assert_eq!(merged.settings().threshold, Some(3));
    assert_eq!(
        conflicts,
        [
            "circuit breaker `payment`: `threshold` = 3 (src/pay.rs:1:1) and `threshold` = 4 \
          (src/pay.rs:3:1) disagree"
        ]
    );
}

#[test]
fn a_ceiling_below_the_open_period_of_another_declaration_is_a_conflict_and_the_period_wins() {
    let low = Config::new().max_open_for(SECOND);
    let (first, conflicts) = merged(&[low, Config::new().open_for(2 * SECOND)]);
    assert_eq!(first.settings().max_open_for, 2 * SECOND);
    assert_eq!(
        conflicts,
        [
            "circuit breaker `payment`: `open_for` = 2s (src/pay.rs:2:1) and `max_open_for` = 1s \
          (src/pay.rs:1:1) disagree"
        ]
    );
    let (second, conflicts) = merged(&[Config::new().open_for(2 * SECOND), low]);
    assert_eq!(second.settings().max_open_for, 2 * SECOND);
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
}

#[test]
fn a_ceiling_below_the_default_open_period_is_one_conflict() {
    let (merged, conflicts) = merged(&[Config::new().max_open_for(SECOND)]);
    assert_eq!(merged.settings().max_open_for, merged.settings().open_for);
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
}

#[test]
fn a_declaration_after_the_breaker_was_made_changes_nothing() {
    let (mut merged, _) = merged(&[Config::new()]);
    let conflicts = merged.note(&source(9, &Config::new().threshold(7)));
    assert_eq!(conflicts.len(), 1);
    assert_eq!(merged.settings().threshold, Some(5));
    assert_eq!(merged.sources().len(), 2);
    assert!(
        merged
            .note(&source(10, &Config::new().threshold(5)))
            .is_empty()
    );
}

#[test]
fn overrides_have_every_setting() {
    let every = Overrides {
        threshold: Some(1),
        window: Some(Window::Calls(10)),
        max_failures: Some(1),
        failure_rate: Some(0.5),
        min_calls: Some(1),
        slow_call: Some(SECOND),
        slow_rate: Some(0.5),
        open_for: Some(SECOND),
        backoff: Some(1.0),
        max_open_for: Some(SECOND),
        jitter: Some(0.0),
        half_open_calls: Some(1),
        success_threshold: Some(1),
        probe_failures: Some(1),
        probe_timeout: Some(SECOND),
        ramp: Some(SECOND),
        max_in_flight: Some(1),
        call_timeout: Some(Some(SECOND)),
        cancel_after: Some(None),
        cancelled_in_a_row: Some(None),
        max_keys: Some(1),
        idle_ttl: Some(SECOND),
        max_open_share: Some(0.5),
        latency: Some(true),
        critical: Some(true),
        shared: Some(true),
        shadow: Some(true),
    };
    let config = Config::from(&every);
    let settings: Vec<_> = config.given().map(|(setting, _)| setting).collect();
    assert_eq!(settings, Setting::ALL);
}

#[test]
fn declarations_win_by_crate_file_line_and_column() {
    let mut locations = [
        Location::new("b", "a.rs", 1, 1),
        Location::new("a::z", "b.rs", 1, 1),
        Location::new("a::y", "a.rs", 2, 9),
        Location::new("a", "a.rs", 2, 3),
    ];
    locations.sort_by_key(Location::rank);
    let order = locations.map(|location| location.to_string());
    assert_eq!(order, ["a.rs:2:3", "a.rs:2:9", "b.rs:1:1", "a.rs:1:1"]);
}

#[test]
fn each_inconsistent_pair_of_settings_is_a_conflict_with_the_values_that_were_given() {
    let window = Config::new().window(Window::Calls(10)).failure_rate(0.5);
    let configs = [
        window,
        Config::new().min_calls(20),
        Config::new().max_failures(30),
    ];
    let (_, conflicts) = merged(&configs);
    assert_eq!(
        conflicts,
        [
            "circuit breaker `payment`: `window` = 10 calls (src/pay.rs:1:1) and `min_calls` = 20 \
             (src/pay.rs:2:1) disagree",
            "circuit breaker `payment`: `window` = 10 calls (src/pay.rs:1:1) and `max_failures` = 30 \
             (src/pay.rs:3:1) disagree",
        ]
    );
}
