//! A crate with a public function without documentation.
#![deny(missing_docs)]
#![crate_type = "lib"]

use breaker_runtime::{BreakerError, circuit_breaker};

#[circuit_breaker(name = "lints.missing_docs")]
pub fn call() -> Result<u32, BreakerError> {
    Ok(1)
}
