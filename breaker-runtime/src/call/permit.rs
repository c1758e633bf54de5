//! Permits, for calls that do not end where they begin.

use std::fmt;
use std::thread;

use crate::breaker::CircuitBreaker;
use crate::machine::Ticket;
use crate::values::{End, Outcome, Rejection};

/// The right to run one call, and the duty to report how it ended.
///
/// If a permit is dropped without a report, the call counts as a failure if the thread is unwinding and was not when
/// the permit was acquired. Otherwise the call counts as cancelled and decides nothing. In both cases the breaker gets
/// the permit back.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Outcome, Registry};
///
/// let payment = Registry::new().get_or_create("payment", Config::new())?;
/// let permit = payment.try_acquire().expect("the circuit is closed");
/// permit.record(Outcome::Ignored);
///
/// drop(payment.try_acquire());
/// let totals = payment.snapshot().totals;
/// assert_eq!((totals.ignored, totals.cancelled), (1, 1));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[must_use = "a permit that is dropped at once is a cancelled call"]
pub struct Permit {
    /// Taken when the call is settled.
    open: Option<OpenPermit>,
}

struct OpenPermit {
    breaker: CircuitBreaker,
    ticket: Ticket,
    /// Whether the thread was unwinding when the permit was acquired.
    unwinding: bool,
}

impl CircuitBreaker {
    /// Requests permission to run one call, whose outcome the caller reports to the permit.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] if the circuit does not admit the call. The rejection is counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// let permit = payment.try_acquire().expect("the circuit is closed");
    /// // … send the request, read the answer …
    /// permit.success();
    /// assert_eq!(payment.snapshot().totals.successes, 1);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit, Rejection> {
        let ticket = self.admit()?;
        Ok(Permit {
            open: Some(OpenPermit {
                breaker: self.clone(),
                ticket: self.shared().end_nesting(ticket),
                unwinding: thread::panicking(),
            }),
        })
    }
}

impl Permit {
    /// Reports that the dependency answered.
    #[inline]
    pub fn success(self) {
        self.record(Outcome::Success);
    }

    /// Reports that the dependency failed.
    #[inline]
    pub fn failure(self) {
        self.record(Outcome::Failure);
    }

    /// Reports that the call says nothing about the dependency.
    #[inline]
    pub fn ignore(self) {
        self.record(Outcome::Ignored);
    }

    /// Reports how the call ended.
    #[inline]
    pub fn record(mut self, outcome: Outcome) {
        self.settle(outcome.into());
    }

    #[inline]
    fn settle(&mut self, end: End) {
        if let Some(open) = self.open.take() {
            open.breaker.settle(open.ticket, end, None);
        }
    }
}

impl Drop for Permit {
    #[inline]
    fn drop(&mut self) {
        let began_unwinding = |open: &OpenPermit| thread::panicking() && !open.unwinding;
        let end = if self.open.as_ref().is_some_and(began_unwinding) {
            End::Failure
        } else {
            End::Cancelled
        };
        self.settle(end);
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.open.as_ref().map(|open| open.breaker.name());
        f.debug_struct("Permit").field("breaker", &name).finish()
    }
}
