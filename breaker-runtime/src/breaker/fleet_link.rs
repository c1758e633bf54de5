//! The fleet that a registry has joined.

use super::shared::{CircuitBreaker, FleetHook, RegistryLink};
use crate::sync::{Arc, lock};
use crate::values::FleetView;

impl RegistryLink {
    /// Sets the hook, unless there is one already, which is returned.
    pub(crate) fn join_fleet(&self, hook: Arc<dyn FleetHook>) -> Result<(), Arc<dyn FleetHook>> {
        let mut present = lock(&self.fleet);
        if let Some(present) = &*present {
            return Err(Arc::clone(present));
        }
        *present = Some(hook);
        Ok(())
    }

    /// Removes the hook of this member, if it is the present one.
    pub(crate) fn leave_fleet(&self, id: &str) {
        let left = lock(&self.fleet).take_if(|hook| hook.id() == id);
        drop(left);
    }

    pub(crate) fn fleet_hook(&self) -> Option<Arc<dyn FleetHook>> {
        lock(&self.fleet).clone()
    }
}

impl CircuitBreaker {
    /// Tells the fleet that this breaker has changed, if its registry has joined one.
    pub(super) fn tell_fleet(&self) {
        let link = &self.shared().cold.registry;
        if let Some(hook) = link.fleet_hook() {
            link.listeners.catch_panic(|| hook.changed(self));
        }
    }

    /// Returns what this instance knows of the circuit in its fleet; the caller holds no lock.
    pub(super) fn fleet_view(&self) -> Option<FleetView> {
        self.shared().cold.registry.fleet_hook()?.view(self)
    }
}
