//! What the fleet knows of a circuit, as plain values.

use std::time::{Duration, SystemTime};

use super::latency::Latency;
use super::transition::Override;

/// Whether this instance is in touch with the other instances of its fleet.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FleetStatus {
    /// The store answers, and it pushes changes at once.
    Joined {
        /// The number of live members, this instance included.
        members: u32,
        /// How long the last change took from the store to this instance, if one has been measured.
        lag: Option<Duration>,
    },
    /// The store answers, but it does not push changes; this instance asks for them every second.
    Polling {
        /// The number of live members, this instance included.
        members: u32,
        /// Why the store does not push changes.
        why: String,
    },
    /// The store does not answer. This instance decides alone.
    Alone {
        /// Since when, by the wall clock.
        since: SystemTime,
        /// Why the store does not answer.
        why: String,
    },
    /// This instance has left the fleet.
    Left,
}

impl FleetStatus {
    /// Returns the label: `joined`, `polling`, `alone` or `left`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Joined { .. } => "joined",
            Self::Polling { .. } => "polling",
            Self::Alone { .. } => "alone",
            Self::Left => "left",
        }
    }
}

/// The state of a circuit in the whole fleet.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum FleetCircuit {
    /// The fleet has not opened the circuit; single instances may have opened theirs.
    Closed,
    /// The circuit is open in the whole fleet.
    Open {
        /// When the open period of the fleet ends, by the wall clock of this instance.
        until: SystemTime,
    },
    /// The open period has passed, and one member probes for all.
    Probing {
        /// The member that probes.
        by: String,
    },
    /// An override of the fleet is in force.
    Forced(Override),
}

impl FleetCircuit {
    /// Returns the label: `closed`, `open`, `probing`, `forced_open` or `forced_closed`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open { .. } => "open",
            Self::Probing { .. } => "probing",
            Self::Forced(forced) => forced.state.as_str(),
        }
    }
}

/// What an instance knows of one circuit of its fleet.
///
/// While the instance is [alone](FleetStatus::Alone), it is what the instance last knew.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FleetView {
    /// Whether this instance is in touch with the others.
    pub status: FleetStatus,
    /// The state of the circuit in the fleet.
    pub circuit: FleetCircuit,
    /// The generation of the circuit in the fleet, which rises with each change; 0 if it has never opened.
    pub generation: u64,
    /// The members that vote to open the circuit, or whose votes have opened it.
    pub votes: Vec<String>,
    /// Since when exactly these members vote, as seen by this instance and by the wall clock; `None` without votes.
    pub votes_since: Option<SystemTime>,
    /// How many votes open the circuit; 0 if nobody has voted.
    pub needed: u32,
    /// The number of live members.
    pub members: u32,
    /// The member that probes, if one does.
    pub prober: Option<String>,
    /// Whether this instance votes to open the circuit.
    pub votes_here: bool,
    /// Whether this instance probes for the fleet.
    pub probes_here: bool,
    /// Why the fleet opened the circuit, for example `failures_in_a_row`; empty if it is closed.
    pub why: String,
    /// The override of the fleet, if there is one. An override of this instance takes precedence.
    pub r#override: Option<Override>,
}

#[cfg(all(test, feature = "admin"))]
impl FleetView {
    /// Returns what a member of five knows of a circuit that is calm.
    pub(crate) fn example() -> Self {
        Self {
            status: FleetStatus::Joined {
                members: 5,
                lag: None,
            },
            circuit: FleetCircuit::Closed,
            generation: 0,
            votes: Vec::new(),
            votes_since: None,
            needed: 0,
            members: 5,
            prober: None,
            votes_here: false,
            probes_here: false,
            why: String::new(),
            r#override: None,
        }
    }
}

/// What an instance has counted since it joined its fleet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetNumbers {
    /// The batches that the store has answered.
    pub round_trips: u64,
    /// The errors, by what failed.
    pub errors: FleetErrors,
    /// How long changes took from the store to this instance.
    pub lag: Latency,
}

/// The errors that an instance has counted since it joined its fleet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetErrors {
    /// Batches that the store did not answer, or was not able to.
    pub away: u64,
    /// Batches that the store refused to answer.
    pub refused: u64,
    /// Panics of the task that talks to the store; it begins again each time.
    pub panicked: u64,
    /// Answers and messages that made no sense and were ignored.
    pub ignored: u64,
}

impl FleetErrors {
    /// Returns each number with its label: `away`, `refused`, `panicked` and `ignored`.
    pub fn by_kind(self) -> [(&'static str, u64); 4] {
        let Self {
            away,
            refused,
            panicked,
            ignored,
        } = self;
        [
            ("away", away),
            ("refused", refused),
            ("panicked", panicked),
            ("ignored", ignored),
        ]
    }
}
