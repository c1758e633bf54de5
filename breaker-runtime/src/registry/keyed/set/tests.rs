use std::time::Duration;

use super::shortened;
use crate::breaker::CircuitBreaker;
use crate::config::{Config, Overrides, Window};
use crate::registry::Registry;
use crate::registry::tests::Hook;
use crate::test_util::ManualClock;
use crate::values::State;

const MINUTE: Duration = Duration::from_secs(60);

fn registry() -> (Registry, ManualClock) {
    let clock = ManualClock::new();
    (Registry::with_clock(clock.clone()), clock)
}

fn two() -> Config {
    Config::new().max_keys(2).idle_ttl(MINUTE)
}

fn of(registry: &Registry, key: &str) -> CircuitBreaker {
    registry
        .get_or_create_keyed("fetch", key, two())
        .expect("the settings are right")
}

fn keys(registry: &Registry) -> Vec<String> {
    let breakers = registry.breakers();
    let keys = breakers.iter().filter_map(CircuitBreaker::key);
    keys.map(str::to_owned).collect()
}

fn succeed(breaker: &CircuitBreaker) {
    breaker.call(|| Ok::<_, ()>(())).expect("it is closed");
}

fn fail(breaker: &CircuitBreaker) {
    breaker.call(|| Err::<(), _>(())).expect_err("it fails");
}

#[test]
fn each_key_has_a_breaker_of_its_own() {
    let (registry, _) = registry();
    let (a, b) = (of(&registry, "a"), of(&registry, "b"));
    a.trip();
    assert_eq!(b.state(), State::Closed);
    assert!(of(&registry, "a").same_as(&a));
    assert!(
        registry
            .get_keyed("fetch", "b")
            .expect("it was made")
            .same_as(&b)
    );
    assert!(registry.get_keyed("fetch", "c").is_none());
    assert_eq!((a.name(), a.key()), ("fetch", Some("a")));
    assert_eq!(keys(&registry), ["a", "b"]);
    let rejection = a.try_acquire().expect_err("it is open");
    assert_eq!(rejection.key(), Some("a"));
    assert_eq!(
        rejection.to_string(),
        "circuit breaker `fetch` for `a` is open; next probe in 30s"
    );
}

#[test]
fn a_newcomer_takes_the_place_of_one_that_is_closed_and_clean() {
    let (registry, _) = registry();
    succeed(&of(&registry, "a"));
    succeed(&of(&registry, "b"));
    succeed(&of(&registry, "c"));
    assert_eq!(keys(&registry), ["b", "c"]);
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!((stats.keys, stats.unlisted), (2, 0));
    assert_eq!(
        stats.totals.successes, 3,
        "nothing that was counted is lost"
    );
}

#[test]
fn one_that_was_used_lately_is_passed_over_once() {
    let (registry, _) = registry();
    for key in ["a", "b", "a", "c"] {
        succeed(&of(&registry, key));
    }
    assert_eq!(keys(&registry), ["a", "c"]);
}

#[test]
fn one_that_is_open_or_has_failures_or_is_in_use_is_kept() {
    let (registry, _) = registry();
    of(&registry, "open").trip();
    fail(&of(&registry, "failed"));
    let newcomer = of(&registry, "c");
    assert_eq!(keys(&registry), ["failed", "open"]);
    succeed(&newcomer);
    let before = registry.key_stats("fetch").expect("it has keys");
    assert_eq!((before.unlisted, before.totals.successes), (1, 0));
    drop(newcomer);
    let after = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(after.totals.successes, 1, "it is counted when it is gone");

    succeed(&of(&registry, "failed"));
    let held = of(&registry, "failed");
    of(&registry, "d");
    assert_eq!(keys(&registry), ["failed", "open"], "somebody holds it");
    drop(held);
    of(&registry, "d");
    assert_eq!(keys(&registry), ["d", "open"]);
}

#[test]
fn one_that_nobody_used_for_the_idle_time_is_given_up() {
    let (registry, clock) = registry();
    succeed(&of(&registry, "a"));
    clock.advance(MINUTE / 2);
    succeed(&of(&registry, "b"));
    clock.advance(MINUTE / 2);
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(stats.keys, 1);
    assert_eq!(keys(&registry), ["b"]);
    assert_eq!(stats.totals.calls, 2);
}

#[test]
fn one_that_recovered_is_kept_until_it_has_been_calm() {
    let (registry, clock) = registry();
    let recovering = of(&registry, "a");
    recovering.trip();
    clock.advance(Duration::from_secs(30));
    for _ in 0..3 {
        succeed(&recovering);
    }
    assert_eq!(recovering.state(), State::Closed);
    drop(recovering);
    clock.advance(Duration::from_secs(29));
    succeed(&of(&registry, "b"));
    of(&registry, "c");
    assert_eq!(keys(&registry), ["a", "c"]);
    clock.advance(Duration::from_secs(1));
    of(&registry, "d");
    assert_eq!(keys(&registry), ["c", "d"]);
}

#[test]
fn settings_hold_for_every_key_that_there_is_and_will_be() {
    let (registry, _) = registry();
    let a = of(&registry, "a");
    let strict = Overrides {
        threshold: Some(1),
        ..Overrides::default()
    };
    registry.configure("fetch", strict).expect("it is right");
    let b = of(&registry, "b");
    assert_eq!(a.config().threshold, Some(1));
    assert_eq!(b.config().threshold, Some(1));
    registry.unconfigure("fetch").expect("it is there");
    assert_eq!(a.config().threshold, Some(5));
}

#[test]
fn transitions_and_states_are_summed_up() {
    let (registry, _) = registry();
    of(&registry, "a").trip();
    of(&registry, "b").trip();
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(stats.in_state(State::Open), 2);
    assert_eq!(stats.in_state(State::Closed), 0);
    assert_eq!(stats.transitions.len(), 1);
    assert_eq!(stats.transitions[0].count, 2);
    assert!(registry.key_stats("nothing").is_none());
}

#[test]
fn a_key_that_is_empty_or_too_long_is_cut_with_a_hash() {
    let fits = "é".repeat(256);
    assert_eq!(shortened(&fits), fits);
    let (long, other) = ("é".repeat(257), "é".repeat(258));
    assert_eq!(shortened(&long).chars().count(), 256);
    assert_ne!(shortened(&long), shortened(&other));
    assert_eq!(shortened(&long), shortened(&long));
    assert_eq!(shortened("").chars().count(), 17);
    assert!(shortened("").starts_with('#'));
}

#[test]
fn a_storm_of_distinct_keys_keeps_the_bound_and_loses_no_call() {
    let (registry, _) = registry();
    let calls = if cfg!(miri) { 14 } else { 490 };
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let registry = &registry;
            scope.spawn(move || {
                for call in 0..calls {
                    let breaker = of(registry, &format!("{thread}-{call}"));
                    if call % 7 == 0 {
                        fail(&breaker);
                    } else {
                        succeed(&breaker);
                    }
                    assert!(keys(registry).len() <= 2);
                }
            });
        }
    });
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(stats.totals.calls, 2 * calls);
    assert_eq!(stats.totals.failures, 2 * calls / 7);
}

#[test]
fn an_override_of_the_name_holds_for_every_key() {
    let (registry, _) = registry();
    let a = of(&registry, "a");
    let parent = registry
        .get("fetch")
        .expect("it was made with the first key");
    parent.force_open("maintenance", None);
    for key in ["a", "never seen"] {
        assert!(of(&registry, key).try_acquire().is_err());
    }
    assert_eq!(a.state(), State::Closed, "its own circuit is not touched");
    parent.clear_override();
    succeed(&of(&registry, "a"));
    assert_eq!(keys(&registry), ["a"]);
}

#[test]
fn an_override_of_the_name_that_has_ended_holds_for_no_call() {
    let (registry, clock) = registry();
    let hour = Config::new().open_for(60 * MINUTE);
    let sick = || registry.get_or_create_keyed("fetch", "sick", hour);
    sick().expect("the settings are right").trip();
    let parent = registry.get("fetch").expect("it was made with the key");
    parent.force_open("maintenance", Some(MINUTE));
    clock.advance(MINUTE);
    let refused = sick().expect("the settings are right").try_acquire();
    let rejection = refused.expect_err("its own circuit is open");
    assert_eq!(rejection.key(), Some("sick"));
}

#[test]
fn a_key_whose_override_has_ended_makes_room() {
    let (registry, clock) = registry();
    of(&registry, "a").force_closed("maintenance", Some(MINUTE));
    of(&registry, "b").force_closed("maintenance", None);
    clock.advance(MINUTE);
    of(&registry, "c");
    assert_eq!(keys(&registry), ["b", "c"]);
}

#[test]
fn a_newcomer_takes_the_place_of_the_oldest_and_not_of_the_last_newcomer() {
    let (registry, _) = registry();
    let three = Config::new().max_keys(3);
    for key in ["a", "b", "c", "d", "e"] {
        registry
            .get_or_create_keyed("fetch", key, three)
            .expect("the settings are right");
    }
    assert_eq!(keys(&registry), ["c", "d", "e"]);
}

#[test]
fn a_newcomer_finds_room_at_once_where_there_may_be_fewer_than_there_are() {
    let (registry, _) = registry();
    let nine = Config::new().max_keys(9);
    let nine_of = |key: &str| {
        registry
            .get_or_create_keyed("fetch", key, nine)
            .expect("the settings are right")
    };
    (0..9).for_each(|key| succeed(&nine_of(&key.to_string())));
    let fewer = Overrides {
        max_keys: Some(2),
        ..Overrides::default()
    };
    registry.configure("fetch", fewer).expect("it is right");
    nine_of("newcomer");
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!((stats.keys, stats.unlisted), (2, 0));
}

#[test]
fn a_last_failure_that_no_rule_asks_for_keeps_nobody() {
    let (registry, clock) = registry();
    let rate = Config::new()
        .failure_rate(0.5)
        .window(Window::Time(MINUTE))
        .idle_ttl(MINUTE);
    let a = registry
        .get_or_create_keyed("fetch", "a", rate)
        .expect("the settings are right");
    fail(&a);
    drop(a);
    clock.advance(10 * MINUTE);
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(
        stats.keys, 0,
        "its window is empty, and no rule counts a row"
    );
}

#[test]
fn a_key_under_a_name_that_was_made_anew_is_no_copy_of_the_one_before() {
    let (registry, _) = registry();
    let make = |config: Config| {
        let made = registry.get_or_create("fetch", config);
        made.expect("the settings are right")
    };
    let before = make(Config::new().threshold(1));
    registry.remove("fetch");
    make(Config::new().threshold(9));
    // What `get_or_create_keyed` does whose first half came before the removal.
    registry.keyed_under(&before);
    let key = registry
        .get_or_create_keyed("fetch", "a", Config::new())
        .expect("the settings are right");
    assert_eq!(key.config().threshold, Some(9));
}

#[test]
fn settings_that_change_while_a_key_is_entered_hold_for_it() {
    let hook = Hook::default();
    let registry = Registry::with_clock(hook.clone());
    registry
        .get_or_create("fetch", Config::new())
        .expect("the settings are right");
    // Each time that the clock is asked while the key is being made, another call in its place.
    for at in 1..10 {
        let (changing, threshold) = (registry.clone(), 100 + at);
        hook.at(at, move || {
            let strict = Overrides {
                threshold: Some(threshold),
                ..Overrides::default()
            };
            changing.configure("fetch", strict).expect("it is right");
        });
        let name = format!("key-{at}");
        let key = registry
            .get_or_create_keyed("fetch", &name, Config::new())
            .expect("the settings are right");
        if hook.disarm() {
            return;
        }
        assert_eq!(key.config().threshold, Some(threshold), "at {at}");
    }
}

#[test]
fn failures_of_a_key_that_nobody_asks_for_any_more_are_forgotten_with_it() {
    let (registry, clock) = registry();
    fail(&of(&registry, "a"));
    of(&registry, "b").trip();
    clock.advance(MINUTE / 2);
    of(&registry, "c");
    assert_eq!(keys(&registry), ["a", "b"], "they are young");
    clock.advance(MINUTE / 2);
    of(&registry, "d");
    assert_eq!(keys(&registry), ["b", "d"], "the open one is kept");
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(stats.totals.failures, 1);
}

#[test]
fn the_keys_of_a_name_are_those_of_its_breaker_and_not_of_the_next_one() {
    let hook = Hook::default();
    let registry = Registry::with_clock(hook.clone());
    let made = |threshold| {
        let made = registry.get_or_create("fetch", Config::new().threshold(threshold));
        made.expect("the settings are right")
    };
    let first = made(3);
    let replacing = registry.clone();
    hook.at(1, move || {
        replacing.remove("fetch");
        let key = replacing.get_or_create_keyed("fetch", "a", Config::new().threshold(4));
        key.expect("the settings are right");
    });
    let seven = Overrides {
        threshold: Some(7),
        ..Overrides::default()
    };
    let configured = registry.configure("fetch", seven);
    configured.expect("it was there");
    assert!(!hook.disarm(), "the clock was asked");
    assert_eq!(first.config().threshold, Some(7));
    let key = registry.get_keyed("fetch", "a").expect("it was made");
    assert_eq!(key.config().threshold, Some(4));
    let of_first = registry.keyed_under(&first).get_or_make("a");
    assert_eq!(of_first.config().threshold, Some(7));
}
