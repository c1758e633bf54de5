//! What `docs/operations.md` says about a library whose breaker is optional.
//!
//! `cargo test -p breaker-docs --no-default-features --test chapters optional_breaker` runs it without the feature.

use breaker_runtime::Registry;

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
enum FetchError {
    #[error("no route to the host")]
    NoRoute,
    #[cfg(feature = "breaker")]
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] breaker_runtime::BreakerError),
}

#[cfg_attr(
    feature = "breaker",
    breaker_runtime::circuit_breaker(name = "optional/fetch", threshold = 1)
)]
fn fetch(up: bool) -> Result<u32, FetchError> {
    if up { Ok(7) } else { Err(FetchError::NoRoute) }
}

#[test]
fn the_feature_alone_decides_whether_there_is_a_breaker() {
    let with_breaker = cfg!(feature = "breaker");
    let breaker = Registry::global().get("optional/fetch");
    assert_eq!(breaker.is_some(), with_breaker);

    assert!(matches!(fetch(false), Err(FetchError::NoRoute)));
    assert_eq!(fetch(true).is_err(), with_breaker, "the circuit is open");
}
