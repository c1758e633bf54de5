//! What a store holds of a fleet, and what it tells its listeners.
//!
//! **Unstable**, as the trait of the stores is.

use std::time::Duration;

/// All that a store holds of one fleet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contents {
    /// The circuits that are not calm, by name.
    pub circuits: Vec<Circuit>,
    /// The overrides and their tombstones, by name.
    pub overrides: Vec<FleetOverride>,
}

/// A circuit in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct Circuit {
    /// The name of the breaker, or the name, U+001F and the key.
    pub name: String,
    /// The state.
    pub phase: Phase,
    /// The generation, which rises with each opening, closing, trip and reset, in all epochs.
    pub generation: u64,
    /// The rest of the open period; zero if it has passed or the circuit is not open.
    pub rest: Duration,
    /// The whole open period.
    pub period: Duration,
    /// The number of openings in a row.
    pub row: u32,
    /// Why the circuit opened: the label of a reason, `tripped`, or `reset`.
    pub why: String,
    /// The member that caused the present phase.
    pub by: String,
    /// The lease that is in force.
    pub lease: Option<Lease>,
    /// The live members that vote, or whose votes opened the circuit; sorted.
    pub votes: Vec<String>,
    /// How many votes were needed when a vote was last judged.
    pub needed: u32,
}

/// The state of a circuit in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Some members vote, too few to open the circuit.
    Voting,
    /// The circuit is open; if it has a lease, one member probes.
    Open,
    /// The circuit has closed: by probes, or by a reset. Kept for a minute, so that older votes are recognised.
    Closed,
}

/// The right to probe for the fleet.
#[derive(Clone, Debug, PartialEq)]
pub struct Lease {
    /// The number, which is larger than that of every earlier lease and generation of the circuit.
    pub id: u64,
    /// The member that has the lease.
    pub by: String,
    /// The rest of the lease.
    pub rest: Duration,
}

/// An override of the fleet, or the tombstone of one that was cleared.
#[derive(Clone, Debug, PartialEq)]
pub struct FleetOverride {
    /// The circuit; `None` for all.
    pub name: Option<String>,
    /// The kind.
    pub kind: OverrideKind,
    /// Who set it.
    pub actor: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// How long ago it was set.
    pub age: Duration,
    /// How long it lasts yet; `None` until it is cleared. A tombstone lasts a day.
    pub rest: Option<Duration>,
    /// The revision; the highest wins.
    pub revision: u64,
}

/// The kind of an override.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideKind {
    /// Every member rejects every call.
    Open,
    /// Every member admits every call.
    Closed,
    /// The override was cleared.
    Cleared,
}

/// What a store tells its listeners.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[expect(clippy::large_enum_variant)] // almost all that is heard is the largest
pub enum Heard {
    /// Changes are pushed from now on.
    Ready,
    /// Changes are not pushed any more, or cannot be; the text says why.
    Silent(String),
    /// A circuit changed.
    Changed {
        /// The epoch.
        epoch: u64,
        /// The number of the last change before this one. Votes are changes that nobody is told of.
        before: u64,
        /// The number of the last change that listeners were told of: whoever has not heard it has missed something.
        told: u64,
        /// The number of the change.
        seq: u64,
        /// The circuit after the change. Its votes are missing, unless this change opened it by votes.
        circuit: Circuit,
    },
    /// Something else changed, or changes were missed: ask the store.
    Gap {
        /// The epoch.
        epoch: u64,
        /// The number of the last change.
        seq: u64,
    },
}
