//! How a breaker stands before and after an action.

use std::fmt;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::incoming::Incoming;
use super::order::Order;
use super::row::{STATES, counts_to_json};
use super::undo::{self, Undo};
use super::verb::Verb;
use crate::breaker::{CircuitBreaker, Snapshot};
use crate::registry::Registry;
use crate::values::{Layer, Override, State};

/// How a breaker stands before or after an action.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) state: State,
    pub(super) machine_state: State,
    critical: bool,
    /// Whether calls go through this breaker itself, not through that of a key.
    has_own_calls: bool,
    /// The override that an action on this breaker clears.
    own: Option<Override>,
    /// All other overrides, the one that takes precedence first.
    others: Vec<Override>,
    /// The states of the keys, for a name with keys.
    keys: Option<Vec<KeyStates>>,
}

/// The states of one key.
#[derive(Clone, Copy, Debug)]
struct KeyStates {
    state: State,
    machine_state: State,
    /// The state of an override of this key alone.
    own: Option<State>,
}

impl Standing {
    pub(super) fn of(incoming: &Incoming<'_>, breaker: &CircuitBreaker) -> Self {
        let registry = &incoming.site.registry;
        let Snapshot {
            state,
            machine_state,
            mut overrides,
            config,
            totals,
            ..
        } = breaker.snapshot();
        let of_name = breaker.key().and_then(|_| registry.get(breaker.name()));
        let of_name = of_name.map(|it| it.snapshot().overrides);
        let own = own_of(&overrides, &of_name.unwrap_or_default());
        let keys = match breaker.key() {
            None => keys_of(registry, breaker, &overrides),
            Some(_) => None,
        };
        let own = own.map(|own| overrides.remove(own));
        Self {
            state,
            machine_state,
            critical: config.critical,
            has_own_calls: totals.calls + totals.rejected + totals.failures > 0,
            own,
            others: overrides,
            keys,
        }
    }

    /// Returns what an action would make of this.
    pub(super) fn after(&self, verb: Verb, order: &Order, now: SystemTime) -> Self {
        let mut after = self.clone();
        if let Some(state) = verb.forces() {
            after.own = Some(Override {
                state,
                reason: order.actor.reason().unwrap_or_default().to_owned(),
                by: (&order.actor).into(),
                layer: Layer::Runtime,
                since: now,
                until: order.ttl.and_then(|ttl| now.checked_add(ttl)),
            });
        }
        if verb.clears_own() {
            after.own = None;
        }
        let [person, other] = [after.own.as_ref(), after.others.first()];
        let [person, other] = [person, other].map(|it| it.map(|it| it.state));
        for key in after.keys.iter_mut().flatten() {
            key.machine_state = verb.machine_state().unwrap_or(key.machine_state);
            if verb.clears_those_of_keys() {
                key.own = None;
            }
            let forced = person.or(key.own).or(other);
            key.state = forced.unwrap_or(key.machine_state);
        }
        if !self.acts_on_keys_only(verb) {
            after.machine_state = verb.machine_state().unwrap_or(self.machine_state);
        }
        after.state = person.or(other).unwrap_or(after.machine_state);
        after
    }

    /// Returns whether an action leaves the machine of the name alone, because calls go through its keys.
    fn acts_on_keys_only(&self, verb: Verb) -> bool {
        match verb {
            Verb::Trip => self.has_keys() && !self.has_own_calls,
            _ => verb == Verb::ResetOpenKeys,
        }
    }

    fn in_force(&self) -> Option<&Override> {
        self.own.as_ref().or(self.others.first())
    }

    /// Returns the number of breakers on which an action acts: for a name with keys, that of the keys.
    pub(super) fn breakers(&self, verb: Verb) -> usize {
        match verb {
            Verb::ResetOpenKeys => self.count(|key| key.machine_state != State::Closed),
            Verb::ClearKeys => self.count(|key| key.own.is_some()),
            _ => self.keys.as_ref().map_or(1, Vec::len),
        }
    }

    /// Returns on how many breakers an action has an effect.
    pub(super) fn changes_by(&self, verb: Verb) -> usize {
        let all_if = |changes| {
            if changes {
                self.breakers(verb).max(1)
            } else {
                0
            }
        };
        let keys_with_own = || self.count(|key| key.own.is_some());
        match (verb, verb.machine_state()) {
            (Verb::ClearKeys | Verb::ResetOpenKeys, _) => self.breakers(verb),
            (Verb::ClearAll, _) if self.own.is_none() => keys_with_own(),
            (Verb::Clear | Verb::ClearAll, _) => all_if(self.own.is_some()),
            (_, Some(state)) => {
                let is_changed = self.machine_state != state && !self.acts_on_keys_only(verb);
                let keys = self.count(|key| key.machine_state != state);
                keys.max(usize::from(is_changed))
            }
            (_, None) => all_if(true),
        }
    }

    /// Counts keys.
    fn count(&self, which: impl Fn(&KeyStates) -> bool) -> usize {
        self.keys.iter().flatten().filter(|key| which(key)).count()
    }

    /// Returns whether this is a name with keys.
    pub(super) fn has_keys(&self) -> bool {
        self.keys.is_some()
    }

    /// Returns whether all calls are rejected (`true`) or admitted (`false`), or `None` if it depends on the call.
    pub(super) fn rejects_all(&self) -> Option<bool> {
        let rejects = |state| match state {
            State::Open | State::ForcedOpen => Some(true),
            State::Closed | State::ForcedClosed => Some(false),
            State::HalfOpen => None,
        };
        let mut keys = self.keys.iter().flatten();
        let first = keys.next().map_or(self.state, |key| key.state);
        let all = rejects(first)?;
        keys.all(|key| rejects(key.state) == Some(all))
            .then_some(all)
    }

    pub(super) fn warnings(&self, verb: Verb, order: &Order) -> Vec<String> {
        let mut warnings = Vec::new();
        let mut warn = |warning: String| warnings.push(warning);
        if let Some(keys) = &self.keys {
            let (all, some) = (keys.len(), self.breakers(verb));
            warn(match verb {
                Verb::ResetOpenKeys => {
                    format!("this acts on {some} of {all} keys: on those that are not closed")
                }
                Verb::ClearKeys => {
                    format!("this acts on {some} of {all} keys: on those with their own override")
                }
                _ => format!("this acts on all {all} keys of the name"),
            });
            let own = self.count(|key| key.own.is_some());
            if verb == Verb::Clear && own > 0 {
                warn(format!(
                    "{own} of {all} keys keep their own override; `keys=all` clears these too"
                ));
            }
        }
        let rejects = matches!(verb, Verb::Trip | Verb::ForceOpen);
        if rejects && self.critical {
            warn("the breaker is critical: the health check reports `down`".to_owned());
        }
        let open_keys = self.count(|key| key.machine_state == State::Open);
        let is_open = self.machine_state == State::Open || open_keys > 0;
        if verb == Verb::ForceClosed && is_open {
            warn(
                "the circuit is open beneath: all calls will reach a dependency that fails"
                    .to_owned(),
            );
        }
        if verb.forces().is_some() && order.ttl.is_none() {
            warn("the override lasts until somebody clears it".to_owned());
        }
        if let Some(own) = self.own.as_ref().filter(|_| verb.forces().is_some()) {
            warn(format!("this replaces an override by {}", own.by));
        }
        if let Some(forced) = self.in_force().filter(|_| verb.machine_state().is_some()) {
            let state = forced.state;
            warn(format!(
                "callers do not notice this while the override `{state}` is in force"
            ));
        }
        let stays = match verb {
            Verb::Clear | Verb::ClearAll => self.others.first(),
            Verb::ClearKeys => self.in_force(),
            _ => None,
        };
        if let Some(Override { state, by, .. }) = stays {
            warn(format!("the override `{state}` by {by} stays in force"));
        }
        if let Some(Override { state, by, .. }) =
            self.others.first().filter(|_| verb.forces().is_some())
        {
            warn(format!(
                "when this ends, the override `{state}` by {by} applies again"
            ));
        }
        warnings
    }

    /// Returns the request that takes an action back, if one does.
    pub(super) fn undo(&self, verb: Verb, now: SystemTime) -> Option<Undo> {
        let were_all = |state| {
            self.machine_state == state && self.count(|key| key.machine_state != state) == 0
        };
        match verb {
            Verb::Trip => were_all(State::Closed).then_some(undo::RESET),
            Verb::Reset => (self.keys.is_none() && were_all(State::Open)).then_some(undo::TRIP),
            // One request does not bring back what single keys had.
            Verb::ResetOpenKeys | Verb::ClearKeys => None,
            Verb::ClearAll if self.count(|key| key.own.is_some()) > 0 => None,
            Verb::ForceOpen | Verb::ForceClosed | Verb::Clear | Verb::ClearAll => match &self.own {
                Some(own) => Some(Undo::force_again(own, now)),
                None if verb.clears_own() => None,
                None => Some(undo::CLEAR),
            },
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let counts = || counts_to_json(|state| self.count(|key| key.state == state));
        let keys = self.has_keys().then(counts);
        json!({
            "state": self.state,
            "machine_state": self.machine_state,
            "override": self.in_force(),
            "keys": keys,
        })
    }
}

/// As in `forced_open, beneath open; keys: 3 open, 9 closed`.
impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.state)?;
        if self.state != self.machine_state {
            write!(f, ", beneath {}", self.machine_state)?;
        }
        let mut separator = "; keys: ";
        for state in STATES {
            let keys = self.count(|key| key.state == state);
            if keys > 0 {
                write!(f, "{separator}{keys} {state}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

/// Returns the place of the override that an action on a breaker clears: it is a person's, and not that of its name.
fn own_of(overrides: &[Override], of_name: &[Override]) -> Option<usize> {
    let mut all = overrides.iter();
    all.position(|it| it.layer == Layer::Runtime && !of_name.contains(it))
}

/// Returns the states of the keys of a name, if the name has keys.
fn keys_of(
    registry: &Registry,
    name: &CircuitBreaker,
    overrides: &[Override],
) -> Option<Vec<KeyStates>> {
    let mut keys = Vec::new();
    let of_name = overrides.first().map(|it| it.state);
    registry.keyed_of(name)?.each_in_order(|key| {
        if key.is_quiet() {
            // Most keys are. To know that takes less than a snapshot.
            return keys.push(KeyStates {
                state: of_name.unwrap_or(State::Closed),
                machine_state: State::Closed,
                own: None,
            });
        }
        let read = key.snapshot();
        let own = own_of(&read.overrides, overrides);
        keys.push(KeyStates {
            state: read.state,
            machine_state: read.machine_state,
            own: own.map(|own| read.overrides[own].state),
        });
    });
    Some(keys)
}
