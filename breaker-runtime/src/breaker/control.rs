//! Manual control of a breaker: `trip` and `reset` change the state of the machine. Overrides are in `overrides.rs`.

use std::time::Duration;

use super::shared::CircuitBreaker;
use crate::machine::{Change, ForcedKind, Machine};
use crate::time::Tick;
use crate::values::{ActionKind, Actor, Attribution, State};

/// A handle that acts on a breaker in the name of one actor. [`CircuitBreaker::by`] returns it.
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
        self.breaker.reset_by(ActionKind::Reset, &self.by);
    }

    /// Closes the circuits of the keys of this name that are not closed.
    #[cfg(feature = "admin")]
    pub(crate) fn reset_open_keys(&self) {
        let nothing = |_: &mut Machine, _, _: &mut Vec<Change>| {};
        self.breaker
            .act(ActionKind::ResetOpenKeys, &self.by, nothing);
        self.breaker.for_each_key(|key| {
            key.change(|machine, now, changes| {
                machine.advance(now, changes);
                if machine.machine_state() != State::Closed {
                    machine.reset(self.by.clone(), now, changes);
                }
            });
        });
    }

    /// Clears the overrides of people that are those of single keys of this name.
    #[cfg(feature = "admin")]
    pub(crate) fn clear_key_overrides(&self) {
        let nothing = |_: &mut Machine, _, _: &mut Vec<Change>| {};
        self.breaker
            .act(ActionKind::ClearKeyOverrides, &self.by, nothing);
        self.breaker
            .for_each_key(|key| key.change(Machine::clear_override));
    }

    /// Rejects every call until the override is cleared or replaced, or `ttl` has passed, as
    /// [`CircuitBreaker::force_open`] does. The reason is that of the actor.
    pub fn force_open(&self, ttl: Option<Duration>) {
        self.breaker.force_by(ForcedKind::Open, &self.by, ttl);
    }

    /// Admits every call until the override is cleared or replaced, or `ttl` has passed, as
    /// [`CircuitBreaker::force_closed`] does. The reason is that of the actor.
    pub fn force_closed(&self, ttl: Option<Duration>) {
        self.breaker.force_by(ForcedKind::Closed, &self.by, ttl);
    }

    /// Clears the override of a person, if there is one, as [`CircuitBreaker::clear_override`] does.
    pub fn clear_override(&self) {
        self.breaker.clear_override_by(&self.by);
    }
}

/// Manual control.
impl CircuitBreaker {
    /// Returns a handle that acts on this breaker in the name of an actor.
    ///
    /// Each action is recorded with the name and the reason of the actor.
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

    /// Opens the circuit as if a rule had been met; probes are admitted after the open period as usual.
    ///
    /// A circuit that is already open keeps its period. An override stays as it is. On the breaker of a name with
    /// keys, this trips the breaker of each key that there is, and the breaker of the name if calls without a key use
    /// it.
    pub fn trip(&self) {
        self.trip_by(&Attribution::default());
    }

    fn trip_by(&self, by: &Attribution) {
        let trip = |machine: &mut Machine, now: Tick, changes: &mut Vec<Change>| {
            machine.trip(by.clone(), now, changes);
        };
        let keys = self.keys().filter(|_| self.key().is_none());
        let calls_are_by_key = keys.is_some() && !self.has_own_calls();
        self.act(ActionKind::Trip, by, |machine, now, changes| {
            if !calls_are_by_key {
                trip(machine, now, changes);
            }
        });
        if let Some(keys) = keys {
            keys.for_each_kept(&mut |key| key.change(trip));
        }
    }

    /// Returns whether a call has gone through this breaker itself, not through that of a key.
    fn has_own_calls(&self) -> bool {
        let shared = self.shared();
        let totals = shared.counters.totals(shared.time.moment());
        let full = shared.cold.places.rejected();
        totals.calls + totals.rejected + full + shared.cold.failures.read().all() > 0
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
        self.reset_by(ActionKind::Reset, &Attribution::default());
    }

    fn reset_by(&self, kind: ActionKind, by: &Attribution) {
        let reset = |machine: &mut Machine, now: Tick, changes: &mut Vec<Change>| {
            machine.reset(by.clone(), now, changes);
        };
        self.act(kind, by, reset);
        self.for_each_key(|key| key.change(reset));
    }

    /// Resets the breaker as part of resetting all breakers of its registry.
    pub(crate) fn reset_with_all(&self, by: &Attribution) {
        self.reset_by(ActionKind::ResetAll, by);
    }
}
