//! Settings that have no effect because of another setting are findings.

use std::time::Duration;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, Config, Finding, Overrides, Registry, circuit_breaker};

const SECOND: Duration = Duration::from_secs(1);

#[circuit_breaker(name = "void.limited", slow_call = "2s", call_timeout = "5s")]
async fn limited() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "void.shared", call_timeout = "5s")]
async fn one_of_two() -> Result<u32, BreakerError> {
    Ok(1)
}

#[circuit_breaker(name = "void.shared", slow_call = "20s", probe_timeout = "1m")]
async fn other_of_two() -> Result<u32, BreakerError> {
    Ok(1)
}

fn void(registry: &Registry) -> Vec<String> {
    let findings = registry.verify().into_iter();
    let void = findings.filter(|it| matches!(it, Finding::VoidSetting(_)));
    void.map(|it| it.to_string()).collect()
}

#[tokio::test]
async fn settings_that_come_from_elsewhere_are_judged_with_those_of_the_attribute() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    limited().await.unwrap();
    assert_eq!(void(&test), [] as [&str; 0]);
    let slower = Overrides {
        slow_call: Some(5 * SECOND),
        ..Overrides::default()
    };
    test.configure("void.limited", slower).unwrap();
    assert_eq!(
        void(&test),
        [
            "circuit breaker `void.limited`: no call ever counts as slow: `call_timeout` ends each call after 5s, and \
             `slow_call` is 5s"
        ]
    );
    test.unconfigure("void.limited").unwrap();
    assert_eq!(void(&test), [] as [&str; 0]);
}

#[tokio::test]
async fn a_limit_of_one_function_makes_nothing_void_for_another_one_without_a_limit() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    one_of_two().await.unwrap();
    other_of_two().await.unwrap();
    assert_eq!(void(&test), [] as [&str; 0]);
}

#[test]
fn settings_made_by_hand_are_judged_too() {
    let registry = Registry::new();
    let config = Config::new()
        .open_for(SECOND)
        .max_open_for(SECOND)
        .backoff(2.0);
    registry.get_or_create("payment", config).unwrap();
    let texts = void(&registry);
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert!(texts[0].starts_with("circuit breaker `payment`: the open period never grows"));
}
