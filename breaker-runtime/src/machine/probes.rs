//! The probes of one half-open stay: who is in flight, what the others have shown.

use std::num::NonZeroU32;

use crate::config::Settings;
use crate::outcome::End;
use crate::state::Reason;
use crate::time::Tick;

/// Tells the probes of one stay apart.
pub(crate) type ProbeId = u32;

#[derive(Debug)]
pub(super) struct Probes {
    in_flight: Vec<Probe>,
    next: ProbeId,
    successes: u32,
    failures: u32,
    /// Cancellations since the last success.
    cancelled: u32,
}

#[derive(Debug)]
struct Probe {
    id: ProbeId,
    began: Tick,
}

/// What the probes have shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Undecided,
    Recovered,
    Sick(Reason),
}

impl Probes {
    pub(super) fn new() -> Self {
        Self {
            in_flight: Vec::new(),
            next: 0,
            successes: 0,
            failures: 0,
            cancelled: 0,
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) fn admit(&mut self, now: Tick, permits: NonZeroU32) -> Option<ProbeId> {
        let full = self.in_flight.len() >= permits.get() as usize;
        if full {
            return None;
        }
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        self.in_flight.push(Probe { id, began: now });
        Some(id)
    }

    /// Takes a permit back. A probe that was given up on has none any more and decides nothing.
    pub(super) fn settle(&mut self, id: ProbeId, end: End, settings: &Settings) -> Verdict {
        let Some(at) = self.in_flight.iter().position(|probe| probe.id == id) else {
            return Verdict::Undecided;
        };
        self.in_flight.swap_remove(at);
        match end {
            End::Success => {
                self.cancelled = 0;
                self.successes += 1;
                if self.successes >= settings.success_threshold.get() {
                    return Verdict::Recovered;
                }
            }
            End::Failure => {
                self.failures += 1;
                if self.failures >= settings.probe_failures.get() {
                    return Verdict::Sick(Reason::ProbeFailed);
                }
            }
            // Without this rule callers that give up before the dependency answers would go on
            // sending probes to it for ever.
            End::Cancelled => {
                self.cancelled += 1;
                if self.cancelled >= settings.success_threshold.get() {
                    return Verdict::Sick(Reason::ProbesCancelled);
                }
            }
            End::Ignored => {}
        }
        Verdict::Undecided
    }

    /// Gives up on the probes that were silent for too long; returns when the one that was one too
    /// many fell due.
    pub(super) fn expire(&mut self, now: Tick, settings: &Settings) -> Option<Tick> {
        let due = |probe: &Probe| probe.began.after(settings.probe_timeout);
        let mut silent: Vec<Tick> = Vec::new();
        self.in_flight.retain(|probe| {
            let expired = now >= due(probe);
            silent.extend(expired.then(|| due(probe)));
            !expired
        });
        silent.sort_unstable();
        silent.into_iter().find(|_| {
            self.failures = self.failures.saturating_add(1);
            self.failures >= settings.probe_failures.get()
        })
    }
}
