//! A program on wasm32-unknown-unknown: an annotated function, which `tests/platforms/web.mjs` calls from JavaScript.

use breaker_runtime::{BreakerError, Registry, State, circuit_breaker};

/// The error of a dependency, or a rejection.
#[derive(Debug)]
pub enum CallError {
    /// The dependency failed.
    Failed,
    /// The circuit is open.
    Rejected,
}

impl From<BreakerError> for CallError {
    fn from(_: BreakerError) -> Self {
        Self::Rejected
    }
}

#[circuit_breaker(name = "web", threshold = 2, open_for = "200ms", success_threshold = 1)]
fn guarded(works: bool) -> Result<(), CallError> {
    if works { Ok(()) } else { Err(CallError::Failed) }
}

/// Calls the guarded function: 0 is a success, 1 a failure, 2 a rejection.
#[unsafe(no_mangle)]
pub extern "C" fn call(works: bool) -> u32 {
    match guarded(works) {
        Ok(()) => 0,
        Err(CallError::Failed) => 1,
        Err(CallError::Rejected) => 2,
    }
}

/// Returns the number of declared breakers.
#[unsafe(no_mangle)]
pub extern "C" fn breakers() -> usize {
    Registry::global().breakers().len()
}

/// Returns whether the circuit is closed.
#[unsafe(no_mangle)]
pub extern "C" fn is_closed() -> bool {
    Registry::global().get("web").is_some_and(|it| it.state() == State::Closed)
}
