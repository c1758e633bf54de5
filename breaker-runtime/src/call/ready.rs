//! Waiting for an admission before there is a call.

use std::future::poll_fn;

use super::admission_timer::AdmissionTimer;
use crate::breaker::{CircuitBreaker, Waiting};
use crate::machine::NextAdmission;

/// Waiting. Needs the feature `tokio`.
impl CircuitBreaker {
    /// Waits until the circuit would admit a call.
    ///
    /// A consumer of a queue awaits it before it takes the next message, and so pauses while the circuit is open. While
    /// calls are admitted, it is ready at once. A [`reset`](Self::reset), an override that ends or is cleared, and the
    /// permit of a probe that becomes free are noticed immediately.
    ///
    /// Nothing is reserved: another call may take the only permit of a half-open circuit, and then yours is rejected. Keep
    /// the message and wait again.
    ///
    /// - While `max_in_flight` calls are in flight, it waits until one of them ends.
    /// - During a `ramp` it is ready when the ramp would admit the next call, which it does at least once a second.
    /// - Inside a running probe of the same breaker it is ready at once, because a nested call belongs to the probe. With
    ///   `max_in_flight` it waits for a place like any other call. So do not await it inside a call that holds the last one.
    /// - The breaker of a name with keys knows nothing of the circuits of its keys: wait for the breaker of a key.
    /// - This is a reading: it moves a circuit to half open when the open period has passed.
    ///
    /// # Panics
    ///
    /// If the circuit would reject the call and there is no tokio runtime with a timer.
    ///
    /// # Cancel safety
    ///
    /// It can be dropped at any time, because it holds nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), breaker_runtime::ConfigError> {
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// payment.ready().await; // the circuit is closed
    ///
    /// payment.trip();
    /// let reset = async { payment.reset() };
    /// tokio::join!(payment.ready(), reset);
    /// assert!(payment.try_acquire().is_ok());
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "tokio"))]
    /// # fn main() {}
    /// ```
    pub async fn ready(&self) {
        if self.next_admission() == NextAdmission::Now {
            return;
        }
        let (waiting, mut timer) = (Waiting::new(self), AdmissionTimer::default());
        poll_fn(|context| timer.poll(&waiting, context, || self.next_admission())).await;
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
