//! Recording the actions on a breaker and on a registry.

use super::event::EventKind;
use super::history::History;
use super::log;
use super::shared::{CircuitBreaker, Locked, RegistryLink, Shared};
use crate::machine::{Change, Machine};
use crate::sync::lock;
use crate::time::{ClockReading, Tick};
use crate::values::{Action, ActionKind, Attribution};

impl RegistryLink {
    /// Adds an action to those of the registry.
    pub(crate) fn add_action(&self, action: Action) {
        lock(&self.actions).add(action);
    }

    /// Logs an action on the registry, which no breaker reports as an event.
    pub(crate) fn log_action(&self, action: &Action) {
        self.listeners.catch_panic(|| log::action(action));
    }

    /// Returns the most recent actions, oldest first.
    pub(crate) fn actions(&self) -> Vec<Action> {
        lock(&self.actions).all()
    }
}

impl CircuitBreaker {
    /// Records an action, and runs `step`, which has its effect on the machine.
    pub(super) fn act(
        &self,
        kind: ActionKind,
        by: &Attribution,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>),
    ) {
        let shared = self.shared();
        let reading = shared.reading();
        let mut locked = shared.lock();
        // What fell due before the action is reported before it.
        shared.step(&mut locked, reading, Machine::advance);
        shared.record_action(&mut locked, reading, kind, by);
        shared.step(&mut locked, reading, step);
        self.unlock(locked);
    }
}

#[cfg(feature = "fleet")]
impl CircuitBreaker {
    /// Records an action on the whole fleet, which this instance has made.
    pub(crate) fn record_for_fleet(&self, kind: ActionKind, by: &Attribution) {
        self.act(kind, by, |_, _, _| {});
    }
}

impl Shared {
    /// Queues the event of an action, and adds the action to those of the breaker and of the registry.
    pub(super) fn record_action(
        &self,
        locked: &mut Locked,
        reading: ClockReading,
        kind: ActionKind,
        by: &Attribution,
    ) {
        let action = Action {
            at: reading.at(locked.latest).wall,
            breaker: Some(self.name.as_str().to_owned()),
            key: self.name.key().map(str::to_owned),
            kind,
            by: by.clone(),
        };
        let history: &mut History = locked.history.get_or_insert_default();
        history.actions.add(action.clone());
        // The registry records one action for all of its breakers.
        if action.kind != ActionKind::ResetAll {
            self.cold.registry.add_action(action.clone());
        }
        locked.queue(action.at, EventKind::Action(action));
    }
}
