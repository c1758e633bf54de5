//! The states of a breaker in the past.

use std::time::SystemTime;

use serde_json::{Value, json};

use crate::breaker::Snapshot;
use crate::serialize::Timestamp;
use crate::values::{ActionKind, State};

/// Returns the states that callers met since `from`, oldest first, each with its beginning, which is null for the
/// first if it is not known. Past overrides are taken from the last actions.
pub(super) fn states(it: &Snapshot, from: SystemTime) -> Value {
    let forced = forced(it);
    let changes = it.history.iter();
    let changes: Vec<_> = changes
        .map(|past| (past.took_place_at(), past.transition.to))
        .collect();
    let first = it.history.first().map(|past| past.transition.from);
    let machine_at = |at| {
        let before = changes.iter().rev().find(|(since, _)| *since <= at);
        before.map_or(first.unwrap_or(it.machine_state), |(_, state)| *state)
    };
    let mut edges: Vec<_> = changes.iter().map(|(at, _)| *at).collect();
    edges.extend(
        forced
            .iter()
            .flat_map(|it| [Some(it.from), it.to])
            .flatten(),
    );
    edges.retain(|edge| *edge > from);
    edges.sort();
    edges.dedup();
    let mut states: Vec<(Option<SystemTime>, State)> = Vec::new();
    let begin = if changes.is_empty() && it.since > from {
        it.since
    } else {
        from
    };
    for at in std::iter::once(begin).chain(edges) {
        let forced = forced.iter().rev().find(|it| it.contains(at));
        let state = forced.map_or_else(|| machine_at(at), |it| it.state);
        if states.last().is_none_or(|(_, last)| *last != state) {
            states.push(((at > from).then_some(at), state));
        }
    }
    let states = states.into_iter();
    let states =
        states.map(|(since, state)| json!({"state": state, "since": since.map(Timestamp)}));
    states.collect()
}

/// A time in which a state was forced.
struct Forced {
    state: State,
    from: SystemTime,
    to: Option<SystemTime>,
}

impl Forced {
    fn contains(&self, at: SystemTime) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

fn forced(it: &Snapshot) -> Vec<Forced> {
    let mut all: Vec<Forced> = Vec::new();
    for action in &it.actions {
        let state = match action.kind {
            ActionKind::ForceOpen { .. } => Some(State::ForcedOpen),
            ActionKind::ForceClosed { .. } => Some(State::ForcedClosed),
            ActionKind::ClearOverride => None,
            _ => continue,
        };
        if let Some(last) = all.last_mut().filter(|last| last.contains(action.at)) {
            last.to = Some(action.at);
        }
        let ttl = action.kind.ttl();
        all.extend(state.map(|state| Forced {
            state,
            from: action.at,
            to: ttl.and_then(|ttl| action.at.checked_add(ttl)),
        }));
    }
    // The override of a file is not an action.
    all.extend(it.r#override.as_ref().map(|set| Forced {
        state: set.state,
        from: set.since,
        to: None,
    }));
    all
}

#[cfg(test)]
mod tests;
