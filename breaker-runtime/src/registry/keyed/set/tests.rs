mod caching;
mod looking;

use std::time::Duration;

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
        .expect("the settings are valid")
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
fn each_key_has_a_separate_breaker() {
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
        format!("{rejection:#}"),
        "circuit breaker `fetch` for `a` is open; next probe in 30s"
    );
}

#[test]
fn a_new_key_evicts_one_that_is_closed_and_clean() {
    let (registry, _) = registry();
    succeed(&of(&registry, "a"));
    succeed(&of(&registry, "b"));
    succeed(&of(&registry, "c"));
    assert_eq!(keys(&registry), ["b", "c"]);
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!((stats.keys, stats.unlisted), (2, 0));
    assert_eq!(stats.totals.successes, 3, "no count is lost");
}

#[test]
fn a_recently_used_key_is_skipped_once() {
    let (registry, _) = registry();
    for key in ["a", "b", "a", "c"] {
        succeed(&of(&registry, key));
    }
    assert_eq!(keys(&registry), ["a", "c"]);
}

#[test]
fn a_key_that_is_open_or_has_failures_or_is_in_use_is_not_evicted() {
    let (registry, _) = registry();
    of(&registry, "open").trip();
    fail(&of(&registry, "failed"));
    let unlisted = of(&registry, "c");
    assert_eq!(keys(&registry), ["failed", "open"]);
    succeed(&unlisted);
    let before = registry.key_stats("fetch").expect("it has keys");
    assert_eq!((before.unlisted, before.totals.successes), (1, 0));
    drop(unlisted);
    let after = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(
        after.totals.successes, 1,
        "its counts are added when it is dropped"
    );

    succeed(&of(&registry, "failed"));
    let held = of(&registry, "failed");
    of(&registry, "d");
    assert_eq!(keys(&registry), ["failed", "open"], "it has another handle");
    drop(held);
    of(&registry, "d");
    assert_eq!(keys(&registry), ["d", "open"]);
}

#[test]
fn a_key_that_was_idle_for_the_idle_ttl_is_no_longer_listed_and_a_new_key_evicts_it() {
    let (registry, clock) = registry();
    succeed(&of(&registry, "a"));
    clock.advance(MINUTE / 2);
    succeed(&of(&registry, "b"));
    clock.advance(MINUTE / 2);
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(stats.keys, 1);
    assert_eq!(keys(&registry), ["b"]);
    assert_eq!(stats.totals.calls, 2);

    // Readings evict nothing.
    assert!(registry.get_keyed("fetch", "a").is_some());
    of(&registry, "c");
    assert!(registry.get_keyed("fetch", "a").is_none());
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!((stats.keys, stats.totals.calls), (2, 2));
}

#[test]
fn a_recovered_key_is_not_evicted_until_it_has_been_calm() {
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
fn settings_apply_to_existing_and_later_keys() {
    let (registry, _) = registry();
    let a = of(&registry, "a");
    let strict = Overrides {
        threshold: Some(1),
        ..Overrides::default()
    };
    registry
        .configure("fetch", strict)
        .expect("the settings are valid");
    let b = of(&registry, "b");
    assert_eq!(a.config().threshold, Some(1));
    assert_eq!(b.config().threshold, Some(1));
    registry.unconfigure("fetch").expect("the breaker exists");
    assert_eq!(a.config().threshold, Some(5));
}

#[test]
fn transitions_and_states_are_added_up() {
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
fn an_override_of_the_name_applies_to_every_key() {
    let (registry, _) = registry();
    let a = of(&registry, "a");
    let parent = registry
        .get("fetch")
        .expect("it was made with the first key");
    parent.force_open("maintenance", None);
    for key in ["a", "never seen"] {
        assert!(of(&registry, key).try_acquire().is_err());
    }
    assert_eq!(a.state(), State::ForcedOpen);
    let machine_state = a.snapshot().machine_state;
    assert_eq!(machine_state, State::Closed, "its circuit is not touched");
    parent.clear_override();
    succeed(&of(&registry, "a"));
    assert_eq!(a.state(), State::Closed);
}

#[test]
fn an_expired_override_of_the_name_applies_to_no_call() {
    let (registry, clock) = registry();
    let hour = Config::new().open_for(60 * MINUTE);
    let sick = || registry.get_or_create_keyed("fetch", "sick", hour);
    sick().expect("the settings are valid").trip();
    let parent = registry.get("fetch").expect("it was made with the key");
    parent.force_open("maintenance", Some(MINUTE));
    clock.advance(MINUTE);
    let rejected = sick().expect("the settings are valid").try_acquire();
    let rejection = rejected.expect_err("its own circuit is open");
    assert_eq!(rejection.key(), Some("sick"));
}

#[test]
fn a_key_whose_override_has_expired_is_evicted() {
    let (registry, clock) = registry();
    of(&registry, "a").force_closed("maintenance", Some(MINUTE));
    of(&registry, "b").force_closed("maintenance", None);
    clock.advance(MINUTE);
    of(&registry, "c");
    assert_eq!(keys(&registry), ["b", "c"]);
}

#[test]
fn a_new_key_evicts_the_oldest_key_and_not_the_latest() {
    let (registry, _) = registry();
    let three = Config::new().max_keys(3);
    for key in ["a", "b", "c", "d", "e"] {
        registry
            .get_or_create_keyed("fetch", key, three)
            .expect("the settings are valid");
    }
    assert_eq!(keys(&registry), ["c", "d", "e"]);
}

#[test]
fn a_new_key_finds_room_at_once_after_max_keys_was_lowered() {
    let (registry, _) = registry();
    let nine = Config::new().max_keys(9);
    let nine_of = |key: &str| {
        registry
            .get_or_create_keyed("fetch", key, nine)
            .expect("the settings are valid")
    };
    (0..9).for_each(|key| succeed(&nine_of(&key.to_string())));
    let fewer = Overrides {
        max_keys: Some(2),
        ..Overrides::default()
    };
    registry
        .configure("fetch", fewer)
        .expect("the settings are valid");
    nine_of("new");
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!((stats.keys, stats.unlisted), (2, 0));
}

#[test]
fn a_last_failure_that_no_rule_counts_does_not_prevent_eviction() {
    let (registry, clock) = registry();
    let rate = Config::new()
        .failure_rate(0.5)
        .window(Window::Time(MINUTE))
        .idle_ttl(MINUTE);
    let a = registry
        .get_or_create_keyed("fetch", "a", rate)
        .expect("the settings are valid");
    fail(&a);
    drop(a);
    clock.advance(10 * MINUTE);
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(
        stats.keys, 0,
        "its window is empty, and no rule counts failures in a row"
    );
}

#[test]
fn a_key_copies_the_current_breaker_of_the_name_and_not_a_removed_one() {
    let (registry, _) = registry();
    let make = |config: Config| {
        let made = registry.get_or_create("fetch", config);
        made.expect("the settings are valid")
    };
    let before = make(Config::new().threshold(1));
    registry.remove("fetch");
    make(Config::new().threshold(9));
    // What a call of `get_or_create_keyed` does if the removal comes between its two halves.
    registry.keyed_under(&before);
    let key = registry
        .get_or_create_keyed("fetch", "a", Config::new())
        .expect("the settings are valid");
    assert_eq!(key.config().threshold, Some(9));
}

#[test]
fn settings_that_change_while_a_key_is_added_apply_to_it() {
    let hook = Hook::default();
    let registry = Registry::with_clock(hook.clone());
    registry
        .get_or_create("fetch", Config::new())
        .expect("the settings are valid");
    // Changes the settings at each reading of the clock in turn, until there are no more.
    for at in 1..10 {
        let (changing, threshold) = (registry.clone(), 100 + at);
        hook.at(at, move || {
            let strict = Overrides {
                threshold: Some(threshold),
                ..Overrides::default()
            };
            changing
                .configure("fetch", strict)
                .expect("the settings are valid");
        });
        let name = format!("key-{at}");
        let key = registry
            .get_or_create_keyed("fetch", &name, Config::new())
            .expect("the settings are valid");
        if hook.disarm() {
            assert!(at > 1, "the clock was never asked");
            return;
        }
        assert_eq!(key.config().threshold, Some(threshold), "at {at}");
    }
    panic!("the clock is asked at more moments than this test tries");
}

#[test]
fn an_idle_key_is_evicted_with_its_failures() {
    let (registry, clock) = registry();
    fail(&of(&registry, "a"));
    of(&registry, "b").trip();
    clock.advance(MINUTE / 2);
    of(&registry, "c");
    assert_eq!(keys(&registry), ["a", "b"], "they are not idle yet");
    clock.advance(MINUTE / 2);
    of(&registry, "d");
    assert_eq!(keys(&registry), ["b", "d"], "an open one is not evicted");
    let stats = registry.key_stats("fetch").expect("it has keys");
    assert_eq!(stats.totals.failures, 1);
}

#[test]
fn keys_belong_to_a_breaker_and_not_to_a_later_one_of_its_name() {
    let hook = Hook::default();
    let registry = Registry::with_clock(hook.clone());
    let made = |threshold| {
        let made = registry.get_or_create("fetch", Config::new().threshold(threshold));
        made.expect("the settings are valid")
    };
    let first = made(3);
    let replacing = registry.clone();
    hook.at(1, move || {
        replacing.remove("fetch");
        let key = replacing.get_or_create_keyed("fetch", "a", Config::new().threshold(4));
        key.expect("the settings are valid");
    });
    let seven = Overrides {
        threshold: Some(7),
        ..Overrides::default()
    };
    let configured = registry.configure("fetch", seven);
    configured.expect("the breaker exists");
    assert!(!hook.disarm(), "the clock was asked");
    assert_eq!(first.config().threshold, Some(7));
    let key = registry.get_keyed("fetch", "a").expect("it was made");
    assert_eq!(key.config().threshold, Some(4));
    let of_first = registry.keyed_under(&first).pin("a");
    assert_eq!(of_first.config().threshold, Some(7));
}
