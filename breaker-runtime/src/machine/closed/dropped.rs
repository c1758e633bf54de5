//! The row of calls that were dropped while they were pending (R29).

use super::Closed;
use crate::config::Settings;

/// Calls that were dropped while they were pending, with no answer between them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DroppedRow {
    calls: u32,
    /// How many calls of the breaker had been answered when the last of them was dropped.
    answered: u64,
}

impl DroppedRow {
    pub(super) fn calls(self) -> u32 {
        self.calls
    }
}

impl Closed {
    /// Adds a dropped call; returns whether so many have been dropped in a row that the circuit opens.
    ///
    /// `answered` counts the answers of the breaker up to now: if there is one more since the last dropped call, the row
    /// begins anew.
    pub(in crate::machine) fn add_dropped(&mut self, answered: u64, settings: &Settings) -> bool {
        let Some(most) = settings.cancelled_in_a_row else {
            return false;
        };
        let row = self.dropped.get_or_insert_default();
        let before = if row.answered == answered {
            row.calls
        } else {
            0
        };
        **row = DroppedRow {
            calls: before.saturating_add(1),
            answered,
        };
        row.calls >= most
    }

    /// Returns the number of dropped calls in a row, as of the last of them.
    pub(super) fn dropped_in_a_row(&self) -> u32 {
        self.dropped.as_ref().map_or(0, |row| row.calls())
    }
}
