//! What exporters tell of the fleet that a registry has joined.

use super::counts::Counts;
use crate::breaker::Snapshot;
use crate::registry::Registry;
use crate::values::{FleetNumbers, FleetStatus, FleetView};

/// The labels of the states of a circuit in the fleet.
pub(in crate::integrations) const FLEET_STATES: [&str; 5] =
    ["closed", "open", "probing", "forced_open", "forced_closed"];

/// What one circuit is in the fleet.
#[derive(Clone, Copy, Debug)]
pub(in crate::integrations) struct SharedGauges {
    /// One of the [`FLEET_STATES`].
    pub(in crate::integrations) state: &'static str,
    pub(in crate::integrations) votes: usize,
    pub(in crate::integrations) votes_here: bool,
}

impl SharedGauges {
    pub(super) fn new(snapshot: &Snapshot) -> Option<Self> {
        let view: &FleetView = snapshot.fleet.as_ref()?;
        Some(Self {
            state: view.circuit.as_str(),
            votes: view.votes.len(),
            votes_here: view.votes_here,
        })
    }
}

/// What a registry knows of its fleet at one instant.
pub(super) struct FleetReading {
    namespace: String,
    status: FleetStatus,
    numbers: FleetNumbers,
}

impl FleetReading {
    #[cfg(feature = "fleet")]
    pub(super) fn new(registry: &Registry) -> Option<Self> {
        let fleet = crate::fleet::Fleet::of(registry)?;
        Some(Self {
            namespace: fleet.namespace().to_owned(),
            status: fleet.status(),
            numbers: fleet.numbers(),
        })
    }

    #[cfg(not(feature = "fleet"))]
    pub(super) fn new(_: &Registry) -> Option<Self> {
        None
    }
}

/// Whether the store of a fleet answers, and how many members it has.
#[derive(Clone, Copy, Debug)]
pub(in crate::integrations) struct FleetGauges {
    pub(in crate::integrations) is_connected: bool,
    pub(in crate::integrations) members: u32,
}

/// What is remembered of the fleet of a registry.
#[derive(Debug)]
pub(in crate::integrations) struct FleetMemory {
    pub(in crate::integrations) namespace: String,
    /// `None` if the registry is in no fleet any more.
    pub(in crate::integrations) gauges: Option<FleetGauges>,
    pub(in crate::integrations) counts: Counts,
    /// The counts of what was joined before.
    earlier: Counts,
    last_round_trips: u64,
}

impl FleetMemory {
    pub(super) fn new(reading: &FleetReading) -> Self {
        let mut memory = Self {
            namespace: reading.namespace.clone(),
            gauges: None,
            counts: Counts::default(),
            earlier: Counts::default(),
            last_round_trips: 0,
        };
        memory.add(reading);
        memory
    }

    pub(super) fn is_of(&self, reading: &FleetReading) -> bool {
        self.namespace == reading.namespace
    }

    pub(super) fn add(&mut self, reading: &FleetReading) {
        let round_trips = reading.numbers.round_trips;
        if round_trips < self.last_round_trips {
            // The registry has left its fleet and joined it again.
            self.earlier = self.counts.clone();
        }
        self.last_round_trips = round_trips;
        let mut counts = Counts::of_fleet(&reading.numbers);
        counts.add(&self.earlier);
        self.counts.raise(&counts);
        self.gauges = match reading.status {
            FleetStatus::Joined { members, .. } | FleetStatus::Polling { members, .. } => {
                Some(FleetGauges {
                    is_connected: true,
                    members,
                })
            }
            FleetStatus::Alone { .. } => Some(FleetGauges {
                is_connected: false,
                members: 0,
            }),
            FleetStatus::Left => None,
        };
    }

    /// Notes that the registry is in no fleet any more.
    pub(super) fn end(&mut self) {
        self.gauges = None;
    }
}
