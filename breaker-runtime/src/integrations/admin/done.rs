//! The action that a request has just done, and its event.

use super::incoming::Incoming;
use crate::breaker::CircuitBreaker;
use crate::values::{Action, Actor, Attribution};

/// Returns the action that a request has just done: the last one of a kind on a breaker by an actor.
pub(super) fn last_action(
    incoming: &Incoming<'_>,
    breaker: &CircuitBreaker,
    kind: &str,
    by: &Actor,
) -> Option<Action> {
    let by = Attribution::from(by);
    let mut actions = incoming.site.registry.actions().into_iter().rev();
    actions.find(|it| {
        it.kind.as_str() == kind
            && it.breaker.as_deref() == Some(breaker.name())
            && it.key.as_deref() == breaker.key()
            && it.by == by
    })
}

/// Returns the id of the event that reports an action, if it was delivered.
pub(super) fn event_of(incoming: &Incoming<'_>, action: &Action) -> Option<String> {
    let events = &incoming.site.events;
    events.number_of(action).map(|number| events.id_of(number))
}
