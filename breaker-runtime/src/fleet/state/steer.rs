//! What an operator wants in the whole fleet.

use super::FleetState;
use super::changes::Changes;
use super::circuit::{Opening, Stage, StoredCircuit};
use super::terms::{Caller, DAY, micros};
use crate::fleet::limits::is_name;
use crate::fleet::store::{Answer, Order, OverrideKind};

impl FleetState {
    /// Does what an operator wants. `why` is who wants it, and the reason.
    pub(super) fn steer(
        &mut self,
        name: Option<&str>,
        order: &Order,
        why: (Option<&str>, Option<&str>),
        caller: Caller<'_>,
        changes: &mut Changes,
    ) -> Answer {
        if name.is_some_and(|name| !is_name(name)) {
            return Answer::Invalid;
        }
        let (kind, lasts) = match (order, name) {
            (Order::Reset, None) => return self.reset_all(caller, changes),
            (Order::Reset, Some(name)) => return self.reset(name, caller, changes),
            (Order::Trip { .. }, None) => return Answer::Invalid,
            (Order::Trip { period }, Some(name)) => {
                return self.trip(name, micros(*period), caller, changes);
            }
            (Order::ForceOpen { ttl }, _) => (OverrideKind::Open, ttl.map(micros)),
            (Order::ForceClosed { ttl }, _) => (OverrideKind::Closed, ttl.map(micros)),
            (Order::Clear, _) => (OverrideKind::Cleared, Some(DAY)),
        };
        changes.overrides = true;
        let name = name.unwrap_or_default();
        Answer::Steered {
            revision: self.set_override(name, kind, lasts, why, caller.now),
        }
    }

    fn trip(
        &mut self,
        name: &str,
        period: u64,
        caller: Caller<'_>,
        changes: &mut Changes,
    ) -> Answer {
        let opening = Opening {
            until: caller.now + period,
            period,
            row: 1,
            why: "tripped".to_owned(),
            votes: Vec::new(),
            lease: None,
        };
        let revision = self.begin_by(name, Stage::Open(opening), caller);
        changes.note(name);
        Answer::Steered { revision }
    }

    fn reset(&mut self, name: &str, caller: Caller<'_>, changes: &mut Changes) -> Answer {
        let reset = Stage::Closed {
            at: caller.now,
            why: "reset",
        };
        let revision = self.begin_by(name, reset, caller);
        changes.note(name);
        Answer::Steered { revision }
    }

    /// Resets all circuits that are there.
    fn reset_all(&mut self, caller: Caller<'_>, changes: &mut Changes) -> Answer {
        let mut revision = None;
        for (name, circuit) in &mut self.circuits {
            let reset = Stage::Closed {
                at: caller.now,
                why: "reset",
            };
            circuit.begin(reset, caller.member, caller.now);
            changes.note(name);
            revision = revision.max(Some(circuit.generation));
        }
        Answer::Steered {
            revision: revision.unwrap_or(caller.now),
        }
    }

    /// Begins a generation of a circuit that may be new, and returns it.
    fn begin_by(&mut self, name: &str, stage: Stage, caller: Caller<'_>) -> u64 {
        let stored = self.circuits.entry(name.to_owned());
        let circuit = stored.or_insert_with(|| StoredCircuit::new(0));
        circuit.begin(stage, caller.member, caller.now);
        circuit.generation
    }
}
