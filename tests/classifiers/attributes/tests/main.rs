//! The attribute together with the attributes of other crates: on one function, in both orders where both make sense, and on
//! functions that other macros read or generate.
//!
//! An attribute expands before those below it. So the lower one is the outer one at run time.

mod axum;
mod backon;
mod instrument;
mod mockall;
mod rocket;
mod rstest;
mod sqlx;
mod tonic;

use breaker_runtime::{BreakerError, CircuitBreaker, Registry};

/// The error of the functions under test.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum Error {
    #[error("down")]
    Down,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

/// Returns a declared breaker.
pub(crate) fn breaker(name: &str) -> CircuitBreaker {
    Registry::global()
        .get(name)
        .unwrap_or_else(|| panic!("`{name}` is declared"))
}

/// Returns how many calls were successes, failures and rejections.
pub(crate) fn ends(name: &str) -> (u64, u64, u64) {
    let totals = breaker(name).snapshot().totals;
    (totals.successes, totals.failures, totals.rejected)
}
