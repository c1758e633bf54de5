//! What a thread remembers of the keys that it has called changes nothing but the cost of its next calls.

use std::time::Duration;

use proptest::prelude::*;

use super::{MINUTE, fail, keys, of, registry, succeed, two};
use crate::breaker::CircuitBreaker;
use crate::config::Config;
use crate::registry::Registry;
use crate::registry::keyed::{KeyPin, KeyedBreakers};
use crate::sync::Arc;
use crate::test_util::ManualClock;
use crate::values::State;

#[expect(clippy::large_types_passed_by_value, reason = "a test is clearer so")]
fn set(registry: &Registry, config: Config) -> Arc<KeyedBreakers> {
    let name = registry.get_or_create("fetch", config);
    registry.keyed_under(&name.expect("the settings are valid"))
}

/// Calls a key often enough that this thread caches it.
fn cache(set: &Arc<KeyedBreakers>, key: &str) {
    for _ in 0..3 {
        drop(set.pin(key));
    }
}

fn cached_references(set: &KeyedBreakers, key: &str) -> Option<usize> {
    set.by_key.get(key, super::super::KeyEntry::cached)
}

#[test]
fn a_key_that_is_called_again_is_cached_and_has_the_same_breaker() {
    let (registry, _) = registry();
    let set = set(&registry, two());
    let first = CircuitBreaker::clone(&set.pin("a"));
    assert_eq!(cached_references(&set, "a"), Some(0));
    cache(&set, "a");
    assert_eq!(cached_references(&set, "a"), Some(1));
    assert!(set.pin("a").same_as(&first));
    cache(&set, "a");
    assert_eq!(cached_references(&set, "a"), Some(1));
}

#[test]
fn a_cached_key_is_not_evicted_while_a_call_pins_it() {
    let (registry, _) = registry();
    let set = set(&registry, two());
    cache(&set, "a");
    succeed(&set.pin("b"));
    let (first, second) = (set.pin("a"), set.pin("a"));
    drop(first);
    for new in ["c", "d", "e"] {
        succeed(&set.pin(new));
    }
    assert_eq!(keys(&registry), ["a", "e"]);
    assert!(set.pin("a").same_as(&second));
    drop(second);
    for new in ["f", "g", "h"] {
        succeed(&set.pin(new));
    }
    assert!(!keys(&registry).contains(&"a".to_owned()));
}

#[test]
fn the_next_call_of_an_evicted_key_gets_the_new_breaker() {
    let (registry, clock) = registry();
    let set = set(&registry, two());
    cache(&set, "a");
    let old = set.pin("a").downgrade();
    clock.advance(MINUTE);
    for new in ["b", "c", "d"] {
        succeed(&set.pin(new));
    }
    assert!(set.get("a").is_none());
    assert!(old.upgrade().is_none(), "the cache keeps no breaker alive");
    let new = set.pin("a");
    assert!(set.get("a").expect("it was made").same_as(&new));
}

#[test]
fn a_cached_key_keeps_no_breaker_alive_when_its_registry_is_dropped() {
    let (registry, _) = registry();
    let set = set(&registry, two());
    cache(&set, "a");
    let breaker = set.pin("a").downgrade();
    drop((registry, set));
    assert!(breaker.upgrade().is_none());
}

#[test]
fn a_call_that_outlives_the_registry_keeps_its_breaker() {
    let (registry, _) = registry();
    let set = set(&registry, two());
    cache(&set, "a");
    let pin = set.pin("a");
    drop((registry, set));
    succeed(&pin);
    assert_eq!(pin.state(), State::Closed);
}

#[test]
fn the_same_key_of_two_names_has_two_breakers() {
    let (registry, _) = registry();
    let other = registry.get_or_create("other", two());
    let other = registry.keyed_under(&other.expect("the settings are valid"));
    let set = set(&registry, two());
    for _ in 0..4 {
        assert_eq!(set.pin("a").name(), "fetch");
        assert_eq!(other.pin("a").name(), "other");
    }
}

#[test]
fn the_last_use_by_any_thread_keeps_a_key_from_being_idle() {
    let (registry, clock) = registry();
    let set = set(&registry, two());
    fail(&set.pin("a"));
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            cache(&set, "a");
            clock.advance(MINUTE / 2);
            drop(set.pin("a"));
        });
        other.join().expect("it ends");
    });
    clock.advance(MINUTE / 2);
    fail(&set.pin("b"));
    fail(&set.pin("c"));
    assert_eq!(keys(&registry), ["a", "b"], "it has been idle for 30 s");
    clock.advance(MINUTE / 2);
    fail(&set.pin("d"));
    assert_eq!(keys(&registry), ["b", "d"], "it has been idle for 60 s");
}

#[test]
fn the_references_of_threads_that_have_ended_are_dropped() {
    let (registry, _) = registry();
    let set = set(&registry, two());
    for _ in 0..5 {
        std::thread::scope(|scope| {
            let ended = scope.spawn(|| cache(&set, "a")).join();
            ended.expect("it ends");
        });
        let references = cached_references(&set, "a").expect("it exists");
        assert!(references <= 1, "{references}");
    }
    cache(&set, "a");
    assert_eq!(cached_references(&set, "a"), Some(1));
}

#[test]
fn more_keys_than_a_thread_caches_have_their_own_breakers() {
    let (registry, _) = registry();
    let set = set(&registry, Config::new());
    let calls = if cfg!(miri) { 300 } else { 20_000 };
    let name = |number: u32| format!("host-{number}.example");
    for call in 0..calls {
        let key = name((call * call) % 509);
        assert_eq!(set.pin(&key).key(), Some(key.as_str()));
        if call % 3 == 0 {
            // Twice in a row, so that it displaces another one.
            succeed(&set.pin(&key));
        }
    }
    assert!(
        keys(&registry)
            .iter()
            .all(|key| cached_references(&set, key) <= Some(1))
    );
}

/// What a program does with the keys of a name.
#[derive(Clone, Debug)]
enum Step {
    Call(u8, bool),
    Hold(u8),
    /// The number of the call among those that are held.
    Release(usize),
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => (0..5_u8, proptest::bool::weighted(0.2)).prop_map(|(key, up)| Step::Call(key, up)),
        3 => (0..5_u8).prop_map(Step::Hold),
        3 => (0..3_usize).prop_map(Step::Release),
        3 => (0..40_u64).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 0..60)
}

/// Returns the keys after each step, and what was counted.
fn listed(steps: &[Step], caches: bool) -> Vec<String> {
    let clock = ManualClock::new();
    let registry = Registry::with_clock(clock.clone());
    let set = set(&registry, two());
    let pin = |key: &u8| {
        let key = format!("host-{key}");
        let pin = || set.pin(&key);
        if caches {
            return pin();
        }
        // A new thread has cached nothing.
        std::thread::scope(|scope| scope.spawn(pin).join()).expect("it ends")
    };
    let mut held: Vec<KeyPin> = Vec::new();
    let mut seen = Vec::new();
    for step in steps {
        match step {
            Step::Call(key, true) => fail_or_reject(&pin(key)),
            Step::Call(key, false) => drop(pin(key).call(|| Ok::<_, ()>(()))),
            Step::Hold(key) => held.push(pin(key)),
            Step::Release(at) if *at < held.len() => drop(held.swap_remove(*at)),
            Step::Release(_) => {}
            Step::Pass(seconds) => clock.advance(Duration::from_secs(*seconds)),
        }
        let places: Vec<_> = (0..5_u8)
            .map(|key| set.get(&format!("host-{key}")).is_some())
            .collect();
        let stats = set.stats();
        seen.push(format!(
            "{places:?} {} {} {:?}",
            stats.keys, stats.unlisted, stats.totals.calls
        ));
    }
    seen
}

fn fail_or_reject(breaker: &CircuitBreaker) {
    let _ = breaker.call(|| Err::<(), _>(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 64 }))]

    #[test]
    fn the_same_keys_are_evicted_whether_or_not_threads_cache_them(steps in steps()) {
        prop_assert_eq!(listed(&steps, true), listed(&steps, false));
    }

    #[test]
    fn calls_of_many_threads_by_a_few_keys_are_counted_once(keys in 1..5_u32, calls in 1..80_u32) {
        let (registry, _) = registry();
        let set = set(&registry, two());
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let set = &set;
                scope.spawn(move || {
                    for call in 0..calls {
                        succeed(&set.pin(&format!("host-{}", (call + thread) % keys)));
                    }
                });
            }
        });
        prop_assert_eq!(set.stats().totals.successes, u64::from(2 * calls));
    }
}

#[test]
fn a_handle_from_the_registry_holds_the_key_like_a_call() {
    let (registry, _) = registry();
    let handle = of(&registry, "a");
    cache(
        &registry.keyed_under(&registry.get("fetch").expect("it exists")),
        "a",
    );
    for new in ["b", "c", "d"] {
        succeed(&of(&registry, new));
    }
    assert!(of(&registry, "a").same_as(&handle));
}
