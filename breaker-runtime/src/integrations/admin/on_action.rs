//! Functions of the program that receive each action.

use std::fmt;

use crate::registry::Registry;
use crate::sync::Arc;
use crate::values::Action;

/// Functions of the program that receive each action.
#[derive(Clone, Default)]
pub(super) struct OnAction(Vec<Arc<Told>>);

type Told = dyn Fn(&Action) + Send + Sync;

impl OnAction {
    pub(super) fn add(&mut self, told: impl Fn(&Action) + Send + Sync + 'static) {
        self.0.push(Arc::new(told));
    }

    /// Calls all functions for each action. Panics are caught, and counted by the registry.
    pub(super) fn tell(&self, registry: &Registry, actions: &[Action]) {
        for action in actions {
            for told in &self.0 {
                registry.catch_panic(|| told(action));
            }
        }
    }
}

impl fmt::Debug for OnAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnAction").field(&self.0.len()).finish()
    }
}
