//! How calls begin and end.

use std::time::Duration;

use super::{Call, Model, ProbeOutcome, Role, Sample};
use crate::machine::ForcedKind;
use crate::time::Tick;
use crate::values::{End, FailureKind, State};

impl Model {
    /// Returns the share of the ramp at an instant, as a numerator and the common denominator.
    fn ramp_part(&self, began: Tick, at: Tick) -> (u128, u128) {
        let time = self.settings.ramp.unwrap().as_nanos();
        (time + 9 * at.since(began).as_nanos(), 10 * time)
    }

    /// Returns whether the latest call is admitted: the first is, and so is each that completes another whole, or comes
    /// a second after the last that was admitted (R21).
    fn ramp_admits(&self) -> bool {
        let Some((began, requests)) = &self.ramp else {
            return true;
        };
        let whole = self.ramp_part(*began, *began).1;
        let (mut credit, mut last) = (whole, *began);
        let mut admitted = true;
        for (number, at) in requests.iter().enumerate() {
            if number > 0 {
                credit += self.ramp_part(*began, *at).0;
            }
            let rare = *at >= last.after(Duration::from_secs(1));
            admitted = credit >= whole || rare;
            if admitted {
                credit = credit.saturating_sub(whole);
                last = *at;
            }
        }
        admitted
    }

    pub(crate) fn admit(&mut self, nested_in: Option<u64>) -> Result<Role, &'static str> {
        self.notice();
        if let Some((ForcedKind::Open, _)) = self.forced() {
            return Err("forced");
        }
        let forced_closed = self.forced().is_some();
        let nested = nested_in == Some(self.generation);
        let role = match self.state {
            State::Open if self.waits() => Err("elsewhere"),
            State::Open => Err("open"),
            State::HalfOpen => {
                let full = self.probes_in_flight() >= self.settings.half_open_calls.get() as usize;
                match (full, nested) {
                    (false, _) => Ok(Role::Probe),
                    (true, true) => Ok(Role::Uncounted),
                    (true, false) => Err("full"),
                }
            }
            _ => {
                let (now, ramp) = (self.now, self.settings.ramp);
                let rising = |(began, _): &(Tick, Vec<Tick>)| now < began.after(ramp.unwrap());
                if !forced_closed && !nested && self.ramp.as_ref().is_some_and(rising) {
                    self.ramp.as_mut().unwrap().1.push(now);
                    if self.ramp_admits() {
                        Ok(Role::Call)
                    } else {
                        Err("ramp")
                    }
                } else {
                    Ok(Role::Call)
                }
            }
        };
        let role = match role {
            Err(_) if forced_closed => Ok(Role::Uncounted),
            Err(reason) if self.settings.shadow => {
                self.would_reject.push(reason);
                Ok(Role::Uncounted)
            }
            role => role,
        };
        if let Ok(role) = role {
            self.calls.push(Call {
                generation: self.generation,
                role,
                began: self.now,
                heard: self.now,
                in_flight: true,
                place: false,
                noticed: None,
                counted: false,
            });
        }
        role
    }

    /// Records that a call in flight has made progress (R34).
    pub(crate) fn progress(&mut self, at: usize) {
        self.notice();
        self.calls[at].heard = self.now;
    }

    /// Records the end of a call that was dropped while it was pending; returns whether it belongs to an older
    /// generation.
    pub(crate) fn settle_dropped(&mut self, at: usize, end: End) -> bool {
        let spared = self.spared;
        let stale = self.settle(at, end, None);
        let call = &self.calls[at];
        let Some(most) = self.settings.cancelled_in_a_row else {
            return stale;
        };
        if self.state == State::Closed
            && call.generation == self.generation
            && call.role == Role::Call
        {
            self.drops.push(true);
            let row = self.drops.iter().rev().take_while(|dropped| **dropped);
            // A call is spared once at most.
            if row.count() >= most as usize && self.spared == spared {
                self.open_by_call(None);
            }
        }
        stale
    }

    /// Returns how many calls hold a place.
    pub(crate) fn places(&self) -> usize {
        let holds = |call: &&Call| call.in_flight && call.place;
        self.calls.iter().filter(holds).count()
    }

    /// Admits a call of a breaker, which may limit its calls in flight (R31).
    pub(crate) fn admit_within_limit(
        &mut self,
        nested_in: Option<u64>,
    ) -> Result<Role, &'static str> {
        self.notice();
        let most = self.settings.max_in_flight;
        let full = most.is_some_and(|most| self.places() >= most as usize);
        let forced = self.forced().map(|(kind, _)| kind);
        if !full || forced == Some(ForcedKind::Closed) {
            let before = self.would_reject.len();
            let role = self.admit(nested_in)?;
            let withheld = self.would_reject.len() > before;
            self.calls.last_mut().unwrap().place = most.is_some() && !withheld;
            return Ok(role);
        }
        let nested = nested_in == Some(self.generation);
        let probes = self.settings.half_open_calls.get() as usize;
        let reason = match self.state {
            _ if forced == Some(ForcedKind::Open) => "forced",
            State::Open if self.waits() => "elsewhere",
            State::Open => "open",
            State::HalfOpen if !nested && self.probes_in_flight() >= probes => "full",
            _ => "no_place",
        };
        if !self.settings.shadow || forced.is_some() {
            return Err(reason);
        }
        self.would_reject.push(reason);
        self.calls.push(Call {
            generation: self.generation,
            role: Role::Uncounted,
            began: self.now,
            in_flight: true,
            place: false,
            heard: self.now,
            noticed: None,
            counted: false,
        });
        Ok(Role::Uncounted)
    }

    /// Records how a call ended; returns whether it belongs to an older generation.
    pub(crate) fn settle(&mut self, at: usize, end: End, hint: Option<Duration>) -> bool {
        self.notice();
        if is_answer(end) {
            self.drops.push(false);
        }
        if self.calls[at].noticed.is_some() {
            self.take_latest_sample(at);
        }
        let call = &mut self.calls[at];
        call.in_flight = false;
        if call.generation != self.generation {
            return true;
        }
        let limit = self.settings.slow_call;
        let slow = limit.is_some_and(|limit| self.now >= call.began.after(limit));
        let judged = matches!(end, End::Success | End::Failure(_) | End::Trip);
        match (call.role, call.noticed) {
            // Whatever has counted already, and whatever the rules say.
            (Role::Call, noticed) if end == End::Trip => {
                let returned = Some(FailureKind::Returned);
                match noticed {
                    Some(sample) if self.samples[sample].failed.is_some() => {}
                    Some(sample) => {
                        self.samples[sample].failed = returned;
                        self.add_to_row(returned);
                    }
                    None => {
                        let at = self.now;
                        self.samples.push(Sample {
                            at,
                            failed: returned,
                            slow,
                        });
                        self.add_to_row(returned);
                    }
                }
                self.open_by_call(hint);
            }
            (Role::Call, Some(sample)) if judged => {
                if self.samples[sample].failed.is_some() {
                    return false;
                }
                let failed = end.failure();
                self.samples[sample].failed = failed;
                self.add_to_row(failed);
                if failed.is_some() && self.rule_is_met() {
                    self.open_by_call(hint);
                }
            }
            (Role::Call, None) if judged => {
                let too_slow = slow && self.settings.slow_rate.is_none();
                let failed = end.failure().or(too_slow.then_some(FailureKind::Slow));
                let at = self.now;
                self.samples.push(Sample { at, failed, slow });
                self.add_to_row(failed);
                if (failed.is_some() || slow) && self.rule_is_met() {
                    self.open_by_call(hint);
                }
            }
            (Role::Probe, _) if end == End::Trip => self.open_by_call(hint),
            (Role::Probe, _) if !call.counted => match end {
                End::Success if !slow => {
                    self.probes.push(ProbeOutcome::Success);
                    let successes = self
                        .probes
                        .iter()
                        .filter(|it| **it == ProbeOutcome::Success);
                    if successes.count() >= self.settings.success_threshold.get() as usize {
                        self.recover();
                    }
                }
                End::Success => self.probe_failed(FailureKind::Slow, hint),
                End::Failure(kind) => self.probe_failed(kind, hint),
                End::Cancelled => {
                    self.probes.push(ProbeOutcome::Cancelled);
                    let since_success = self
                        .probes
                        .iter()
                        .rev()
                        .take_while(|it| **it != ProbeOutcome::Success);
                    let cancelled = since_success
                        .filter(|it| **it == ProbeOutcome::Cancelled)
                        .count();
                    if cancelled >= 3.max(self.settings.success_threshold.get() as usize) {
                        self.repeat_period();
                    }
                }
                End::Ignored => {
                    self.probes.push(ProbeOutcome::Ignored);
                    let since_failure = self
                        .probes
                        .iter()
                        .rev()
                        .take_while(|it| !matches!(it, ProbeOutcome::Failure(_)));
                    let ignored = since_failure
                        .filter(|it| **it == ProbeOutcome::Ignored)
                        .count();
                    if ignored >= 2 * self.settings.success_threshold.get() as usize {
                        self.recover();
                    }
                }
                End::Trip => unreachable!("it is the arm before"),
            },
            _ => {}
        }
        false
    }
}

/// Returns whether the dependency has answered the call, in whichever way.
pub(crate) fn is_answer(end: End) -> bool {
    match end {
        End::Success | End::Ignored | End::Trip => true,
        End::Failure(kind) => matches!(kind, FailureKind::Returned | FailureKind::Panicked),
        End::Cancelled => false,
    }
}
