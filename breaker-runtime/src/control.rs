//! Steering a breaker by hand.

use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::core::Core;
use crate::machine::{Forced, ForcedKind, Machine};

/// Steering by hand: overrides stand beside the machine, `trip` and `reset` move it.
impl CircuitBreaker {
    /// Refuses every call until the override is cleared, replaced, or `ttl` has passed.
    ///
    /// The machine goes on beneath: an open period runs on, but no probe is admitted.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Registry, State};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// payment.force_open("bank maintenance", None);
    /// assert_eq!(payment.state(), State::ForcedOpen);
    /// assert_eq!(payment.snapshot().machine_state, State::Closed);
    ///
    /// payment.clear_override();
    /// assert_eq!(payment.state(), State::Closed);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[inline]
    pub fn force_open(&self, reason: &str, ttl: Option<Duration>) {
        self.force(ForcedKind::Open, reason, ttl);
    }

    /// Lets every call pass until the override is cleared, replaced, or `ttl` has passed.
    ///
    /// The machine goes on beneath: while it is open the calls decide nothing, while it is half open
    /// the first `half_open_calls` of them are probes.
    #[inline]
    pub fn force_closed(&self, reason: &str, ttl: Option<Duration>) {
        self.force(ForcedKind::Closed, reason, ttl);
    }

    #[inline]
    fn force(&self, kind: ForcedKind, reason: &str, ttl: Option<Duration>) {
        Core::change(self, |machine, now, changes| {
            let forced = Forced {
                kind,
                reason: reason.into(),
                until: ttl.map(|ttl| now.after(ttl)),
            };
            machine.force(forced, now, changes);
        });
    }

    /// Ends the override, if there is one.
    #[inline]
    pub fn clear_override(&self) {
        Core::change(self, Machine::clear_override);
    }

    /// Opens the circuit as if a rule had; it lets probes through after the open period as usual.
    ///
    /// A circuit that is open already keeps its period. An override is left as it is.
    #[inline]
    pub fn trip(&self) {
        Core::change(self, Machine::trip);
    }

    /// Closes the circuit and begins anew, with no failures counted; totals stay as they are.
    ///
    /// Calls in flight decide nothing any more. An override is left as it is.
    #[inline]
    pub fn reset(&self) {
        Core::change(self, Machine::reset);
    }
}
