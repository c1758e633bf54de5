//! The right to run one call.

use std::fmt;
use std::thread;

use crate::breaker::CircuitBreaker;
use crate::core::Core;
use crate::machine::Ticket;
use crate::outcome::{End, Outcome};

/// The right to run one call, and the duty to say how it ended.
///
/// A permit that is dropped counts as a failure if the thread is unwinding and was not when the
/// permit was acquired; otherwise the call counts as cancelled and decides nothing. Either way the
/// permit is given back.
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
    /// Taken when the call has been settled.
    open: Option<Open>,
}

struct Open {
    breaker: CircuitBreaker,
    ticket: Ticket,
    unwinding: bool,
}

impl Permit {
    #[inline]
    pub(crate) fn new(breaker: CircuitBreaker, ticket: Ticket) -> Self {
        let unwinding = thread::panicking();
        Self {
            open: Some(Open {
                breaker,
                ticket,
                unwinding,
            }),
        }
    }

    /// Says that the dependency answered.
    #[inline]
    pub fn success(self) {
        self.record(Outcome::Success);
    }

    /// Says that the dependency failed.
    #[inline]
    pub fn failure(self) {
        self.record(Outcome::Failure);
    }

    /// Says that the call tells nothing about the dependency.
    #[inline]
    pub fn ignore(self) {
        self.record(Outcome::Ignored);
    }

    /// Says how the call ended.
    #[inline]
    pub fn record(mut self, outcome: Outcome) {
        self.settle(outcome.into());
    }

    #[inline]
    fn settle(&mut self, end: End) {
        if let Some(open) = self.open.take() {
            Core::settle(&open.breaker, open.ticket, end, None);
        }
    }
}

impl Drop for Permit {
    #[inline]
    fn drop(&mut self) {
        let began_unwinding = |open: &Open| thread::panicking() && !open.unwinding;
        let end = if self.open.as_ref().is_some_and(began_unwinding) {
            End::Failure
        } else {
            End::Cancelled
        };
        self.settle(end);
    }
}

impl fmt::Debug for Permit {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.open.as_ref().map(|open| open.breaker.name());
        f.debug_struct("Permit").field("breaker", &name).finish()
    }
}
