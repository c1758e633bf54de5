//! When this instance asks to probe for the fleet (F6).

use std::collections::VecDeque;
use std::time::Duration;

use super::random::Random;
use crate::time::Tick;

/// How long an instance waits that rejects hardly any call; one with more traffic waits less.
const GRACE: Duration = Duration::from_secs(1);
/// The time over which rejections are counted.
const WINDOW: Duration = Duration::from_secs(1);
/// The shortest time over which a rate is computed.
const SHORTEST: Duration = Duration::from_millis(100);
/// How often rejections are counted.
const LOOK: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(250));
/// How long rejections are counted so often. After that a hold has ended, and calls find the circuit half open.
const PATIENCE: Duration = Duration::from_secs(20);
/// The range from which the delay is drawn, and what each member adds to it.
///
/// Whoever draws less than a round trip more than the first one asks in vain. The more members there are, the less the
/// first one waits, however wide the range is.
const DRAWN: Duration = Duration::from_millis(50);
const DRAWN_PER_MEMBER: Duration = Duration::from_millis(1);
/// The widest range.
const MOST_DRAWN: Duration = Duration::from_millis(500);
/// The longest delay of an instance that only corrects what the store says.
const CORRECTION: Duration = Duration::from_secs(2);

/// The traffic that waits for probes, and when to ask.
#[derive(Debug, Default)]
pub(super) struct Want {
    /// The rejections so far at some instants of the last second.
    samples: VecDeque<(Tick, u64)>,
    look: Option<Tick>,
    ask: Option<Tick>,
    not_before: Tick,
}

/// What the decision depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traffic {
    pub(super) now: Tick,
    /// From when on somebody may ask.
    pub(super) free_from: Tick,
    /// The calls rejected here so far.
    pub(super) rejected: u64,
    /// Probes of this instance have ended without a lease.
    pub(super) probes: bool,
    /// The circuit is closed here, and the store does not know what this instance knows.
    pub(super) corrects: bool,
    /// This instance has voted, so another one should probe if it can.
    pub(super) votes: bool,
    pub(super) live: u32,
}

impl Want {
    /// Counts traffic and decides when to ask.
    pub(super) fn look(&mut self, traffic: Traffic, random: &mut Random) {
        let Traffic { now, free_from, .. } = traffic;
        let begin = Tick::from_nanos(free_from.as_nanos().saturating_sub(WINDOW_NANOS));
        if now < begin {
            self.reset();
            self.look = Some(begin);
            return;
        }
        if self.look.is_none_or(|look| look <= now) {
            self.sample(now, traffic.rejected);
            let next = now.after(random.between(LOOK.0, LOOK.1));
            self.look = if now < free_from {
                Some(next.min(free_from))
            } else {
                (now.since(free_from) < PATIENCE).then_some(next)
            };
        }
        if now < free_from {
            return;
        }
        let rate = self.rate(now, traffic.rejected);
        let delay = if rate > 0.0 {
            let grace = GRACE.div_f64(1.0 + rate);
            let later = if traffic.votes { GRACE } else { Duration::ZERO };
            let range = DRAWN + DRAWN_PER_MEMBER * traffic.live;
            grace + later + random.up_to(range.min(MOST_DRAWN))
        } else if traffic.probes {
            random.up_to(DRAWN)
        } else if traffic.corrects {
            random.up_to(CORRECTION)
        } else {
            self.ask = None;
            return;
        };
        self.ask = self.ask.or(Some(now.after(delay).max(self.not_before)));
    }

    fn sample(&mut self, now: Tick, rejected: u64) {
        self.samples.push_back((now, rejected));
        // The oldest sample is the newest one that is not younger than the window.
        while self.samples.len() > 1 && now.since(self.samples[1].0) >= WINDOW {
            self.samples.pop_front();
        }
    }

    /// Returns the rejections per second.
    #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
    fn rate(&self, now: Tick, rejected: u64) -> f64 {
        let Some(&(since, before)) = self.samples.front() else {
            return 0.0;
        };
        let elapsed = now.since(since).max(SHORTEST);
        rejected.saturating_sub(before) as f64 / elapsed.as_secs_f64()
    }

    /// Returns whether to ask now.
    pub(super) fn is_due(&self, now: Tick) -> bool {
        self.ask.is_some_and(|ask| ask <= now)
    }

    /// Notes that this instance asks; it asks again only if there is still traffic.
    pub(super) fn asked(&mut self) {
        self.ask = None;
    }

    /// Waits before the next attempt, so that another instance may probe.
    pub(super) fn yield_until(&mut self, until: Tick) {
        self.reset();
        self.not_before = until;
    }

    /// Forgets the traffic.
    pub(super) fn reset(&mut self) {
        self.samples.clear();
        self.look = None;
        self.ask = None;
    }

    /// Returns when to look again.
    pub(super) fn next(&self) -> Option<Tick> {
        [self.look, self.ask].into_iter().flatten().min()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "one second")]
const WINDOW_NANOS: u64 = WINDOW.as_nanos() as u64;
