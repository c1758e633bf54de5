//! The most recent actions on a breaker or a registry.

use std::collections::VecDeque;

use crate::values::Action;

/// The number of actions that a breaker keeps.
const OF_BREAKER: usize = 20;
/// The number of actions that a registry keeps.
const OF_REGISTRY: usize = 256;

/// The most recent actions on one breaker.
pub(super) type BreakerActions = ActionRing<OF_BREAKER>;
/// The most recent actions on the breakers of a registry, and on the registry.
pub(super) type RegistryActions = ActionRing<OF_REGISTRY>;

/// The last `MOST` actions, oldest first.
#[derive(Debug, Default)]
pub(super) struct ActionRing<const MOST: usize> {
    actions: VecDeque<Action>,
}

impl<const MOST: usize> ActionRing<MOST> {
    pub(super) fn add(&mut self, action: Action) {
        if self.actions.len() == MOST {
            self.actions.pop_front();
        }
        self.actions.push_back(action);
    }

    pub(super) fn all(&self) -> Vec<Action> {
        self.actions.iter().cloned().collect()
    }
}
