//! The changes that the passing of time causes.

use std::time::Duration;

use super::{Model, Role, Sample, units};
use crate::time::Tick;
use crate::values::{FailureKind, State};

impl Model {
    /// Applies the changes that are due, each as of the instant at which it fell due (R23).
    pub(crate) fn notice(&mut self) {
        loop {
            let generation = self.generation;
            self.notice_once();
            if self.generation == generation {
                return;
            }
        }
    }

    /// Runs `act` as of an earlier instant.
    fn at(&mut self, instant: Tick, act: impl FnOnce(&mut Self)) {
        let now = std::mem::replace(&mut self.now, instant);
        act(self);
        self.now = now;
    }

    fn notice_once(&mut self) {
        if self
            .person
            .is_some_and(|(_, until)| until.is_some_and(|until| self.now >= until))
        {
            self.person = None;
        }
        self.fleet
            .take_if(|(_, until)| until.is_some_and(|until| self.now >= until));
        match self.state {
            State::Open => {
                let ended = self.open_until.max(self.wait_until.unwrap_or_default());
                if self.now < ended {
                } else if self.closes_at.is_some() {
                    self.at(ended, Self::close_for_fleet);
                } else {
                    self.at(ended, |model| model.enter(State::HalfOpen));
                }
            }
            State::Closed => {
                let generation = self.generation;
                if let Some(end) = self.outage_end().filter(|end| self.now >= *end) {
                    self.at(end.before(), Self::notice_slow_calls);
                    if self.generation != generation {
                        return;
                    }
                    self.at(end, Self::end_outage);
                }
                self.notice_slow_calls();
            }
            State::HalfOpen => {
                let generation = self.generation;
                let end = self.closes_at.or(self.leased_until);
                let Some(end) = end.filter(|end| self.now >= *end) else {
                    return self.notice_overdue_probes();
                };
                self.at(end.before(), Self::notice_overdue_probes);
                if self.generation == generation && self.closes_at.is_some() {
                    self.at(end, Self::close_for_fleet);
                } else if self.generation == generation {
                    self.at(end, |model| model.wait_again(model.hold));
                }
            }
            _ => unreachable!(),
        }
    }

    /// Returns the calls of this stay in buckets.
    ///
    /// A bucket holds the calls that began within an eighth of `slow_call` of its first call.
    fn buckets(&self, limit: Duration) -> Vec<Vec<usize>> {
        let width = (limit / 8).max(units(1));
        let mut buckets: Vec<Vec<usize>> = Vec::new();
        for (at, call) in self.calls.iter().enumerate() {
            if call.role != Role::Call || call.generation != self.generation {
                continue;
            }
            match buckets.last_mut() {
                Some(bucket) if call.began < self.calls[bucket[0]].began.after(width) => {
                    bucket.push(at);
                }
                _ => buckets.push(vec![at]),
            }
        }
        buckets
    }

    /// Gives a noticed call that ends the latest sample of its bucket, whose calls are interchangeable.
    pub(super) fn take_latest_sample(&mut self, at: usize) {
        let Some(limit) = self.settings.slow_call else {
            return;
        };
        let buckets = self.buckets(limit);
        let bucket = buckets.iter().find(|bucket| bucket.contains(&at));
        let in_flight = |other: &&usize| self.calls[**other].in_flight || **other == at;
        let latest = bucket
            .into_iter()
            .flatten()
            .filter(in_flight)
            .max_by_key(|other| self.calls[**other].noticed)
            .copied();
        if let Some(latest) = latest {
            let sample = self.calls[latest].noticed;
            self.calls[latest].noticed = self.calls[at].noticed;
            self.calls[at].noticed = sample;
        }
    }

    pub(super) fn notice_slow_calls(&mut self) {
        let Some(limit) = self.settings.slow_call else {
            return;
        };
        for bucket in self.buckets(limit) {
            let last = self.calls[*bucket.last().unwrap()].began;
            for at in bucket {
                self.notice_slow_call(at, last.after(limit));
            }
        }
    }

    fn notice_slow_call(&mut self, at: usize, due: Tick) {
        let call = &self.calls[at];
        let overdue = call.in_flight
            && self.state == State::Closed
            && call.generation == self.generation
            && call.noticed.is_none()
            && self.now >= due;
        if !overdue {
            return;
        }
        let failed = self.settings.slow_rate.is_none();
        let failed = failed.then_some(FailureKind::Slow);
        self.calls[at].noticed = Some(self.samples.len());
        self.samples.push(Sample {
            at: due,
            failed,
            slow: true,
        });
        if failed.is_some() {
            self.add_to_row(failed);
        }
        self.at(due, |model| {
            if model.rule_is_met() {
                model.open_by_call(None);
            }
        });
    }

    fn notice_overdue_probes(&mut self) {
        let generation = self.generation;
        let timeout = self.settings.probe_timeout;
        let limit = self.settings.slow_call;
        let mut failed = Vec::new();
        for call in &mut self.calls {
            if !call.in_flight || call.role != Role::Probe || call.generation != generation {
                continue;
            }
            let silent = call.heard.after(timeout);
            let slow = limit.map(|limit| call.began.after(limit));
            let slow = slow.filter(|due| self.now >= *due && *due < silent);
            let timed_out = self.now >= silent;
            if let (Some(due), false) = (slow, call.counted) {
                call.counted = true;
                failed.push((due, FailureKind::Slow));
            }
            if timed_out {
                if !call.counted {
                    call.counted = true;
                    failed.push((silent, FailureKind::Silent));
                }
                // It has lost its permit and decides nothing.
                call.role = Role::Uncounted;
            }
        }
        failed.sort_by_key(|(due, _)| *due);
        for (due, kind) in failed {
            if self.state == State::HalfOpen {
                self.at(due, |model| model.probe_failed(kind, None));
            }
        }
    }
}
