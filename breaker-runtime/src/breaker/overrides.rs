//! Overrides, which hide the state of the machine: those of people, and those of files and variables.

use std::time::Duration;

use super::shared::{CircuitBreaker, Locked, Shared};
use crate::machine::{Change, Forced, ForcedKind, Machine};
use crate::time::{ClockReading, Tick};
use crate::values::{ActionKind, Attribution, Layer};

/// An override that a file or a variable requests.
#[cfg(any(test, feature = "config"))]
#[derive(Clone, Debug)]
pub(crate) struct ExternalOverride {
    pub(crate) kind: ForcedKind,
    pub(crate) layer: Layer,
    pub(crate) by: Attribution,
}

/// Overrides.
impl CircuitBreaker {
    /// Rejects every call until the override is cleared or replaced, or `ttl` has passed.
    ///
    /// A reason with control characters, or with more than 500 characters, is escaped and cut. To record who forces the
    /// circuit open, use [`by`](Self::by).
    ///
    /// The machine continues beneath: an open period goes on, but no probe is admitted. An override of a name holds
    /// for all its keys. This override takes precedence over one from a file or a variable.
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
        self.force_by(ForcedKind::Open, &Attribution::because(reason), ttl);
    }

    /// Admits every call until the override is cleared or replaced, or `ttl` has passed.
    ///
    /// A reason with control characters, or with more than 500 characters, is escaped and cut. To record who forces
    /// the circuit closed, use [`by`](Self::by).
    ///
    /// The machine continues beneath. While it is open, calls decide nothing; while it is half open, up to
    /// `half_open_calls` calls at a time are probes. Calls are counted and events are delivered as usual. An override
    /// of a name holds for all its keys. This override takes precedence over one from a file or a variable.
    #[doc(alias = "disable")]
    pub fn force_closed(&self, reason: &str, ttl: Option<Duration>) {
        self.force_by(ForcedKind::Closed, &Attribution::because(reason), ttl);
    }

    pub(super) fn force_by(&self, kind: ForcedKind, by: &Attribution, ttl: Option<Duration>) {
        let reading = self.shared().reading();
        let force = |machine: &mut Machine, now: Tick, changes: &mut Vec<Change>| {
            let forced = Forced {
                kind,
                layer: Layer::Runtime,
                by: by.clone(),
                since: reading.at(now).wall,
                until: ttl.map(|ttl| now.after(ttl)),
            };
            machine.force(forced, now, changes);
        };
        if let (Some(keys), Some(_)) = (self.keys(), self.key()) {
            // An override needs a place: on a breaker that nobody can find, it would be lost.
            let listed = keys.list(self);
            if !listed.same_as(self) {
                listed.force_by(kind, by, ttl);
                return self.change(force);
            }
        }
        let action = match kind {
            ForcedKind::Open => ActionKind::ForceOpen { ttl },
            ForcedKind::Closed => ActionKind::ForceClosed { ttl },
        };
        self.act(action, by, force);
        self.pass_overrides_on();
    }

    /// Clears the override that [`force_open`](Self::force_open) or [`force_closed`](Self::force_closed) set, if there
    /// is one.
    ///
    /// An override from a file or a variable stays in force until a load no longer requests it. To hide it until then,
    /// force the other state.
    pub fn clear_override(&self) {
        self.clear_override_by(&Attribution::default());
    }

    pub(super) fn clear_override_by(&self, by: &Attribution) {
        if let (Some(keys), Some(key)) = (self.keys(), self.key()) {
            // What was forced through this breaker may be in force on the one that calls find.
            if let Some(listed) = keys.find(key).filter(|listed| !listed.same_as(self)) {
                listed.clear_override_by(by);
                return self.change(Machine::clear_override);
            }
        }
        self.act(ActionKind::ClearOverride, by, Machine::clear_override);
        self.pass_overrides_on();
    }

    /// Gives the keys of this name the overrides that it has now.
    pub(super) fn pass_overrides_on(&self) {
        let reading = self.shared().reading();
        self.for_each_key(|key| {
            key.inherit_overrides(self, reading);
            key.deliver_queued();
            // The event of an override of a name is that of the name.
            key.wake_waiting();
        });
    }

    /// Takes over the overrides of the name; the caller delivers the events.
    fn inherit_overrides(&self, parent: &CircuitBreaker, reading: ClockReading) {
        // The parent stays locked until this is done, so that concurrent changes of its overrides arrive in order.
        let parent = parent.shared().lock();
        self.shared().inherit_overrides(&parent, reading);
    }

    /// Sets the override that a file or a variable requests, or clears it.
    ///
    /// The caller reads the clock and delivers the events, because it may hold a lock under which no user code may run.
    #[cfg(any(test, feature = "config"))]
    pub(crate) fn force_external(&self, wanted: Option<ExternalOverride>, reading: ClockReading) {
        let shared = self.shared();
        shared.step(&mut shared.lock(), reading, |machine, now, changes| {
            let wanted = wanted.map(|ExternalOverride { kind, layer, by }| Forced {
                kind,
                layer,
                by,
                since: reading.at(now).wall,
                until: None,
            });
            machine.force_external(wanted, now, changes);
        });
        self.for_each_key(|key| key.inherit_overrides(self, reading));
    }
}

impl Shared {
    /// Copies the overrides of the breaker of the name into the machine.
    pub(super) fn inherit_overrides(&self, parent: &Locked, reading: ClockReading) {
        let forced = parent.machine.own_forced();
        self.step(&mut self.lock(), reading, |machine, now, changes| {
            machine.set_name_overrides(forced, now, changes);
        });
    }
}
