//! What the counts of a closed circuit show: behind an opening, and under other settings.

use super::Closed;
use crate::config::Settings;
use crate::machine::types::Evidence;
use crate::time::Tick;
use crate::values::Reason;

impl Closed {
    /// Returns the rule that the counts would meet under other settings.
    pub(in crate::machine) fn would_meet(
        &mut self,
        old: &Settings,
        new: &Settings,
        now: Tick,
    ) -> Option<Reason> {
        if old.window == new.window {
            return self.rule_met(now, new);
        }
        let most = new.threshold?;
        (self.row.all() >= most).then_some(Reason::FailuresInARow)
    }

    /// Returns the counts behind an opening for this reason.
    pub(in crate::machine) fn evidence(
        &mut self,
        reason: Reason,
        now: Tick,
        settings: &Settings,
    ) -> Evidence {
        let min_calls = settings.min_calls.get();
        let counts = self.window.as_mut().map(|window| window.counts(now));
        let rate = match (reason, counts) {
            (Reason::AllCancelled, _) => {
                return Evidence {
                    failures: self.dropped.as_ref().map_or(0, |row| row.calls().into()),
                    ..Evidence::default()
                };
            }
            (Reason::MaxFailures, Some(_)) => None,
            (Reason::FailureRate, Some(counts)) => counts.failure_rate(min_calls),
            (Reason::SlowRate, Some(counts)) => counts.slow_rate(min_calls),
            _ => {
                return Evidence {
                    failures: self.row.all().into(),
                    by_kind: self.row.into(),
                    rate: None,
                };
            }
        };
        Evidence {
            failures: counts.map_or(0, |counts| counts.failures.into()),
            by_kind: self.window_failures(now),
            rate,
        }
    }
}
