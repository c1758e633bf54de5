//! Breakers that `get_or_create` makes.

use breaker_runtime::{Config, Finding, Registry};

use crate::support::Bench;

#[test]
fn names_are_checked_at_run_time_too() {
    let registry = Registry::new();
    let made = |name: &str| registry.get_or_create(name, Config::new());
    assert!(made("Pay-ment_2.eu:west/1").is_ok());
    for (name, message) in [
        ("", "the name of a circuit breaker must not be empty"),
        (
            "pay ment",
            "character ' ' at position 4 is not allowed in the name of a circuit breaker: \
             use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`",
        ),
    ] {
        let error = made(name).unwrap_err();
        assert_eq!(error.to_string(), message, "{name:?}");
    }
}

#[test]
fn get_or_create_returns_the_existing_breaker() {
    let registry = Registry::new();
    let config = Config::new().threshold(3);
    let made = registry.get_or_create("payment", config).unwrap();
    let got = registry.get_or_create("payment", config).unwrap();
    assert!(made.same_as(&got));
    let bare = registry.get_or_create("payment", Config::new()).unwrap();
    assert!(made.same_as(&bare));
}

#[test]
fn get_or_create_with_another_value_names_both_places() {
    let registry = Registry::new();
    let create = |config| (line!(), registry.get_or_create("payment", config));
    let (made_in, made) = create(Config::new().threshold(3));
    let (_, error) = create(Config::new().threshold(4));
    let (made, error) = (made.unwrap(), error.unwrap_err());
    let text = error.to_string();
    let place = format!("{}:{made_in}:", file!());
    assert_eq!(text.matches(&place).count(), 2, "{text}");
    assert!(
        text.contains("`threshold` = 3") && text.contains("`threshold` = 4"),
        "{text}"
    );
    assert_eq!(made.config().threshold, Some(3));
}

#[test]
fn get_or_create_with_a_value_other_than_the_default_in_force_is_an_error_too() {
    let registry = Registry::new();
    registry.get_or_create("payment", Config::new()).unwrap();
    let error = registry
        .get_or_create("payment", Config::new().threshold(4))
        .unwrap_err();
    assert_eq!(error.field(), Some("threshold"));
    assert!(
        registry
            .get_or_create("payment", Config::new().threshold(5))
            .is_ok()
    );
}

#[test]
fn an_unknown_name_gives_none_and_creates_nothing() {
    let registry = Registry::new();
    assert!(registry.get("fax").is_none());
    assert!(registry.breakers().is_empty());
}

#[test]
fn reset_all_closes_every_circuit() {
    let registry = Registry::new();
    for name in ["a", "b", "c"] {
        let breaker = registry.get_or_create(name, Config::new()).unwrap();
        breaker.trip();
    }
    registry.reset_all();
    let states: Vec<_> = registry
        .snapshot()
        .iter()
        .map(|it| it.state.as_str())
        .collect();
    assert_eq!(states, ["closed"; 3]);
}

#[test]
fn debug_of_a_permit_shows_the_name_of_the_breaker() {
    let bench = Bench::default();
    let permit = bench.permit();
    assert_eq!(
        format!("{permit:?}"),
        "Permit { breaker: Some(\"payment\") }"
    );
}

#[test]
fn verify_reports_names_that_are_nearly_the_same() {
    let registry = Registry::new();
    for name in [
        "created.transfer",
        "created.tranfser",
        "created/transfer",
        "created.transfer-1",
    ] {
        registry.get_or_create(name, Config::new()).unwrap();
    }
    let similar = |finding| match finding {
        Finding::SimilarNames(similar) => Some(similar),
        _ => None,
    };
    let findings = registry.verify().into_iter().filter_map(similar);
    let findings: Vec<_> = findings
        .filter(|it| it.first.name.starts_with("created"))
        .collect();
    let pairs: Vec<_> = findings
        .iter()
        .map(|it| (&*it.first.name, &*it.second.name))
        .collect();
    assert_eq!(
        pairs,
        [
            ("created.tranfser", "created.transfer"),
            ("created.tranfser", "created/transfer"),
            ("created.transfer", "created/transfer"),
        ]
    );
    let place = findings[0].first.location.unwrap();
    assert_eq!(
        findings[0].to_string(),
        format!(
            "circuit breakers `created.tranfser` ({place}) and `created.transfer` ({place}) have nearly the \
             same name"
        )
    );
}
