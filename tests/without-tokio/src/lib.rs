//! `call_timeout` without the feature that it needs: one error, at the key. See `ci/without-tokio.sh`.

use breaker_runtime::{BreakerError, circuit_breaker};

/// Cannot be compiled.
#[circuit_breaker(name = "payment", call_timeout = "1s")]
pub async fn pay() -> Result<(), BreakerError> {
    Ok(())
}
