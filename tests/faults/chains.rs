//! The error of a breaker can be found, however many errors hold it.

use anyhow::Context;
use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, CallError, Config, Registry, circuit_breaker};

#[derive(Debug, thiserror::Error)]
enum PayError {
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(name = "chains.pay")]
fn pay() -> Result<u32, PayError> {
    Ok(1)
}

fn find(error: &anyhow::Error) -> Option<&BreakerError> {
    error.chain().find_map(|error| error.downcast_ref())
}

#[test]
fn anyhow_finds_the_error_of_a_breaker_below_contexts() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    test.get("chains.pay").unwrap().trip();
    let error = pay().context("no payment").context("no order").unwrap_err();
    let found = find(&error).expect("the circuit is open");
    assert_eq!(found.name(), "chains.pay");
    assert_eq!(BreakerError::find_in(error.as_ref()), Some(found));
    assert_eq!(
        format!("{error:#}"),
        "no order: no payment: stopped by its circuit breaker: circuit breaker `chains.pay` is open"
    );
}

#[test]
fn anyhow_finds_the_error_of_a_breaker_in_a_call_without_the_attribute() {
    let breaker = Registry::new()
        .get_or_create("mail", Config::new())
        .unwrap();
    breaker.trip();
    let answer: Result<(), CallError<std::io::Error>> = breaker.call(|| Ok(()));
    let error = answer.context("no mail").unwrap_err();
    assert_eq!(find(&error).expect("the circuit is open").name(), "mail");
    assert_eq!(
        format!("{error:#}"),
        "no mail: stopped by circuit breaker `mail` (open): circuit breaker `mail` is open"
    );
}
