//! What the fleet does with a circuit, as parts of sentences.

use super::words::label;
use crate::integrations::admin::says::Says;
use crate::integrations::admin::words::{count, plural, words};
use crate::values::{FleetCircuit, FleetStatus, FleetView, Override, State};

/// How many members a sentence names.
const MOST_NAMED: usize = 3;

impl Says {
    /// Says in a breaker's sentence by whose votes the fleet has opened its circuit.
    pub(in super::super) fn decided_by(&mut self, view: Option<&FleetView>) {
        let Some(view) = view else {
            return;
        };
        if !view.why.is_empty() {
            self.text(format!(": {}", words(&view.why)));
        }
        if !view.votes.is_empty() {
            self.text(format!("{}by the votes of ", separator(view)));
            self.members(&view.votes);
        }
    }

    /// Says in a breaker's sentence that members vote, as long as they are too few.
    pub(in super::super) fn votes_alone(&mut self, view: Option<&FleetView>) {
        if let Some(view) = view.filter(|view| is_voting(view)) {
            self.text(" In the fleet, ");
            self.too_few(view);
        }
    }

    /// Names a member.
    pub(in super::super) fn member(&mut self, before: &str, id: &str, after: &str) {
        self.quote(before, label(id), after);
    }

    /// Says what the whole fleet does with a circuit.
    pub(in super::super) fn of_fleet(view: &FleetView) -> Self {
        let mut says = Self::default();
        match &view.circuit {
            FleetCircuit::Forced(forced) => says.forced_in_fleet(forced),
            FleetCircuit::Open { until } => {
                says.text("Open in the whole fleet");
                says.decided_by(Some(view));
                says.ends(". Its period lasts until ", *until, " left");
                says.text("; then one member probes for all.");
            }
            FleetCircuit::Probing { .. } if view.probes_here => {
                says.text("Open in the whole fleet; this instance probes for all.");
            }
            FleetCircuit::Probing { by } => {
                says.member("Open in the whole fleet; ", by, " probes for all.");
            }
            FleetCircuit::Closed if is_voting(view) => {
                says.text("Closed in the whole fleet; ");
                says.too_few(view);
            }
            FleetCircuit::Closed => says.text("Closed in the whole fleet; nobody votes."),
        }
        if let FleetStatus::Alone { since, .. } = view.status {
            says.since(
                " This is what this instance knew before it lost touch with the fleet ",
                since,
                " ago.",
            );
        }
        says
    }

    /// Says whether an instance is in touch with its fleet.
    pub(super) fn of_status(status: &FleetStatus) -> Self {
        let mut says = Self::default();
        match status {
            FleetStatus::Joined { members, lag } => {
                says.text(format!("In touch with {}", others(*members)));
                if let Some(lag) = lag {
                    let lag = crate::integrations::admin::words::Lasts(*lag);
                    says.text(format!("; the last change took {lag} to arrive"));
                }
                says.text(".");
            }
            FleetStatus::Polling { members, why } => {
                says.text(format!("In touch with {}", others(*members)));
                says.quote(
                    ", but changes may take a second to arrive, because the store does not push them: ",
                    why,
                    ".",
                );
            }
            FleetStatus::Alone { since, why } => {
                says.since("The store has not answered for ", *since, "");
                says.quote(
                    ". Until it does, the circuits of this instance go by their own rules, and an action on the fleet \
                     fails. Reason: ",
                    why,
                    ".",
                );
            }
            FleetStatus::Left => says.text("This instance has left the fleet."),
        }
        says
    }

    fn forced_in_fleet(&mut self, forced: &Override) {
        self.text(match forced.state {
            State::ForcedOpen => "The whole fleet rejects every call ",
            _ => "The whole fleet admits every call ",
        });
        match forced.until {
            Some(until) => self.ends("until ", until, " left"),
            None => self.text("until someone clears the override"),
        }
        self.text(". Forced ");
        if let Some(actor) = &forced.by.actor {
            self.quote("by ", actor, " ");
        }
        self.since("", forced.since, " ago");
        if !forced.reason.is_empty() {
            self.quote(": “", &forced.reason, "”");
        }
        self.text(".");
    }

    /// Says who votes, as the rest of a sentence.
    fn too_few(&mut self, view: &FleetView) {
        self.text("only ");
        match (&view.votes[..], view.votes_here) {
            ([_], true) => self.text("this instance votes"),
            ([_], false) => {
                self.members(&view.votes);
                self.text(" votes");
            }
            (votes, _) => {
                self.text(format!(
                    "{} of {} vote",
                    votes.len(),
                    plural(view.members.into(), "member")
                ));
            }
        }
        self.text(" to open it");
        if let Some(since) = view.votes_since {
            self.since(", for ", since, "");
        }
        self.text(format!(
            "; it takes {}.",
            plural(view.needed.into(), "vote")
        ));
    }

    fn members(&mut self, ids: &[String]) {
        for (nth, id) in ids.iter().take(MOST_NAMED).enumerate() {
            self.quote(if nth > 0 { ", " } else { "" }, label(id), "");
        }
        let more = ids.len().saturating_sub(MOST_NAMED);
        if more > 0 {
            self.text(format!(" and {} more", count(more as u64)));
        }
    }
}

fn others(members: u32) -> String {
    match members {
        0 | 1 => "the store; no other member is there".to_owned(),
        _ => format!("the fleet of {}", plural(members.into(), "member")),
    }
}

/// Returns whether members vote, too few to open the circuit.
fn is_voting(view: &FleetView) -> bool {
    matches!(view.circuit, FleetCircuit::Closed) && !view.votes.is_empty()
}

fn separator(view: &FleetView) -> &'static str {
    if view.why.is_empty() { ": " } else { ", " }
}

#[cfg(test)]
mod tests;
