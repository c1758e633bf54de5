//! A handle that does not keep its registry alive.

use super::by_name::{Registry, RegistryInner};
use crate::sync::{Arc, Weak};

/// A handle that does not keep its registry alive.
#[derive(Clone, Debug)]
pub(crate) struct WeakRegistry(Weak<RegistryInner>);

impl Registry {
    pub(crate) fn downgrade(&self) -> WeakRegistry {
        WeakRegistry(Arc::downgrade(&self.inner))
    }

    /// Returns the present time by both clocks.
    pub(crate) fn moment(&self) -> crate::time::WallInstant {
        self.inner.time.moment()
    }
}

impl WeakRegistry {
    pub(crate) fn upgrade(&self) -> Option<Registry> {
        self.0.upgrade().map(|inner| Registry { inner })
    }
}
