//! Declarations: registered before the first call, and merged setting by setting.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{
    BreakerError, Config, Conflict, EventKind, Finding, Overrides, Registry, circuit_breaker,
};

const DECLARED_IN: u32 = line!() + 2;
#[expect(dead_code, reason = "it is never called")]
#[circuit_breaker(name = "declared.never_called", threshold = 7)]
fn never_called() -> Result<(), BreakerError> {
    Ok(())
}

#[expect(dead_code, reason = "it is never called")]
#[circuit_breaker(name = "declared.generic", threshold = 9)]
fn generic<T: Default>() -> Result<T, BreakerError> {
    Ok(T::default())
}

/// Returns the conflicts among the declarations of this program.
pub(super) fn conflicts() -> Vec<Conflict> {
    let findings = Registry::global().verify().into_iter();
    let conflict = |finding| match finding {
        Finding::Conflict(conflict) => Some(conflict),
        _ => None,
    };
    findings.filter_map(conflict).collect()
}

#[test]
fn every_declared_breaker_is_listed_before_its_first_call() {
    let registry = Registry::global();
    for (name, threshold) in [("declared.never_called", 7), ("declared.generic", 9)] {
        let breaker = registry.get(name).unwrap();
        assert_eq!(breaker.config().threshold, Some(threshold));
        assert!(
            registry
                .breakers()
                .iter()
                .any(|other| other.same_as(&breaker))
        );
        assert_eq!(breaker.snapshot().totals.calls, 0);
    }
}

#[test]
fn a_declaration_gives_its_location() {
    let declarations = Registry::global().declarations();
    let own = |name: &str| declarations.iter().find(|it| it.name() == name).copied();
    let declaration = own("declared.never_called").unwrap();
    assert_eq!(declaration.function(), "never_called");
    assert_eq!(declaration.location().file, file!());
    assert_eq!(declaration.location().line, DECLARED_IN);
    assert!(
        declaration
            .location()
            .module
            .ends_with("registry::declared")
    );
    let snapshot = Registry::global()
        .get("declared.never_called")
        .unwrap()
        .snapshot();
    assert_eq!(snapshot.declared_at, [declaration.location()]);
}

#[test]
fn declarations_are_ordered_by_crate_file_line_and_column() {
    let declarations = Registry::global().declarations();
    let places: Vec<_> = declarations
        .iter()
        .map(|declaration| {
            let place = declaration.location();
            let krate = place.module.split("::").next().unwrap();
            (krate, place.file, place.line, place.column)
        })
        .collect();
    assert!(places.is_sorted());
}

#[circuit_breaker(name = "declared.shared", threshold = 2)]
fn first_of_two(fails: bool) -> Result<(), Down> {
    if fails { Err(Down::Down) } else { Ok(()) }
}

#[circuit_breaker(name = "declared.shared", open_for = "5s")]
fn second_of_two(fails: bool) -> Result<(), Down> {
    if fails { Err(Down::Down) } else { Ok(()) }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Down {
    #[error("down")]
    Down,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[test]
fn two_functions_of_one_name_share_one_breaker_and_its_merged_settings() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let config = test.get("declared.shared").unwrap().config();
    assert_eq!(config.threshold, Some(2));
    assert_eq!(config.open_for, Duration::from_secs(5));
    assert!(first_of_two(true).is_err());
    assert!(second_of_two(true).is_err());
    assert!(matches!(first_of_two(false), Err(Down::Breaker(_))));
    assert!(matches!(second_of_two(false), Err(Down::Breaker(_))));
}

mod disagreeing {
    use super::{BreakerError, circuit_breaker};

    #[circuit_breaker(name = "declared.disagreeing", threshold = 3, open_for = "1s")]
    pub(super) fn first() -> Result<(), BreakerError> {
        Ok(())
    }

    #[circuit_breaker(name = "declared.disagreeing", threshold = 4, open_for = "1s")]
    pub(super) fn second() -> Result<(), BreakerError> {
        Ok(())
    }
}

#[test]
fn verify_names_both_places_of_a_conflict_and_the_first_wins() {
    disagreeing::second().unwrap();
    disagreeing::first().unwrap();
    let conflicts = conflicts();
    let own: Vec<_> = conflicts
        .iter()
        .filter(|conflict| conflict.breaker == "declared.disagreeing")
        .collect();
    let [conflict] = own[..] else {
        panic!("{conflicts:?}");
    };
    let (first, second) = (&conflict.first, &conflict.second);
    assert_eq!((first.setting, &*first.value), ("threshold", "3"));
    assert_eq!((second.setting, &*second.value), ("threshold", "4"));
    assert!(first.location.line < second.location.line);
    let breaker = Registry::global().get("declared.disagreeing").unwrap();
    assert_eq!(breaker.config().threshold, Some(3));
}

#[test]
fn listeners_get_one_warning_of_a_conflict_even_if_they_subscribe_late() {
    let test = TestRegistry::new();
    let deliveries = Arc::new(Mutex::new(0));
    let count = Arc::clone(&deliveries);
    let listener = move |event: &breaker_runtime::Event| {
        if let EventKind::Conflict(conflict) = event.kind() {
            if conflict.breaker == "declared.disagreeing" {
                *count.lock().unwrap() += 1;
            }
        }
    };
    test.subscribe(listener.clone()).detach();
    assert_eq!(*deliveries.lock().unwrap(), 1);
    test.subscribe(listener).detach();
    let _entered = test.enter();
    disagreeing::first().unwrap();
    disagreeing::second().unwrap();
    assert_eq!(*deliveries.lock().unwrap(), 1);
}

mod disagreeing_twice {
    use super::{BreakerError, circuit_breaker};

    #[expect(dead_code, reason = "it is never called")]
    #[circuit_breaker(name = "declared.disagreeing_twice", threshold = 3, jitter = 0.25)]
    fn first() -> Result<(), BreakerError> {
        Ok(())
    }

    #[expect(dead_code, reason = "it is never called")]
    #[circuit_breaker(name = "declared.disagreeing_twice", threshold = 4, jitter = 0.5)]
    fn second() -> Result<(), BreakerError> {
        Ok(())
    }
}

#[test]
fn late_subscribers_get_conflicts_in_order() {
    let test = TestRegistry::new();
    let sequences = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&sequences);
    test.subscribe(move |event| {
        if event.breaker().name() == "declared.disagreeing_twice" {
            list.lock().unwrap().push(event.sequence());
        }
    })
    .detach();
    assert_eq!(*sequences.lock().unwrap(), [1, 2]);
}

#[test]
fn a_declared_breaker_cannot_be_removed_and_a_created_one_can() {
    let test = TestRegistry::new();
    assert!(test.remove("declared.shared").is_none());
    assert!(test.get("declared.shared").is_some());
    let made = test.get_or_create("made", Config::new()).unwrap();
    assert!(test.remove("made").unwrap().same_as(&made));
    assert!(test.get("made").is_none());
    assert!(test.remove("made").is_none());
    made.call(|| Ok::<_, ()>(())).unwrap();
}

#[test]
fn get_or_create_of_a_declared_name_has_to_agree_with_the_declaration() {
    let test = TestRegistry::new();
    let config = Config::new();
    assert!(
        test.get_or_create("declared.shared", config.threshold(2))
            .is_ok()
    );
    let error = test
        .get_or_create("declared.shared", config.threshold(3))
        .unwrap_err();
    let text = error.to_string();
    assert_eq!(text.matches(file!()).count(), 2, "{text}");
}

#[circuit_breaker(name = "declared.low_ceiling", max_open_for = "10s")]
fn low_ceiling() -> Result<(), BreakerError> {
    Ok(())
}

#[test]
fn a_breaker_whose_ceiling_was_raised_can_be_reconfigured() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    low_ceiling().unwrap();
    let overrides = breaker_runtime::Overrides {
        threshold: Some(3),
        ..Default::default()
    };
    test.configure("declared.low_ceiling", overrides).unwrap();
    let config = test.get("declared.low_ceiling").unwrap().config();
    assert_eq!(config.threshold, Some(3));
    assert_eq!(config.max_open_for, Duration::from_secs(30));
    let conflicts = conflicts();
    assert!(
        conflicts
            .iter()
            .any(|conflict| conflict.breaker == "declared.low_ceiling")
    );
}

macro_rules! declared_together {
    ($($name:ident = $threshold:literal),*) => {
        $(
            #[circuit_breaker(name = "declared.together", threshold = $threshold)]
            fn $name() -> Result<(), BreakerError> {
                Ok(())
            }
        )*
    };
}

declared_together!(together_a = 3, together_b = 4);

#[test]
fn functions_of_one_macro_call_win_in_the_order_of_their_names() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    together_b().unwrap();
    together_a().unwrap();
    assert_eq!(
        test.get("declared.together").unwrap().config().threshold,
        Some(3)
    );
}

#[test]
fn a_raised_ceiling_follows_a_reconfigured_open_period() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    low_ceiling().unwrap();
    let overrides = breaker_runtime::Overrides {
        open_for: Some(Duration::from_secs(60)),
        ..Default::default()
    };
    test.configure("declared.low_ceiling", overrides).unwrap();
    let config = test.get("declared.low_ceiling").unwrap().config();
    assert_eq!(config.max_open_for, Duration::from_secs(60));
}

#[expect(dead_code, reason = "it is never called")]
#[circuit_breaker(name = "declared.apart", window = 50, failure_rate = 0.5)]
fn of_fifty() -> Result<(), BreakerError> {
    Ok(())
}

#[expect(dead_code, reason = "it is never called")]
#[circuit_breaker(name = "declared.apart", min_calls = 80)]
fn after_eighty() -> Result<(), BreakerError> {
    Ok(())
}

#[test]
fn inconsistent_declarations_do_not_block_other_settings() {
    let conflicts = conflicts();
    let conflict = conflicts.iter().find(|it| it.breaker == "declared.apart");
    let conflict = conflict.unwrap().to_string();
    assert!(conflict.contains("`window` = 50 calls ("), "{conflict}");
    assert!(conflict.contains("`min_calls` = 80 ("), "{conflict}");

    let test = TestRegistry::new();
    let apart = test.get("declared.apart").unwrap();
    let longer = Overrides {
        open_for: Some(Duration::from_secs(7)),
        ..Overrides::default()
    };
    test.configure("declared.apart", longer).unwrap();
    assert_eq!(apart.config().open_for, Duration::from_secs(7));
    assert_eq!(apart.config().min_calls.get(), 50);

    let path = std::env::temp_dir().join(format!("breaker-apart-{}.toml", std::process::id()));
    let load = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let loaded = test.load(&path);
        std::fs::remove_file(&path).unwrap();
        loaded.map_err(|problems| problems.to_string())
    };
    load("[default]\nhalf_open_calls = 9\n").unwrap();
    assert_eq!(apart.config().half_open_calls.get(), 9);
    load("[breakers.\"declared.apart\"]\nwindow = 90\n").unwrap();
    assert_eq!(apart.config().min_calls.get(), 80);
    let rejected = load("[breakers.\"declared.apart\"]\nwindow = 60\n").unwrap_err();
    assert!(
        rejected.contains("`min_calls` is more than the 60 calls of `window`"),
        "{rejected}"
    );
}
