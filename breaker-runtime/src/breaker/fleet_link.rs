//! Who is told of the events of a registry that has joined a fleet.

use super::shared::{CircuitBreaker, FleetHook, RegistryLink};
use crate::sync::{Arc, lock};

impl RegistryLink {
    /// Sets or removes the hook; returns the one before.
    pub(crate) fn set_fleet_hook(
        &self,
        hook: Option<Arc<dyn FleetHook>>,
    ) -> Option<Arc<dyn FleetHook>> {
        std::mem::replace(&mut *lock(&self.fleet), hook)
    }
}

impl CircuitBreaker {
    /// Tells the fleet that this breaker has changed, if its registry has joined one.
    pub(super) fn tell_fleet(&self) {
        let link = &self.shared().cold.registry;
        let hook = lock(&link.fleet).clone();
        if let Some(hook) = hook {
            link.listeners.catch_panic(|| hook.changed(self));
        }
    }
}
