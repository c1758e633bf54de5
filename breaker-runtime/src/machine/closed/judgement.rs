//! The end of a call of a closed circuit, and whether it opens the circuit.

use super::{Closed, ClosedCallEnd, failure};
use crate::config::Settings;
use crate::machine::window::Sample;
use crate::time::Tick;
use crate::values::{End, FailureCounts, Reason};

impl Closed {
    /// Records how a call ended; returns the rule that was met.
    #[inline]
    pub(in crate::machine) fn settle(
        &mut self,
        ended: ClosedCallEnd,
        now: Tick,
        settings: &Settings,
    ) -> Option<Reason> {
        match ended.end {
            End::Success | End::Failure(_) => self.judge(ended, now, settings),
            End::Trip => Some(self.settle_trip(ended, now, settings)),
            End::Ignored | End::Cancelled => None,
        }
    }

    /// Counts a success or a failure; returns the rule that was met.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "it has two callers, of which one is common"
    )]
    fn judge(
        &mut self,
        ClosedCallEnd { end, slow, noticed }: ClosedCallEnd,
        now: Tick,
        settings: &Settings,
    ) -> Option<Reason> {
        let failed = failure(end, slow, settings);
        match noticed {
            None => {
                if let Some(window) = &mut self.window {
                    window.add(Sample { failed, slow }, now);
                }
            }
            // The call has a sample already: only what is missing is added to it.
            Some(noticed) if noticed.failed => return None,
            Some(noticed) => {
                let window = self.window.as_mut();
                if let (Some(kind), Some(window), Some(sample)) = (failed, window, noticed.sample) {
                    window.fail(sample, kind, now);
                }
            }
        }
        match failed {
            Some(kind) => self.add_failure(kind),
            None => self.row = FailureCounts::default(),
        }
        // A fast success never meets a rule (R4), and neither does the end of a call that has already counted as slow,
        // unless it adds a failure.
        let counts_against = failed.is_some() || (slow && noticed.is_none());
        counts_against.then(|| self.rule_met(now, settings))?
    }

    /// Counts the failure of a call that opens the circuit at once, whatever the rules say (R22).
    #[cold]
    fn settle_trip(&mut self, ended: ClosedCallEnd, now: Tick, settings: &Settings) -> Reason {
        self.judge(ended, now, settings);
        Reason::TrippedByCall
    }
}
