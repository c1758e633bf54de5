//! One shared circuit as one instance sees it: what the fleet says, what the breaker here does, and what to say next.

use std::time::Duration;

use super::ballot::Ballot;
use super::holding::{Finding, Holding, LEASE, PendingVerdict};
use super::known::Known;
use super::scene::Scene;
use super::want::Want;
use crate::breaker::{CircuitBreaker, FleetReading, WeakBreaker};
use crate::machine::Standing;
use crate::time::Tick;
use crate::values::Reason;

/// How long a circuit waits for the probes of another instance after its open period (F5).
pub(super) const HOLD: Duration = LEASE.saturating_mul(3);

/// One shared circuit as one instance sees it.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Circuit {
    pub(super) name: String,
    /// The breaker here, if there is one that is shared.
    pub(super) breaker: Option<WeakBreaker>,
    /// What the fleet says.
    pub(super) known: Option<Known>,
    /// The epoch and the generation that were last applied to the breaker.
    pub(super) applied: Option<(u64, u64)>,
    /// The epoch and the generation of which the listeners heard last, and the lease.
    pub(super) told: (u64, u64),
    pub(super) told_lease: u64,
    /// The fleet has opened the circuit here, and it has not been closed since.
    pub(super) imposed: bool,
    /// This instance was alone, so the open period of the fleet may not be in force here any more.
    pub(super) was_alone: bool,
    /// The only member opened the fleet, so its own period counts and it waits for nobody.
    pub(super) own: bool,
    /// When the circuit needs a step, as it is scheduled.
    pub(super) scheduled: Option<Tick>,
    /// The breaker here has changed and must be read.
    pub(super) dirty: bool,
    pub(super) reading: Option<FleetReading>,
    pub(super) ballot: Ballot,
    pub(super) want: Want,
    pub(super) holding: Option<Holding>,
    pub(super) verdict: Option<PendingVerdict>,
    /// A verdict that the store has confirmed, and may lose yet.
    pub(super) confirmed: Option<PendingVerdict>,
    /// Calls have shown here, without a lease, that the dependency is well, while the circuit of the fleet is open.
    pub(super) proof: bool,
    /// This instance did not obey the opening of the fleet.
    #[cfg(test)]
    pub(super) declined: bool,
}

impl Circuit {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn breaker(&self) -> Option<CircuitBreaker> {
        self.breaker.as_ref()?.upgrade()
    }

    /// Uses this breaker, which may be another one than before.
    pub(super) fn attach(&mut self, breaker: &CircuitBreaker) {
        if self.breaker().is_none_or(|before| !before.same_as(breaker)) {
            self.breaker = Some(breaker.downgrade());
            self.applied = None;
            self.reading = None;
            self.imposed = false;
            self.dirty = true;
        }
    }

    /// Lets go of the breaker, which is not shared any more or does not exist any more.
    pub(super) fn detach(&mut self) {
        if let Some(breaker) = self.breaker() {
            if self.imposed || self.holding.is_some() {
                breaker.fleet_is_gone();
            }
        }
        if let Some(holding) = self.holding.take() {
            self.verdict = Some(PendingVerdict::new(&holding, Finding::GivenBack));
        }
        self.breaker = None;
        self.reading = None;
        self.applied = None;
        self.imposed = false;
        self.proof = false;
        self.dirty = false;
        self.ballot.withdraw();
        self.want.reset();
    }

    /// Returns whether somebody holds the breaker, and its circuit is shared.
    pub(super) fn is_in_use(&self) -> bool {
        self.breaker()
            .is_some_and(|breaker| breaker.config().shared)
    }

    pub(super) fn is_closed_here(&self) -> bool {
        let standing = self.reading.as_ref().map(|it| it.standing);
        matches!(standing, None | Some(Standing::Closed))
    }

    /// Returns whether this instance knows better than the store that the circuit is closed.
    ///
    /// Its own probes have shown it, or it has applied a later generation than the store holds, which has lost it.
    pub(super) fn corrects(&self, epoch: u64) -> bool {
        let known = self.known.as_ref().map_or(0, |known| known.generation);
        let is_ahead = |(of, applied)| of == epoch && applied > known;
        self.proof || self.applied.is_some_and(is_ahead)
    }

    /// Reads the breaker, and judges what happened to it.
    pub(super) fn read(&mut self, scene: &Scene<'_>) {
        self.dirty = false;
        let Some(breaker) = self.breaker() else {
            return self.detach();
        };
        let reading = breaker.fleet_reading();
        if !reading.shared {
            return self.detach();
        }
        let was_closed = self.is_closed_here();
        let is_closed = reading.standing == Standing::Closed;
        if let Some(end) = self.lease_end(&breaker, &reading, scene.now) {
            let holding = self.holding.take();
            if let (Some(holding), LeaseEnd::Found(finding)) = (holding, end) {
                self.verdict = Some(PendingVerdict::new(&holding, finding));
            }
        } else if is_closed && !was_closed {
            let is_open = self.known.as_ref().is_some_and(Known::is_open);
            self.proof = is_open && closed_by_probes(&breaker);
        } else if is_closed && scene.joined && self.has_only_successes(&reading, scene.now) {
            self.proof = true;
        }
        self.proof &= is_closed;
        self.imposed &= !is_closed;
        self.own &= !is_closed;
        self.ballot.read(&reading, scene.now);
        self.reading = Some(reading);
    }

    /// Returns whether the open period of the fleet has passed and, since the last reading, calls have succeeded and none
    /// has failed in the closed circuit here.
    ///
    /// That is so where somebody has reset the circuit of this instance. Were all of them reset, nobody would reject calls
    /// and ask to probe, and the fleet would stay open.
    fn has_only_successes(&self, reading: &FleetReading, now: Tick) -> bool {
        let is_over = |known: &Known| known.is_open() && known.until <= now;
        let succeeded = |before: &FleetReading| {
            before.successes < reading.successes && before.failures == reading.failures
        };
        self.known.as_ref().is_some_and(is_over) && self.reading.as_ref().is_some_and(succeeded)
    }

    /// Returns how the lease has ended, if it has.
    fn lease_end(
        &mut self,
        breaker: &CircuitBreaker,
        reading: &FleetReading,
        now: Tick,
    ) -> Option<LeaseEnd> {
        let holding = self.holding.as_mut()?;
        let finding = match reading.standing {
            Standing::HalfOpen {
                ended,
                leased: true,
                ..
            } => {
                holding.progress(ended, now);
                return None;
            }
            // It has ended here: another member may have it soon.
            Standing::HalfOpen { .. } | Standing::Open { held: true, .. } => {
                return Some(LeaseEnd::Lost);
            }
            Standing::Closed if closed_by_probes(breaker) => Finding::Closed,
            Standing::Closed
            | Standing::Open {
                reason: Reason::Tripped,
                ..
            } => Finding::GivenBack,
            Standing::Open {
                rest,
                period,
                reason,
                ..
            } => Finding::Open {
                until: now.after(rest),
                period,
                row: reading.row,
                why: reason.as_str(),
            },
        };
        Some(LeaseEnd::Found(finding))
    }

    /// Returns whether nothing has to be remembered.
    pub(super) fn is_calm(&self, now: Tick) -> bool {
        self.known.is_none()
            && self.is_closed_here()
            && !self.dirty
            && !self.ballot.is_said()
            && !self.ballot.is_barred(now)
            && self.verdict.is_none()
            && self.holding.is_none()
    }
}

/// How a lease has ended here.
#[derive(Debug)]
enum LeaseEnd {
    /// By itself, because the store was slow.
    Lost,
    Found(Finding),
}

/// Returns whether the last transition of a closed circuit was caused by its probes.
fn closed_by_probes(breaker: &CircuitBreaker) -> bool {
    let by_probes = |reason| matches!(reason, Reason::ProbesSucceeded | Reason::ProbesInconclusive);
    breaker.last_reason().is_some_and(by_probes)
}
