//! The subscription of a listener.

use super::shared::{Listener, PendingEvent, RegistryLink};
use crate::sync::{Arc, Weak};

/// A subscription made by [`Registry::subscribe`](crate::Registry::subscribe).
///
/// Dropping it ends the subscription; an event whose delivery has begun may still arrive. To listen as long as the
/// registry exists, call [`detach`](Self::detach).
#[derive(Debug)]
#[must_use = "a subscription ends when it is dropped: keep it, or call `detach`"]
pub struct Subscription {
    registry: Weak<RegistryLink>,
    id: u64,
}

impl Subscription {
    /// Adds a listener; returns its subscription and the events that no listener has received.
    pub(crate) fn new(
        registry: &Arc<RegistryLink>,
        listener: &Arc<Listener>,
    ) -> (Self, Vec<PendingEvent>) {
        let (id, pending) = registry.listeners.add(listener);
        let registry = Arc::downgrade(registry);
        (Self { registry, id }, pending)
    }

    /// Keeps the listener as long as the registry exists.
    pub fn detach(mut self) {
        self.registry = Weak::new();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(registry) = self.registry.upgrade() {
            registry.listeners.remove(self.id);
        }
    }
}
