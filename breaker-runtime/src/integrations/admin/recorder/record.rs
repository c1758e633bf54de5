//! The samples of one name.

use std::array;
use std::collections::VecDeque;
use std::time::SystemTime;

use super::interval::{Counts, KEPT, MINUTE, Span, duration_of};
use super::latencies::Latencies;
use super::reports::{Rates, Recent, Series};
use crate::breaker::{CircuitBreaker, WeakBreaker};
use crate::values::{RetiredCounts, Totals};

/// The number of intervals over which rates are averaged.
const AVERAGED: usize = 2;

/// The samples of one name.
#[derive(Debug)]
pub(super) struct Record {
    /// Whose counts these are: another breaker of the same name has other counts.
    breaker: WeakBreaker,
    /// The totals at the last sample.
    totals: Counts<u64>,
    /// What was counted between the end of the last interval and the last sample.
    begun: Counts<u64>,
    /// The last interval is at the end.
    intervals: VecDeque<Counts<u32>>,
    latencies: Option<Latencies>,
}

impl Record {
    pub(super) fn new(breaker: &CircuitBreaker, counts: &RetiredCounts) -> Self {
        Self {
            breaker: breaker.downgrade(),
            totals: of_interest(&counts.totals),
            begun: [0; 4],
            intervals: VecDeque::new(),
            latencies: counts.latency.clone().map(Latencies::new),
        }
    }

    /// Adds a sample. Starts over if the counts are those of another breaker, or if a total has decreased, as it may
    /// when a name gets its first key.
    pub(super) fn add(&mut self, breaker: &CircuitBreaker, counts: &RetiredCounts, span: Span) {
        let totals = of_interest(&counts.totals);
        let is_same = self.breaker.same_as(&breaker.downgrade());
        let mut both = self.totals.iter().zip(&totals);
        if !is_same || both.any(|(before, total)| before > total) {
            *self = Self::new(breaker, counts);
            return;
        }
        self.add_counts(combined(totals, self.totals, u64::saturating_sub), span);
        self.totals = totals;
        self.latencies = counts.latency.as_ref().map(|latency| {
            let latencies = self.latencies.take();
            let mut latencies = latencies.unwrap_or_default();
            latencies.add(latency, span.ended);
            latencies
        });
    }

    /// Spreads counts evenly over a span, of which the intervals get their shares.
    fn add_counts(&mut self, counts: Counts<u64>, span: Span) {
        let until_end = |nth| counts.map(|count| span.until_end(nth, count));
        let first = span.ended.saturating_sub(KEPT as u64);
        let (mut begun, mut before) = match first.checked_sub(1) {
            None => (self.begun, [0; 4]),
            Some(last_dropped) => ([0; 4], until_end(last_dropped)),
        };
        for nth in first..span.ended {
            let until = until_end(nth);
            let counted = combined(until, before, u64::saturating_sub);
            let counted = combined(counted, std::mem::take(&mut begun), u64::saturating_add);
            if self.intervals.len() == KEPT {
                self.intervals.pop_front();
            }
            let counted = counted.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
            self.intervals.push_back(counted);
            before = until;
        }
        self.begun = combined(counts, before, u64::saturating_sub);
    }

    /// Forgets all intervals that have ended.
    pub(super) fn forget_past(&mut self) {
        self.intervals.clear();
        if let Some(latencies) = &mut self.latencies {
            latencies.forget_past();
        }
    }

    pub(super) fn rates(&self) -> Option<Rates> {
        let last = self.intervals.iter().rev().take(AVERAGED);
        let over = duration_of(last.len());
        let sums = last.fold([0; 4], |sums, counts| {
            combined(sums, counts.map(u64::from), u64::saturating_add)
        });
        (!over.is_zero()).then(|| Rates::new(over, sums))
    }

    pub(super) fn series(&self, until: SystemTime) -> Series {
        Series {
            until,
            intervals: self.intervals.iter().copied().collect(),
        }
    }

    pub(super) fn recent(&self) -> Option<Recent> {
        let last = self.intervals.iter().rev().take(MINUTE);
        let over = duration_of(last.len());
        let calls = last.map(|[calls, ..]| u64::from(*calls)).sum();
        let latency = self.latencies.as_ref().map(Latencies::recent);
        (!over.is_zero()).then_some(Recent {
            over,
            calls,
            latency,
        })
    }
}

fn of_interest(totals: &Totals) -> Counts<u64> {
    [totals.calls, totals.failures, totals.rejected, totals.slow]
}

fn combined(counts: Counts<u64>, others: Counts<u64>, combine: fn(u64, u64) -> u64) -> Counts<u64> {
    array::from_fn(|nth| combine(counts[nth], others[nth]))
}
