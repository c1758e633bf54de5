//! One circuit for each key.

use super::*;
use crate::registry::Registry;

/// Each second one call with each of the keys; those of `sick` fail.
fn keyed(seconds: u32, keys: &[&str], sick: &str) -> Vec<Call> {
    let of_second = |second: u32| {
        keys.iter().map(move |key| {
            let outcome = if *key == sick {
                FAILURE
            } else {
                CallOutcome::Success
            };
            call(f64::from(second), 0.1, outcome).with_key(*key)
        })
    };
    (0..seconds).flat_map(of_second).collect()
}

#[test]
fn each_key_has_a_circuit_of_its_own() {
    let report = play(
        &keyed(10, &["sick", "well"], "sick"),
        Config::new().threshold(3),
    );
    assert_eq!(
        (
            report.openings,
            report.rejected_failed,
            report.rejected_succeeded
        ),
        (1, 7, 0)
    );
    assert_eq!(report.opening_list[0].key.as_deref(), Some("sick"));
    assert_eq!(report.transitions[0].key.as_deref(), Some("sick"));
}

#[test]
fn a_key_without_a_place_has_a_circuit_until_its_calls_end() {
    // Both keys remember failures, so that neither makes room.
    let calls = [
        call(0.0, 0.1, FAILURE).with_key("a"),
        call(1.0, 0.1, FAILURE).with_key("b"),
        call(2.0, 0.1, FAILURE).with_key("b"),
        call(3.0, 0.1, FAILURE).with_key("a"),
    ];
    let report = play(&calls, Config::new().threshold(2).max_keys(1));
    let opened: Vec<_> = report
        .opening_list
        .iter()
        .map(|it| it.key.as_deref())
        .collect();
    assert_eq!(opened, [Some("a")]);
}

#[test]
fn a_clean_key_makes_room_for_a_new_one() {
    let calls = [
        call(0.0, 0.1, CallOutcome::Success).with_key("a"),
        call(1.0, 0.1, FAILURE).with_key("b"),
        call(2.0, 0.1, FAILURE).with_key("b"),
    ];
    assert_eq!(
        play(&calls, Config::new().threshold(2).max_keys(1)).openings,
        1
    );
}

#[test]
fn only_a_share_of_the_keys_opens() {
    let keys = ["a", "b", "c", "d"];
    let calls: Vec<_> = keyed(5, &keys, "")
        .into_iter()
        .map(|it| Call::new(it.started(), it.took(), FAILURE).with_key(it.key().expect("keyed")))
        .collect();
    let openings = |config| play(&calls, config).openings;
    let config = Config::new().threshold(2);
    assert_eq!(
        (openings(config), openings(config.max_open_share(0.5))),
        (4, 2)
    );
}

#[test]
fn the_band_has_the_worst_state_of_any_key() {
    let mut calls = keyed(3, &["a"], "a");
    calls.extend(keyed(60, &["b"], "").split_off(4));
    let report = play(&calls, Config::new().threshold(3).open_for(secs(10.0)));
    let states: Vec<_> = report.bands.iter().map(|it| (it.from, it.state)).collect();
    let expected = [
        (0.0, State::Closed),
        (2.1, State::Open),
        (12.1, State::HalfOpen),
    ];
    assert_eq!(states, expected.map(|(from, state)| (at(from), state)));
}

#[test]
fn a_call_has_the_key_that_a_registry_would_use() {
    let registry = Registry::new();
    for key in [String::new(), "é".repeat(256), "é".repeat(257)] {
        let breaker = registry
            .get_or_create_keyed("fetch", &key, Config::new())
            .expect("the settings are valid");
        let call = call(0.0, 0.1, CallOutcome::Success).with_key(key);
        assert_eq!(call.key(), breaker.key());
    }
}
