//! The breakers of a registry that a fleet shares, and who is told of their events.

use super::by_name::Registry;
use crate::breaker::{CircuitBreaker, FleetHook, is_hashed, split_store_name};
use crate::sync::Arc;
use crate::values::{Action, ActionKind, Attribution};

impl Registry {
    /// Sets the hook that is told of each event of a breaker, unless there is one already, which is returned.
    ///
    /// A hook is no listener: conflicts that wait for the first listener go on waiting.
    pub(crate) fn join_fleet(&self, hook: Arc<dyn FleetHook>) -> Result<(), Arc<dyn FleetHook>> {
        self.inner.link.join_fleet(hook)
    }

    /// Removes the hook of this member, if it is the present one.
    pub(crate) fn leave_fleet(&self, id: &str) {
        self.inner.link.leave_fleet(id);
    }

    pub(crate) fn fleet_hook(&self) -> Option<Arc<dyn FleetHook>> {
        self.inner.link.fleet_hook()
    }

    /// Records an action on the whole fleet that this instance has made.
    pub(crate) fn record_for_fleet(
        &self,
        name: Option<&str>,
        key: Option<&str>,
        kind: ActionKind,
        by: &Attribution,
    ) {
        let here = match (name, key) {
            (Some(name), Some(key)) => self.get_keyed(name, key),
            (Some(name), None) => self.get(name),
            (None, _) => None,
        };
        if let Some(breaker) = here {
            return breaker.record_for_fleet(kind, by);
        }
        let action = Action {
            at: self.inner.time.wall(),
            breaker: name.map(str::to_owned),
            key: key.map(str::to_owned),
            kind,
            by: by.clone(),
        };
        self.inner.link.log_action(&action);
        self.inner.link.add_action(action);
    }

    /// Returns all breakers whose setting `shared` is on, those of names and those of keys.
    ///
    /// This is not a reading: transitions that are due are not applied.
    pub(crate) fn shared_breakers(&self) -> Vec<CircuitBreaker> {
        let mut shared = Vec::new();
        self.each(|breaker| {
            if breaker.config().shared {
                shared.push(breaker.clone());
            }
        });
        shared
    }

    /// Returns the breaker that a fleet knows under this name, if there is one here and its setting `shared` is on.
    pub(crate) fn find_shared(&self, store_name: &str) -> Option<CircuitBreaker> {
        let found = match split_store_name(store_name) {
            (name, None) => self.get(name),
            (name, Some(key)) => self.get_keyed(name, key).or_else(|| {
                if !is_hashed(store_name) {
                    return None;
                }
                // A long key is in the store as a hash.
                let keys = self.keyed_of(&self.get(name)?)?;
                let mut found = None;
                keys.each_in_order(|breaker| {
                    if found.is_none() && breaker.store_name() == store_name {
                        found = Some(breaker.clone());
                    }
                });
                found
            }),
        };
        found.filter(|breaker| breaker.config().shared)
    }
}
