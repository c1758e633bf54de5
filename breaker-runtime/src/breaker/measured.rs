//! The duration of a call, for the setting `latency`.

use super::shared::Shared;
use crate::machine::Ticket;
use crate::time::{Tick, nanos};
use crate::values::End;

impl Shared {
    /// Records the duration of a call that ended with an outcome; returns the time at which it ended.
    #[inline]
    pub(super) fn record_latency(&self, ticket: Ticket, end: End) -> Tick {
        let now = self.time.now();
        self.add_latency(ticket, end, now);
        now
    }

    #[inline]
    pub(super) fn add_latency(&self, ticket: Ticket, end: End, now: Tick) {
        if let (Some(latencies), Some(began)) = (self.cold.latencies.get(), ticket.stamped()) {
            if end != End::Cancelled {
                latencies.add(nanos(now.since(began)));
            }
        }
    }

    /// Records that the first part of the answer to a call in flight has arrived.
    #[cfg(any(feature = "http", feature = "stream"))]
    pub(crate) fn record_head(&self, ticket: Ticket) {
        if !self.gate.word().measures_latency() {
            return;
        }
        if let (Some(latencies), Some(began)) = (self.cold.latencies.get(), ticket.stamped()) {
            latencies.add_head(nanos(self.time.now().since(began)));
        }
    }
}
