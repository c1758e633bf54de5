//! How a breaker stands before and after an action.

use std::time::SystemTime;

use serde_json::{Value, json};

use super::incoming::Incoming;
use super::order::Order;
use super::row::counts_to_json;
use super::undo::{self, Undo};
use super::verb::Verb;
use crate::breaker::{CircuitBreaker, Snapshot};
use crate::values::{Layer, Override, State};

/// How a breaker stands before or after an action.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    state: State,
    machine_state: State,
    critical: bool,
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
}

impl Standing {
    pub(super) fn of(incoming: &Incoming<'_>, breaker: &CircuitBreaker) -> Self {
        let registry = &incoming.site.registry;
        let Snapshot {
            state,
            machine_state,
            mut overrides,
            config,
            ..
        } = breaker.snapshot();
        // A key also has the overrides of its name, which an action on the key does not clear.
        let of_name = match breaker.key() {
            Some(_) => registry
                .get(breaker.name())
                .map(|it| it.snapshot().overrides),
            None => None,
        };
        let of_name = of_name.unwrap_or_default();
        let own = overrides
            .iter()
            .position(|it| it.layer == Layer::Runtime && !of_name.contains(it));
        let own = own.map(|own| overrides.remove(own));
        let keys = match breaker.key() {
            None => registry.keyed_of(breaker).map(|keyed| {
                let mut keys = Vec::new();
                keyed.each_in_order(|key| {
                    let read = key.snapshot();
                    keys.push(KeyStates {
                        state: read.state,
                        machine_state: read.machine_state,
                    });
                });
                keys
            }),
            Some(_) => None,
        };
        Self {
            state,
            machine_state,
            critical: config.critical,
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
        if verb == Verb::Clear {
            after.own = None;
        }
        let forced = after.in_force().map(|it| it.state);
        for key in after.keys.iter_mut().flatten() {
            key.machine_state = verb.machine_state().unwrap_or(key.machine_state);
            // A key may have an override that its name does not have.
            let keeps = matches!(key.state, State::ForcedOpen | State::ForcedClosed)
                && self.in_force().is_none_or(|it| it.state != key.state);
            if !keeps {
                key.state = forced.unwrap_or(key.machine_state);
            }
        }
        if !self.acts_on_keys_only(verb) {
            after.machine_state = verb.machine_state().unwrap_or(self.machine_state);
        }
        after.state = forced.unwrap_or(after.machine_state);
        after
    }

    /// Returns whether an action leaves the machine of the name alone, because calls go through its keys.
    fn acts_on_keys_only(&self, verb: Verb) -> bool {
        verb == Verb::Trip && self.keys.is_some()
    }

    fn in_force(&self) -> Option<&Override> {
        self.own.as_ref().or(self.others.first())
    }

    /// Returns the number of breakers on which an action acts: for a name with keys, that of the keys.
    pub(super) fn breakers(&self) -> usize {
        self.keys.as_ref().map_or(1, Vec::len)
    }

    /// Returns on how many breakers an action has an effect.
    pub(super) fn changes_by(&self, verb: Verb) -> usize {
        let changes = match (verb.machine_state(), verb) {
            (Some(state), _) => {
                if let Some(keys) = &self.keys {
                    return keys.iter().filter(|key| key.machine_state != state).count();
                }
                self.machine_state != state
            }
            (None, Verb::Clear) => self.own.is_some(),
            (None, _) => true,
        };
        if changes { self.breakers().max(1) } else { 0 }
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
            warn(format!("this acts on all {} keys of the name", keys.len()));
        }
        let rejects = matches!(verb, Verb::Trip | Verb::ForceOpen);
        if rejects && self.critical {
            warn("the breaker is critical: the health check reports `down`".to_owned());
        }
        let open_keys = self.keys.iter().flatten();
        let open_keys = open_keys.filter(|key| key.machine_state == State::Open);
        let is_open = self.machine_state == State::Open || open_keys.count() > 0;
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
        if verb == Verb::Clear {
            if let Some(other) = self.others.first() {
                let (state, by) = (other.state, &other.by);
                warn(format!("the override `{state}` by {by} stays in force"));
            }
        }
        warnings
    }

    /// Returns the request that takes an action back, if one does.
    pub(super) fn undo(&self, verb: Verb, now: SystemTime) -> Option<Undo> {
        let were_all = |state| match &self.keys {
            Some(keys) => keys.iter().all(|key| key.machine_state == state),
            None => self.machine_state == state,
        };
        match verb {
            Verb::Trip => were_all(State::Closed).then_some(undo::RESET),
            Verb::Reset => (self.keys.is_none() && were_all(State::Open)).then_some(undo::TRIP),
            Verb::ForceOpen | Verb::ForceClosed | Verb::Clear => match &self.own {
                Some(own) => Some(Undo::force_again(own, now)),
                None if verb == Verb::Clear => None,
                None => Some(undo::CLEAR),
            },
        }
    }

    pub(super) fn to_json(&self) -> Value {
        let keys = self
            .keys
            .as_ref()
            .map(|keys| counts_to_json(|state| keys.iter().filter(|it| it.state == state).count()));
        json!({
            "state": self.state,
            "machine_state": self.machine_state,
            "override": self.in_force(),
            "keys": keys,
        })
    }
}
