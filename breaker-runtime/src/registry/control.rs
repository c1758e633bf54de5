//! The control of a registry, in the name of an actor, and the actions so far.

use super::by_name::Registry;
use crate::values::{Action, ActionKind, Actor, Attribution};

/// The control of a registry by one actor, made by [`Registry::by`].
#[derive(Debug)]
pub struct RegistryControl<'a> {
    registry: &'a Registry,
    by: Attribution,
}

impl RegistryControl<'_> {
    /// Resets every breaker, as [`Registry::reset_all`] does.
    pub fn reset_all(&self) {
        self.registry.reset_all_by(&self.by);
    }
}

/// Control.
impl Registry {
    /// Returns the control of this registry for an actor, whose name and reason are recorded.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Actor, Registry};
    ///
    /// let registry = Registry::new();
    /// registry.by(&Actor::new("alice")?.because("INC-42 is over")?).reset_all();
    /// assert_eq!(registry.actions()[0].by.actor.as_deref(), Some("alice"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn by(&self, actor: &Actor) -> RegistryControl<'_> {
        RegistryControl {
            registry: self,
            by: actor.into(),
        }
    }

    /// Returns the last 256 actions on the breakers of this registry and on the registry, oldest first.
    ///
    /// Transitions do not displace them. Those on a breaker that was removed remain.
    pub fn actions(&self) -> Vec<Action> {
        self.inner.link.actions()
    }

    /// [Resets](crate::CircuitBreaker::reset) every breaker.
    pub fn reset_all(&self) {
        self.reset_all_by(&Attribution::default());
    }

    fn reset_all_by(&self, by: &Attribution) {
        let action = Action {
            at: self.inner.time.wall(),
            breaker: None,
            key: None,
            kind: ActionKind::ResetAll,
            by: by.clone(),
        };
        self.inner.link.log_action(&action);
        self.inner.link.add_action(action);
        for breaker in self.by_name() {
            breaker.reset_with_all(by);
        }
    }
}
