//! The openings of a candidate next to the outages of the trace.

use std::time::Duration;

use super::outages::{Span, TraceOutage};
use super::report::OutageMet;

/// The openings of a candidate, by their instants, in nanoseconds since 1970.
#[derive(Debug)]
pub(super) struct Judgement<'a> {
    /// When each opened, and when it closed, in the order of the first; the largest number if it did not close.
    openings: Vec<(u64, u64)>,
    /// When the last of the openings up to each one closed.
    latest: Vec<u64>,
    /// The outages in order; they do not overlap.
    outages: &'a [Span],
    tolerance: u64,
}

impl<'a> Judgement<'a> {
    pub(super) fn new(mut openings: Vec<(u64, u64)>, outages: &'a [Span], tolerance: u64) -> Self {
        openings.sort_unstable();
        let mut last = 0;
        let latest = openings.iter().map(|(_, closed)| {
            last = last.max(*closed);
            last
        });
        Self {
            latest: latest.collect(),
            openings,
            outages,
            tolerance,
        }
    }

    /// Returns whether an opening overlaps no outage, within the tolerance.
    pub(super) fn is_false(&self, opened: u64, closed: u64) -> bool {
        let until = closed.saturating_add(self.tolerance);
        let before = self.outages.partition_point(|outage| outage.began <= until);
        let last = before.checked_sub(1).map(|last| &self.outages[last]);
        last.is_none_or(|outage| outage.until.saturating_add(self.tolerance) < opened)
    }

    pub(super) fn false_openings(&self) -> u64 {
        let openings = self.openings.iter();
        let are_false = openings.filter(|(opened, closed)| self.is_false(*opened, *closed));
        are_false.count() as u64
    }

    /// Returns how the outages were met.
    pub(super) fn met(&self) -> Vec<OutageMet> {
        self.outages
            .iter()
            .map(|outage| self.meet(outage))
            .collect()
    }

    /// An opening meets an outage if it was open during the outage, without any tolerance.
    fn meet(&self, outage: &Span) -> OutageMet {
        let during = self
            .openings
            .partition_point(|(opened, _)| *opened <= outage.until);
        let first = self.latest[..during].partition_point(|closed| *closed <= outage.began);
        let after = |at: u64, since| Duration::from_nanos(at.saturating_sub(since));
        let opening_delay = self.openings[first..during]
            .first()
            .map(|(opened, _)| after(*opened, outage.began));
        // The last of the openings that met it. If one did not close, nobody knows.
        let closed = self.latest[..during].last().copied();
        let closed = closed.filter(|closed| *closed != u64::MAX && !outage.unended);
        let closed = closed.filter(|_| opening_delay.is_some());
        OutageMet {
            outage: TraceOutage::from(outage),
            opening_delay,
            recovery_delay: closed.map(|closed| after(closed, outage.ended)),
        }
    }
}
