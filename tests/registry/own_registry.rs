//! Functions that name their registry with `registry`: their breakers exist from the first call on.

use std::sync::{Arc, Mutex};

use breaker_runtime::{BreakerError, Config, EventKind, Registry, circuit_breaker};

use super::declared::{Down, conflicts};

fn chosen(registry: &Registry) -> &Registry {
    registry
}

#[circuit_breaker(name = "own_registry.injected", threshold = 1, registry = chosen(registry))]
fn injected(registry: &Registry, fails: bool) -> Result<(), Down> {
    let _ = registry;
    if fails { Err(Down::Down) } else { Ok(()) }
}

#[circuit_breaker(name = "own_registry.injected_async", threshold = 1, registry = registry)]
async fn injected_async(registry: &Registry, fails: bool) -> Result<(), Down> {
    let _ = registry;
    if fails { Err(Down::Down) } else { Ok(()) }
}

#[tokio::test]
async fn a_function_that_names_its_registry_is_declared_but_the_first_call_creates_its_breaker() {
    let (one, other) = (Registry::new(), Registry::new());
    for name in ["own_registry.injected", "own_registry.injected_async"] {
        assert!(Registry::global().get(name).is_none());
        assert!(
            one.declarations()
                .iter()
                .any(|declaration| declaration.name() == name)
        );
        assert!(one.get(name).is_none());
    }
    assert!(injected(&one, true).is_err());
    assert!(injected_async(&one, true).await.is_err());
    assert!(matches!(injected(&one, false), Err(Down::Breaker(_))));
    assert!(matches!(
        injected_async(&one, false).await,
        Err(Down::Breaker(_))
    ));
    assert!(injected(&other, false).is_ok());
    assert!(injected_async(&other, false).await.is_ok());
    assert_eq!(one.breakers().len(), 2);
    assert!(Registry::global().get("own_registry.injected").is_none());
}

#[circuit_breaker(name = "own_registry.by_hand", threshold = 2, registry = registry)]
fn by_hand(registry: &Registry) -> Result<(), BreakerError> {
    let _ = registry;
    Ok(())
}

#[test]
fn a_breaker_created_before_the_first_call_wins_and_listeners_are_warned() {
    let registry = Registry::new();
    let events = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&events);
    registry
        .subscribe(move |event| list.lock().unwrap().push(event.kind().clone()))
        .detach();
    let config = Config::new().threshold(50);
    let made = registry
        .get_or_create("own_registry.by_hand", config)
        .unwrap();
    by_hand(&registry).unwrap();
    by_hand(&registry).unwrap();
    assert_eq!(made.config().threshold, Some(50));
    assert_eq!(made.snapshot().totals.calls, 2);
    assert_eq!(made.snapshot().declared_at.len(), 2);
    assert!(matches!(
        events.lock().unwrap()[..],
        [EventKind::Conflict(_)]
    ));
    assert!(registry.remove("own_registry.by_hand").is_none());
}

#[circuit_breaker(name = "own_registry.two_registries", threshold = 7)]
fn in_the_global_one() -> Result<(), BreakerError> {
    Ok(())
}

#[circuit_breaker(name = "own_registry.two_registries", threshold = 2, registry = registry)]
fn in_its_own(registry: &Registry) -> Result<(), BreakerError> {
    let _ = registry;
    Ok(())
}

#[test]
fn a_function_that_names_its_registry_shares_no_settings_with_one_that_does_not() {
    let registry = Registry::new();
    in_its_own(&registry).unwrap();
    in_the_global_one().unwrap();
    let threshold = |registry: &Registry| {
        let breaker = registry.get("own_registry.two_registries").unwrap();
        breaker.config().threshold
    };
    assert_eq!(threshold(&registry), Some(2));
    assert_eq!(threshold(Registry::global()), Some(7));
    let conflicts = conflicts();
    assert!(
        conflicts
            .iter()
            .all(|conflict| conflict.breaker != "own_registry.two_registries")
    );
}

#[circuit_breaker(name = "own_registry.two_by_hand", threshold = 2, registry = registry)]
fn one_by_hand(registry: &Registry) -> Result<(), BreakerError> {
    Ok(())
}

#[circuit_breaker(name = "own_registry.two_by_hand", threshold = 3, registry = registry)]
fn other_by_hand(registry: &Registry) -> Result<(), BreakerError> {
    Ok(())
}

#[test]
fn each_function_of_a_created_breaker_is_recorded_once_by_any_number_of_threads() {
    let registry = Registry::new();
    let deliveries = Arc::new(Mutex::new(0));
    let count = Arc::clone(&deliveries);
    registry
        .subscribe(move |_| *count.lock().unwrap() += 1)
        .detach();
    let config = Config::new().threshold(50);
    let made = registry
        .get_or_create("own_registry.two_by_hand", config)
        .unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..100 {
                    one_by_hand(&registry).unwrap();
                    other_by_hand(&registry).unwrap();
                }
            });
        }
    });
    assert_eq!(made.snapshot().declared_at.len(), 3);
    assert_eq!(*deliveries.lock().unwrap(), 2);
    assert_eq!(made.snapshot().totals.calls, 800);
}

#[circuit_breaker(name = "own_registry.calls_itself", registry = registry)]
fn with_a_conflict(registry: &Registry) -> Result<(), BreakerError> {
    Ok(())
}

#[test]
fn a_listener_that_the_first_call_notifies_may_call_the_same_function() {
    let registry = Registry::new();
    let config = Config::new();
    registry
        .get_or_create("own_registry.calls_itself", config)
        .unwrap();
    let inner = registry.clone();
    registry
        .subscribe(move |_| with_a_conflict(&inner).unwrap())
        .detach();
    with_a_conflict(&registry).unwrap();
    registry.get("own_registry.calls_itself").unwrap().trip();
}

#[circuit_breaker(name = "own_registry.configured", threshold = 2, registry = registry)]
fn configured(registry: &Registry) -> Result<(), BreakerError> {
    let _ = registry;
    Ok(())
}

#[test]
fn a_file_may_name_a_function_that_names_its_registry() {
    let registry = Registry::new();
    let path = std::env::temp_dir().join(format!("own-registry-{}.toml", std::process::id()));
    let load = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let loaded = registry.load_strict(&path);
        std::fs::remove_file(&path).unwrap();
        loaded
    };
    let report = load("[breakers.\"own_registry.configured\"]\nthreshold = 9\n").unwrap();
    assert_eq!(report.configured, [] as [&str; 0]);
    assert_eq!(report.unknown, []);
    assert_eq!(registry.verify(), Registry::new().verify());

    configured(&registry).unwrap();
    let breaker = registry.get("own_registry.configured").unwrap();
    assert_eq!(breaker.config().threshold, Some(9));

    let problems = load("[breakers.\"own_registry.configred\"]\nthreshold = 9\n").unwrap_err();
    let problems = problems.to_string();
    assert!(
        problems.contains("did you mean `own_registry.configured`?"),
        "{problems}"
    );
}
