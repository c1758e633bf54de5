//! The ramp after a recovery (R21): the share of admitted calls rises evenly, so that a dependency that has just
//! recovered does not get the full load at once.

use std::time::Duration;

use crate::time::Tick;

/// The share at the start of a ramp is one part of this many.
const START_DIVISOR: u128 = 10;
/// A call is admitted if none was admitted for this long.
const RARE: Duration = Duration::from_secs(1);

/// One ramp.
///
/// The admitted calls are spread evenly. Each call adds the share of its instant to a credit; the call that completes a
/// whole is admitted and takes it off. At a share of 25 %, for example, the credit goes 0.25, 0.5, 0.75, 1.0: every
/// fourth call is admitted. The arithmetic uses whole numbers, because rounding would make it every fifth call now and
/// then.
///
/// A call is also admitted if none was admitted in the second before it.
#[derive(Debug)]
pub(super) struct Ramp {
    began: Tick,
    time: Duration,
    /// The credit in parts of [`Ramp::whole`]; `None` before the first call, which is admitted.
    credit: Option<u128>,
    /// When the last call was admitted.
    last: Tick,
}

impl Ramp {
    pub(super) fn new(time: Duration, now: Tick) -> Self {
        Self {
            began: now,
            time,
            credit: None,
            last: now,
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
        // A share of nothing is nothing: where calls are rare, none is rejected.
        let rare = now >= self.last.after(RARE);
        let admitted = credit >= whole || rare;
        self.credit = Some(if admitted {
            credit.saturating_sub(whole)
        } else {
            credit
        });
        if admitted {
            self.last = now;
        }
        admitted
    }

    /// Returns when a call would be admitted, if there are no other calls before it; `None` if it would be now.
    #[cfg(any(test, feature = "tokio"))]
    pub(super) fn admits_at(&self, now: Tick) -> Option<Tick> {
        let missing = self.whole() - self.credit?.min(self.whole());
        // The share grows by nine times the elapsed time, in the same parts.
        let growth = missing.saturating_sub(self.time.as_nanos());
        let elapsed = u64::try_from(growth.div_ceil(START_DIVISOR - 1)).unwrap_or(u64::MAX);
        let by_share = self.began.after(Duration::from_nanos(elapsed));
        let at = by_share.min(self.last.after(RARE)).min(self.ends());
        (at > now).then_some(at)
    }

    /// Returns the share of calls that are admitted at `now`.
    #[expect(clippy::cast_precision_loss, reason = "the share is only displayed")]
    #[inline]
    pub(super) fn share(&self, now: Tick) -> f64 {
        self.part(now) as f64 / self.whole() as f64
    }

    /// Returns the share at `now`, in parts of [`Ramp::whole`].
    #[inline]
    fn part(&self, now: Tick) -> u128 {
        let elapsed = now.since(self.began).min(self.time).as_nanos();
        self.time.as_nanos() + (START_DIVISOR - 1) * elapsed
    }

    fn whole(&self) -> u128 {
        START_DIVISOR * self.time.as_nanos()
    }
}
