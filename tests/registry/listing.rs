//! Listings of all breakers hold one key at a time.

use breaker_runtime::{CircuitBreaker, Config, Registry, State};

/// A registry with the breakers of two keys under a name that has room for two, and another name.
fn full() -> Registry {
    let registry = Registry::new();
    let config = Config::new().max_keys(2);
    for key in ["b.example", "a.example"] {
        drop(registry.get_or_create_keyed("fetch", key, config).unwrap());
    }
    drop(registry.get_or_create("bank", Config::new()).unwrap());
    registry
}

/// Uses the breaker of a new key; returns whether the set made room for it.
fn has_room(registry: &Registry, key: &str) -> bool {
    let config = Config::new().max_keys(2);
    drop(registry.get_or_create_keyed("fetch", key, config).unwrap());
    registry.get_keyed("fetch", key).is_some()
}

fn shown(breaker: &CircuitBreaker) -> String {
    format!("{} {}", breaker.name(), breaker.key().unwrap_or("-"))
}

#[test]
fn each_visits_all_breakers_by_name_and_key() {
    let registry = full();
    let mut visited = Vec::new();
    registry.each(|breaker| visited.push(shown(breaker)));
    assert_eq!(
        visited,
        ["bank -", "fetch -", "fetch a.example", "fetch b.example"]
    );
    let listed: Vec<_> = registry.breakers().iter().map(shown).collect();
    assert_eq!(listed, visited);
}

#[test]
fn a_key_can_be_evicted_while_another_one_is_visited() {
    let registry = full();
    let mut visited = Vec::new();
    registry.each(|breaker| {
        if breaker.key() == Some("a.example") {
            assert!(has_room(&registry, "c.example"));
        }
        visited.push(shown(breaker));
    });
    assert_eq!(visited, ["bank -", "fetch -", "fetch a.example"]);
    let held = registry.breakers();
    assert!(!has_room(&registry, "d.example"), "the keys are held");
    drop(held);
}

#[test]
fn a_listing_of_ten_thousand_keys_holds_one_of_them() {
    let registry = Registry::new();
    let config = Config::new().max_keys(10_000);
    for key in 0..10_000 {
        let key = format!("{key:05}");
        drop(registry.get_or_create_keyed("fetch", &key, config).unwrap());
    }
    let (mut visited, mut evicting) = (0, 0);
    registry.each(|breaker| {
        visited += usize::from(breaker.key().is_some());
        // Every new key needs the place of another one.
        if breaker.key().is_some() && visited % 1000 == 0 {
            let key = format!("new {visited}");
            drop(registry.get_or_create_keyed("fetch", &key, config).unwrap());
            evicting += usize::from(registry.get_keyed("fetch", &key).is_some());
        }
    });
    assert_eq!(evicting, visited / 1000);
    assert_eq!(registry.key_stats("fetch").unwrap().unlisted, 0);
}

#[test]
fn an_act_may_change_what_it_visits() {
    let registry = full();
    registry.each(CircuitBreaker::trip);
    let states = |registry: &Registry| registry.key_stats("fetch").unwrap().in_state(State::Open);
    assert_eq!(states(&registry), 2);
    registry.reset_all();
    assert_eq!(states(&registry), 0);
}
