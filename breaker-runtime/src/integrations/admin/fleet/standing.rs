//! How a circuit stands in the whole fleet before and after an action.

use std::fmt;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::breaker::Snapshot;
use crate::integrations::admin::order::Order;
use crate::integrations::admin::undo::{self, Undo};
use crate::integrations::admin::verb::Verb;
use crate::values::{FleetCircuit, FleetStatus, Layer, Override, State};

/// How a circuit stands in the whole fleet before or after an action.
#[derive(Clone, Debug)]
pub(super) struct FleetStanding {
    /// Whether the fleet has opened the circuit, whatever is forced.
    is_open: bool,
    votes: usize,
    forced: Option<Override>,
    /// The state that callers of this instance meet.
    state: State,
    machine_state: State,
    critical: bool,
    /// The override of this instance, which takes precedence here.
    own: Option<Override>,
    alone: Option<String>,
    pub(super) has_keys: bool,
}

impl FleetStanding {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let view = snapshot.fleet.as_ref();
        // An override hides what the fleet itself has decided; a generation with a reason is that of an opening.
        let is_open = view.is_some_and(|view| match view.circuit {
            FleetCircuit::Open { .. } | FleetCircuit::Probing { .. } => true,
            FleetCircuit::Closed => false,
            FleetCircuit::Forced(_) => !view.why.is_empty(),
        });
        let mut overrides = snapshot.overrides.iter();
        let alone = view.and_then(|view| match &view.status {
            FleetStatus::Alone { why, .. } => Some(why.clone()),
            _ => None,
        });
        Self {
            is_open,
            votes: view.map_or(0, |view| view.votes.len()),
            forced: view.and_then(|view| view.r#override.clone()),
            state: snapshot.state,
            machine_state: snapshot.machine_state,
            critical: snapshot.config.critical,
            own: overrides.find(|it| it.layer != Layer::Fleet).cloned(),
            alone,
            has_keys: snapshot.key_stats.is_some(),
        }
    }

    /// Returns what an action would make of this.
    pub(super) fn after(&self, verb: Verb, order: &Order, now: SystemTime) -> Self {
        let mut after = self.clone();
        if let Some(state) = verb.forces() {
            after.forced = Some(Override {
                state,
                reason: order.actor.reason().unwrap_or_default().to_owned(),
                by: (&order.actor).into(),
                layer: Layer::Fleet,
                since: now,
                until: order.ttl.and_then(|ttl| now.checked_add(ttl)),
            });
        }
        if verb.clears_own() {
            after.forced = None;
        }
        if let Some(state) = verb.machine_state() {
            after.is_open = state == State::Open;
            after.votes = 0;
            after.machine_state = state;
        }
        let forced = after.own.as_ref().or(after.forced.as_ref());
        after.state = forced.map_or(after.machine_state, |it| it.state);
        after
    }

    /// Returns whether an action has an effect.
    pub(super) fn changes_by(&self, verb: Verb) -> bool {
        match verb {
            Verb::Trip => !self.is_open,
            Verb::Reset => self.is_open || self.votes > 0 || self.machine_state != State::Closed,
            _ if verb.clears_own() => self.forced.is_some(),
            _ => true,
        }
    }

    pub(super) fn warnings(&self, verb: Verb, order: &Order) -> Vec<String> {
        let mut warnings = Vec::new();
        let mut warn = |warning: String| warnings.push(warning);
        if let Some(why) = &self.alone {
            warn(format!(
                "the store of the fleet does not answer this instance, so this will probably fail: {why}"
            ));
        }
        if self.has_keys && verb.machine_state().is_some() {
            warn(
                "this acts on the circuit of the name itself; give a `key` for that of a key"
                    .to_owned(),
            );
        }
        let rejects = matches!(verb, Verb::Trip | Verb::ForceOpen);
        if rejects && self.critical {
            warn(
                "the breaker is critical: the health checks of all instances report `down`"
                    .to_owned(),
            );
        }
        let is_open = self.is_open || self.machine_state == State::Open;
        if verb == Verb::ForceClosed && is_open {
            warn("the circuit is open beneath: all calls of all instances will reach a dependency that fails".to_owned());
        }
        if verb.forces().is_some() && order.ttl.is_none() {
            warn("the override lasts until somebody clears it".to_owned());
        }
        if let Some(forced) = self.forced.as_ref().filter(|_| verb.forces().is_some()) {
            warn(format!(
                "this replaces an override of the fleet by {}",
                forced.by
            ));
        }
        if let Some(Override { state, by, .. }) = &self.own {
            warn(format!(
                "this instance has an override of its own, `{state}` by {by}, which takes precedence here"
            ));
        }
        let forced = self
            .forced
            .as_ref()
            .filter(|_| verb.machine_state().is_some());
        if let Some(Override { state, by, .. }) = forced {
            warn(format!(
                "callers do not notice this while the override `{state}` of the fleet by {by} is in force"
            ));
        }
        warnings
    }

    /// Returns the request that takes an action back, if one does.
    pub(super) fn undo(&self, verb: Verb, now: SystemTime) -> Option<Undo> {
        match verb {
            Verb::Trip => (!self.is_open).then_some(undo::RESET),
            Verb::Reset => self.is_open.then_some(undo::TRIP),
            _ => match &self.forced {
                Some(forced) => Some(Undo::force_again(forced, now)),
                None if verb.clears_own() => None,
                None => Some(undo::CLEAR),
            },
        }
    }

    /// Returns the state in the fleet: `closed`, `open`, `forced_open` or `forced_closed`.
    pub(super) fn label(&self) -> &'static str {
        match (&self.forced, self.is_open) {
            (Some(forced), _) => forced.state.as_str(),
            (None, true) => State::Open.as_str(),
            (None, false) => State::Closed.as_str(),
        }
    }

    /// Returns the state that the fleet has beneath an override.
    pub(super) fn beneath(&self) -> &'static str {
        if self.is_open { "open" } else { "closed" }
    }

    pub(super) fn to_json(&self) -> Value {
        let is_open = self.is_open || self.machine_state == State::Open;
        json!({
            "state": self.state,
            "machine_state": if is_open { State::Open } else { self.machine_state },
            "override": self.forced,
            "keys": null,
            "fleet": self.label(),
        })
    }
}

/// As in `forced_open in the fleet, here open`.
impl fmt::Display for FleetStanding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in the fleet, here {}", self.label(), self.state)
    }
}
