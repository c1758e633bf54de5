//! Calls through a breaker without the attribute.

use std::future::{Future, poll_fn};
use std::pin::pin;

use super::future::poll;
use super::guard::enter;
use crate::breaker::CircuitBreaker;
use crate::values::{CallError, Outcome};

/// Calls without the attribute.
impl CircuitBreaker {
    /// Runs `call` if the circuit admits it: `Ok` is a success, `Err` a failure.
    ///
    /// A panic is a failure and continues to unwind. For another classification, use
    /// [`call_with`](Self::call_with).
    ///
    /// # Errors
    ///
    /// [`CallError::Breaker`] if the call was rejected, [`CallError::Inner`] with its own error if it failed.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{CallError, Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// let answer: Result<u32, CallError<std::num::ParseIntError>> = payment.call(|| "7".parse());
    /// assert_eq!(answer, Ok(7));
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn call<T, E>(&self, call: impl FnOnce() -> Result<T, E>) -> Result<T, CallError<E>> {
        let guard = match enter(self) {
            Ok(guard) => guard,
            Err(rejected) => return Err(CallError::Breaker(rejected.into_error())),
        };
        let answer = call();
        guard.settle(Outcome::of(&answer));
        answer.map_err(CallError::Inner)
    }

    /// Awaits `call` if the circuit admits it at the first poll: `Ok` is a success, `Err` a failure.
    ///
    /// # Errors
    ///
    /// [`CallError::Breaker`] if the call was rejected, [`CallError::Inner`] with its own error if it failed.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, it returns its permit and counts as cancelled, or as a failure if it
    /// had been pending for at least `cancel_after`. A future that is never polled does not count at all.
    ///
    /// # Examples
    ///
    /// ```
    /// # async fn example() -> Result<(), breaker_runtime::ConfigError> {
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// let answer = payment.call_async(async { Ok::<_, std::io::Error>(7) }).await;
    /// assert_eq!(answer.ok(), Some(7));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call_async<T, E>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, CallError<E>> {
        let mut guard = match enter(self) {
            Ok(guard) => guard,
            Err(rejected) => return Err(CallError::Breaker(rejected.into_error())),
        };
        let mut call = pin!(call);
        let answer = poll_fn(|context| poll(&mut guard, call.as_mut(), context)).await;
        guard.settle(Outcome::of(&answer));
        answer.map_err(CallError::Inner)
    }
}
