//! Manual control of a breaker: overrides hide the state of the machine, and `trip` and `reset` change it.

use std::time::Duration;

use super::shared::CircuitBreaker;
use crate::machine::{Forced, ForcedKind, Machine};
use crate::values::{Actor, Attribution, State};

/// The manual control of a breaker by one actor, made by [`CircuitBreaker::by`].
#[derive(Debug)]
pub struct BreakerControl<'a> {
    breaker: &'a CircuitBreaker,
    by: Attribution,
}

impl BreakerControl<'_> {
    /// Opens the circuit, as [`CircuitBreaker::trip`] does.
    pub fn trip(&self) {
        self.breaker.trip_by(&self.by);
    }

    /// Closes the circuit, as [`CircuitBreaker::reset`] does.
    pub fn reset(&self) {
        self.breaker.reset_by(&self.by);
    }

    /// Rejects every call, as [`CircuitBreaker::force_open`] does.
    pub fn force_open(&self, ttl: Option<Duration>) {
        self.breaker.force(ForcedKind::Open, &self.by, ttl);
    }

    /// Admits every call, as [`CircuitBreaker::force_closed`] does.
    pub fn force_closed(&self, ttl: Option<Duration>) {
        self.breaker.force(ForcedKind::Closed, &self.by, ttl);
    }
}

/// Manual control.
impl CircuitBreaker {
    /// Returns the manual control of this breaker for an actor, whose name and reason are recorded.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Actor, Config, Registry, State};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// let alice = Actor::new("alice")?.because("INC-42: the bank is down")?;
    /// payment.by(&alice).trip();
    /// assert_eq!(payment.state(), State::Open);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by(&self, actor: &Actor) -> BreakerControl<'_> {
        BreakerControl {
            breaker: self,
            by: actor.into(),
        }
    }

    /// Rejects every call until the override is cleared or replaced, or `ttl` has passed.
    ///
    /// A reason with control characters, or longer than 500 characters, is escaped and cut. To record who forces the
    /// circuit open, use [`by`](Self::by).
    ///
    /// The machine continues beneath: an open period goes on, but no probe is admitted. An override of a name holds
    /// for all its keys.
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
    #[doc(alias = "isolate")]
    pub fn force_open(&self, reason: &str, ttl: Option<Duration>) {
        self.force(ForcedKind::Open, &Attribution::because(reason), ttl);
    }

    /// Admits every call until the override is cleared or replaced, or `ttl` has passed.
    ///
    /// The machine continues beneath. While it is open, calls decide nothing; while it is half open, the first
    /// `half_open_calls` of them are probes. Calls are counted and events are delivered as usual.
    #[doc(alias = "disable")]
    pub fn force_closed(&self, reason: &str, ttl: Option<Duration>) {
        self.force(ForcedKind::Closed, &Attribution::because(reason), ttl);
    }

    fn force(&self, kind: ForcedKind, by: &Attribution, ttl: Option<Duration>) {
        let keys = self.keys();
        if let (Some(keys), Some(_)) = (&keys, self.key()) {
            // An override needs a place: on a breaker that nobody can find, it would be lost.
            let listed = keys.list(self);
            if !listed.same_as(self) {
                listed.force(kind, by, ttl);
            }
        }
        self.change(|machine, now, changes| {
            let forced = Forced {
                kind,
                by: by.clone(),
                until: ttl.map(|ttl| now.after(ttl)),
            };
            machine.force(forced, now, changes);
        });
        self.pass_override_on();
    }

    /// Gives the keys of this name the override that is in force now.
    fn pass_override_on(&self) {
        if let (Some(keys), None) = (self.keys(), self.key()) {
            keys.for_each(&mut |key| key.inherit_override(self));
        }
    }

    /// Clears the override, if there is one.
    pub fn clear_override(&self) {
        self.change(Machine::clear_override);
        self.pass_override_on();
    }

    /// Opens the circuit as if a rule had been met; probes are admitted after the open period as usual.
    ///
    /// A circuit that is already open keeps its period. An override stays as it is. On the breaker of a name with
    /// keys, this trips the breaker of each key that there is, and the breaker of the name if calls without a key use it.
    pub fn trip(&self) {
        self.trip_by(&Attribution::default());
    }

    fn trip_by(&self, by: &Attribution) {
        let keys = self.keys().filter(|_| self.key().is_none());
        if keys.is_none() || self.has_own_calls() {
            self.change(|machine, now, changes| machine.trip(by.clone(), now, changes));
        }
        if let Some(keys) = keys {
            keys.for_each_kept(&mut |key| key.trip_by(by));
        }
    }

    /// Returns whether a call has gone through this breaker itself, not through that of a key.
    fn has_own_calls(&self) -> bool {
        let totals = self.shared().counters.totals(self.shared().time.moment());
        totals.calls + totals.rejected > 0
    }

    /// Closes the circuit of a name that has got its first key, unless calls without a key use it.
    ///
    /// Calls with a key would never close it again.
    pub(crate) fn leave_calls_to_keys(&self) {
        if !self.has_own_calls() {
            self.change(|machine, now, changes| {
                if machine.machine_state() != State::Closed {
                    machine.reset(Attribution::default(), now, changes);
                }
            });
        }
    }

    /// Closes the circuit and forgets the failures counted so far; totals stay as they are.
    ///
    /// Calls in flight no longer decide anything. An override stays as it is. On the breaker of a name with keys, this
    /// resets the breaker of each key too.
    pub fn reset(&self) {
        self.reset_by(&Attribution::default());
    }

    fn reset_by(&self, by: &Attribution) {
        self.change(|machine, now, changes| machine.reset(by.clone(), now, changes));
        if let (Some(keys), None) = (self.keys(), self.key()) {
            keys.for_each(&mut |key| key.reset_by(by));
        }
    }
}
