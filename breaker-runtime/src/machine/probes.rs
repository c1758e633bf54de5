//! The probes of one half-open stay: who is in flight, what the others have shown.

use std::num::NonZeroU32;

use super::ticket::Ticket;
use crate::config::Settings;
use crate::time::Tick;
use crate::values::End;
use crate::values::Reason;

#[derive(Debug)]
pub(super) struct Probes {
    in_flight: Vec<Probe>,
    successes: u32,
    failures: u32,
    /// Cancellations since the last success.
    cancelled: u32,
}

/// Probes that began at the same instant are alike: whatever time brings about, it brings about for
/// all of them. So the instant is all that their tickets have to know.
#[derive(Debug)]
struct Probe {
    began: Tick,
    /// Whether it has counted as slow while in flight; its end then adds nothing.
    counted: bool,
    /// Whether it is ending right now, so that its end says how it went.
    ending: bool,
}

/// What the probes have shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ProbeVerdict {
    Stay,
    Close,
    Reopen(Reason),
}

impl Probes {
    pub(super) fn new() -> Self {
        Self {
            in_flight: Vec::new(),
            successes: 0,
            failures: 0,
            cancelled: 0,
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// Lets one more in, unless there are as many as may be.
    #[inline]
    pub(super) fn admit(&mut self, now: Tick, permits: NonZeroU32) -> bool {
        let full = self.in_flight.len() >= permits.get() as usize;
        if !full {
            self.in_flight.push(Probe {
                began: now,
                counted: false,
                ending: false,
            });
        }
        !full
    }

    fn position(&self, ticket: Ticket) -> Option<usize> {
        let began = ticket.began()?;
        let mut probes = self.in_flight.iter();
        probes.position(|probe| probe.began == began)
    }

    /// Notes that a probe is ending.
    #[inline]
    pub(super) fn end(&mut self, ticket: Ticket) {
        if let Some(at) = self.position(ticket) {
            self.in_flight[at].ending = true;
        }
    }

    /// Takes a permit back. A probe that was given up on has none any more and decides nothing.
    #[inline]
    pub(super) fn settle(
        &mut self,
        ticket: Ticket,
        end: End,
        slow: bool,
        settings: &Settings,
    ) -> ProbeVerdict {
        let Some(at) = self.position(ticket) else {
            return ProbeVerdict::Stay;
        };
        if self.in_flight.swap_remove(at).counted {
            return ProbeVerdict::Stay;
        }
        match end {
            End::Success if slow => self.fail(Reason::ProbeSlow, settings),
            End::Failure => self.fail(Reason::ProbeFailed, settings),
            End::Success => {
                self.cancelled = 0;
                self.successes += 1;
                if self.successes >= settings.success_threshold.get() {
                    ProbeVerdict::Close
                } else {
                    ProbeVerdict::Stay
                }
            }
            // Without this rule callers that give up before the dependency answers would go on
            // sending probes to it for ever.
            End::Cancelled => {
                self.cancelled += 1;
                if self.cancelled >= settings.success_threshold.get() {
                    ProbeVerdict::Reopen(Reason::ProbesCancelled)
                } else {
                    ProbeVerdict::Stay
                }
            }
            End::Ignored => ProbeVerdict::Stay,
        }
    }

    fn fail(&mut self, reason: Reason, settings: &Settings) -> ProbeVerdict {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= settings.probe_failures.get() {
            ProbeVerdict::Reopen(reason)
        } else {
            ProbeVerdict::Stay
        }
    }

    /// Gives up on the probes that were silent for too long and counts those that have become slow;
    /// returns why the one that was one too many failed and when it fell due.
    pub(super) fn expire(&mut self, now: Tick, settings: &Settings) -> Option<(Reason, Tick)> {
        // In the order in which they fell due. There are few; a sort is code for one more type to be sorted.
        let mut failed: Vec<(Tick, Reason)> = Vec::new();
        let mut add = |due: Tick, reason: Reason| {
            let at = failed.partition_point(|(other, _)| *other <= due);
            failed.insert(at, (due, reason));
        };
        self.in_flight.retain_mut(|probe| {
            let silent = probe.began.after(settings.probe_timeout);
            let slow = settings.slow_call.map(|limit| probe.began.after(limit));
            let slow = slow.filter(|due| now >= *due && !probe.counted && !probe.ending);
            if let Some(due) = slow {
                add(due, Reason::ProbeSlow);
                probe.counted = true;
            }
            let given_up = now >= silent;
            if given_up && !probe.counted {
                add(silent, Reason::ProbeTimedOut);
            }
            !given_up
        });
        let mut failed = failed.into_iter();
        failed.find_map(|(due, reason)| match self.fail(reason, settings) {
            ProbeVerdict::Reopen(reason) => Some((reason, due)),
            ProbeVerdict::Stay | ProbeVerdict::Close => None,
        })
    }
}
