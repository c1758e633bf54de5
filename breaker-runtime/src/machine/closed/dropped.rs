//! The row of calls that were dropped while they were pending (R29).

/// Calls that were dropped while they were pending, with no answer between them.
#[derive(Debug, Default)]
pub(super) struct DroppedRow {
    calls: u32,
    /// How many calls of the breaker had been answered when the last of them was dropped.
    answered: u64,
}

impl DroppedRow {
    /// Returns the length of the row as of the last dropped call.
    pub(super) fn calls(&self) -> u32 {
        self.calls
    }

    /// Adds a dropped call; returns the length of the row.
    ///
    /// `answered` is the number of answers up to now: if it has changed since the last dropped call, a new row begins.
    pub(super) fn add(&mut self, answered: u64) -> u32 {
        let before = if self.answered == answered {
            self.calls
        } else {
            0
        };
        self.calls = before.saturating_add(1);
        self.answered = answered;
        self.calls
    }
}
