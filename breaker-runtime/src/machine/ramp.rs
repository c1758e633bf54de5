//! After the circuit has closed: a share of the calls that rises evenly, so that a dependency that
//! has just come back is not run over.

use std::time::Duration;

use crate::time::Tick;

/// The share at the start, as one part of so many.
const FIRST: u128 = 10;

/// One ramp. The calls that pass are spread evenly: each call adds the share of its instant to a
/// credit, and the one that makes it whole passes and takes one off. In whole numbers, so that a
/// quarter is every fourth call and not every fifth now and then.
#[derive(Debug)]
pub(super) struct Ramp {
    began: Tick,
    time: Duration,
    /// In parts of [`Ramp::whole`]; `None` before the first call, which passes.
    credit: Option<u128>,
}

impl Ramp {
    pub(super) fn new(time: Duration, now: Tick) -> Self {
        Self {
            began: now,
            time,
            credit: None,
        }
    }

    pub(super) fn ended(&self, now: Tick) -> bool {
        now >= self.ends()
    }

    pub(super) fn ends(&self) -> Tick {
        self.began.after(self.time)
    }

    #[inline]
    pub(super) fn admits(&mut self, now: Tick) -> bool {
        let whole = self.whole();
        let credit = self.credit.map_or(whole, |credit| credit + self.part(now));
        let passes = credit >= whole;
        self.credit = Some(if passes { credit - whole } else { credit });
        passes
    }

    /// The share of calls that pass at this instant.
    #[expect(clippy::cast_precision_loss, reason = "it is shown to people")]
    #[inline]
    pub(super) fn share(&self, now: Tick) -> f64 {
        self.part(now) as f64 / self.whole() as f64
    }

    #[inline]
    fn part(&self, now: Tick) -> u128 {
        let elapsed = now.since(self.began).min(self.time).as_nanos();
        self.time.as_nanos() + (FIRST - 1) * elapsed
    }

    fn whole(&self) -> u128 {
        FIRST * self.time.as_nanos()
    }
}
