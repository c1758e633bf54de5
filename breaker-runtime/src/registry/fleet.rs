//! The breakers of a registry that a fleet shares, and who is told of their events.

use super::by_name::Registry;
use crate::breaker::{CircuitBreaker, FleetHook, SEPARATOR};
use crate::sync::Arc;

impl Registry {
    /// Sets or removes the hook that is told of each event of a breaker; returns the one before.
    ///
    /// A hook is no listener: conflicts that wait for the first listener go on waiting.
    pub(crate) fn set_fleet_hook(
        &self,
        hook: Option<Arc<dyn FleetHook>>,
    ) -> Option<Arc<dyn FleetHook>> {
        self.inner.link.set_fleet_hook(hook)
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
        let found = match store_name.split_once(SEPARATOR) {
            None => self.get(store_name),
            Some((name, key)) => self.get_keyed(name, key).or_else(|| {
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
