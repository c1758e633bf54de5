//! The calls of a closed circuit that are still on their way, for as long as slow calls matter.
//!
//! A call that hangs has to count before it returns, so somebody has to know that it is there. They
//! are counted by the time of their start, in buckets of an eighth of `slow_call`: the calls of a
//! bucket become slow together, when the last of them does, and so at most that much late. A bucket
//! is there for as long as one of its calls is on its way.

use std::time::Duration;

use super::ticket::Bucket as Number;
use super::window::Place;
use crate::time::Tick;

/// A bucket lasts one part of `slow_call`.
pub(super) const PARTS: u32 = 8;

/// Which calls are in a bucket: of this number, and begun from the first instant up to the second.
///
/// Buckets of the same number do not overlap. Others may, if `slow_call` has changed meanwhile: calls
/// that began before are still counted in buckets of the old length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) number: Number,
    pub(crate) from: Tick,
    pub(crate) until: Tick,
}

impl Span {
    fn holds(self, number: Number, began: Tick) -> bool {
        self.number == number && self.from <= began && began < self.until
    }
}

#[derive(Debug, Default)]
pub(super) struct InFlight {
    /// By the time they begin; calls that begin now are in the last one, or in a new one.
    buckets: Vec<Bucket>,
    /// Whether the last one has the length that is in force.
    filling: bool,
    /// The number of the bucket to be begun next.
    next: Number,
    /// Where the samples of noticed calls stand, if there is a window and they may yet be marked.
    places: Vec<(Span, Place)>,
    /// Successes that were drained for calls that had been noticed before: their sample was there
    /// already, and has to be left out of those that are drained next.
    surplus: u64,
}

#[derive(Debug)]
struct Bucket {
    span: Span,
    /// When the last of its calls began.
    last: Tick,
    /// Its calls on their way. Starts and ends may be told in any order.
    calls: i64,
    /// Those of them that were noticed, and the last beginning among them: after it, calls may begin
    /// that are not slow yet, if the bucket is older than a shorter `slow_call`.
    noticed: u32,
    noticed_upto: Tick,
    /// Whether their samples were added as failures already.
    failed: bool,
}

/// What was added for a call while it was in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noticed {
    /// Where its sample stands, if there is a window.
    pub(super) place: Option<Place>,
    /// Whether it was added as a failure already.
    pub(super) failed: bool,
}

impl Bucket {
    fn new(span: Span) -> Self {
        Self {
            span,
            last: span.from,
            calls: 0,
            noticed: 0,
            noticed_upto: span.from,
            failed: false,
        }
    }

    fn in_flight(&self) -> u64 {
        u64::try_from(self.calls).unwrap_or(0)
    }

    fn unnoticed(&self) -> u64 {
        self.in_flight().saturating_sub(self.noticed.into())
    }

    /// When those of its calls that are still there become slow.
    fn due(&self, slow_call: Duration) -> Tick {
        self.last.after(slow_call)
    }

    fn is_over(&self, now: Tick) -> bool {
        self.in_flight() == 0 && self.noticed == 0 && now >= self.span.until
    }
}

impl InFlight {
    /// Counts a call that starts; returns the number of its bucket.
    pub(super) fn enter(&mut self, now: Tick, slow_call: Duration) -> Number {
        let span = self.current(now).unwrap_or_else(|| {
            let width = (slow_call / PARTS).max(Duration::from_nanos(1));
            self.begin(now, width)
        });
        self.absorb_starts(span, 1, now);
        span.number
    }

    fn begin(&mut self, now: Tick, width: Duration) -> Span {
        self.buckets.retain(|bucket| !bucket.is_over(now));
        while self.is_taken(self.next, now) && !self.all_are_taken(now) {
            self.next = self.next.next();
        }
        let span = Span {
            number: self.next,
            from: now,
            until: now.after(width),
        };
        self.buckets.push(Bucket::new(span));
        self.next = self.next.next();
        self.filling = true;
        span
    }

    /// The bucket that calls begin in now.
    #[inline]
    pub(super) fn current(&self, now: Tick) -> Option<Span> {
        let last = self.buckets.last().filter(|_| self.filling)?;
        (now < last.span.until).then_some(last.span)
    }

    /// The bucket of a call that is on its way.
    #[inline]
    pub(super) fn bucket_of(&self, number: Number, began: Tick) -> Option<Span> {
        let mut spans = self.buckets.iter().rev().map(|bucket| bucket.span);
        spans.find(|span| span.holds(number, began))
    }

    #[inline]
    fn bucket_mut(&mut self, number: Number, began: Tick) -> Option<&mut Bucket> {
        let mut buckets = self.buckets.iter_mut().rev();
        buckets.find(|bucket| bucket.span.holds(number, began))
    }

    /// Counts a call that ends; says what was added for it.
    #[inline]
    pub(super) fn leave(&mut self, number: Number, began: Tick) -> Option<Noticed> {
        let bucket = self.bucket_mut(number, began)?;
        bucket.calls -= 1;
        // If there are more of those than calls, one has ended as if it had not been noticed, and this
        // one stands for it.
        let its_own = began <= bucket.noticed_upto || bucket.in_flight() < bucket.noticed.into();
        if bucket.noticed == 0 || !its_own {
            return None;
        }
        bucket.noticed -= 1;
        let (span, failed) = (bucket.span, bucket.failed);
        Some(Noticed {
            place: self.take_place(span),
            failed,
        })
    }

    /// Where the latest sample stands that was added for a call of this bucket.
    fn take_place(&mut self, span: Span) -> Option<Place> {
        let at = self.places.iter().rposition(|(of, _)| *of == span)?;
        Some(self.places.remove(at).1)
    }

    /// Takes in calls that started in a bucket, the last of them not before `last`.
    #[inline]
    pub(super) fn absorb_starts(&mut self, span: Span, calls: u32, last: Tick) {
        self.restore(span);
        if let Some(bucket) = self.bucket_mut(span.number, span.from) {
            bucket.calls += i64::from(calls);
            bucket.last = bucket.last.max(last);
        }
    }

    /// Makes sure that the bucket is there: it may have been over when nobody knew yet that one more
    /// call had begun in it.
    fn restore(&mut self, span: Span) {
        if self.bucket_mut(span.number, span.from).is_none() {
            let before = |other: &Bucket| other.span.from <= span.from;
            let at = self.buckets.partition_point(before);
            self.buckets.insert(at, Bucket::new(span));
        }
    }

    /// Takes in calls of a bucket that have ended as fast successes.
    #[inline]
    pub(super) fn absorb_ends(&mut self, span: Span, calls: u32) {
        self.restore(span);
        if let Some(bucket) = self.bucket_mut(span.number, span.from) {
            bucket.calls -= i64::from(calls);
        }
    }

    /// Takes note of the noticed calls that have ended meanwhile as if they had not been.
    #[inline]
    pub(super) fn absorbed(&mut self) {
        for at in 0..self.buckets.len() {
            let bucket = &mut self.buckets[at];
            let ended = u64::from(bucket.noticed).saturating_sub(bucket.in_flight());
            // At most all that were noticed.
            bucket.noticed -= u32::try_from(ended).unwrap_or(0);
            let span = bucket.span;
            for _ in 0..ended {
                self.take_place(span);
            }
            self.surplus += ended;
        }
    }

    /// How many of the successes that are drained count for the window.
    #[inline]
    pub(super) fn without_surplus(&mut self, successes: u64) -> u64 {
        let left_out = self.surplus.min(successes);
        self.surplus -= left_out;
        successes - left_out
    }

    #[cfg(test)]
    pub(super) fn calls(&self) -> u64 {
        self.buckets.iter().map(Bucket::in_flight).sum()
    }

    /// The oldest calls that have been slow since some time and were not noticed yet: since when, and
    /// the beginning of their bucket.
    #[inline]
    pub(super) fn overdue(&self, now: Tick, slow_call: Duration) -> Option<(Span, Tick)> {
        let mut buckets = self.buckets.iter();
        let bucket = buckets.find(|bucket| bucket.unnoticed() > 0)?;
        let due = bucket.due(slow_call);
        (now >= due).then_some((bucket.span, due))
    }

    /// When calls become slow next, as far as is known now.
    #[inline]
    pub(super) fn next_due(&self, slow_call: Duration) -> Option<Tick> {
        let mut buckets = self.buckets.iter();
        let bucket = buckets.find(|bucket| bucket.unnoticed() > 0)?;
        Some(bucket.due(slow_call))
    }

    /// Takes note that one more call of this bucket was added as slow.
    #[inline]
    pub(super) fn notice(&mut self, span: Span, noticed: Noticed) {
        if let Some(bucket) = self.bucket_mut(span.number, span.from) {
            bucket.noticed += 1;
            bucket.noticed_upto = bucket.last;
            bucket.failed = noticed.failed;
            self.places.extend(noticed.place.map(|place| (span, place)));
        }
    }

    /// Forgets where samples stand, because their window is gone, or there never was one.
    pub(super) fn forget_samples(&mut self) {
        self.surplus = 0;
        self.places.clear();
    }

    /// Begins a new bucket with the next call, as its length has changed; unless every number is that
    /// of a bucket from which the new one is still to be told apart.
    #[inline]
    pub(super) fn change_length(&mut self, now: Tick) {
        self.filling &= self.all_are_taken(now);
    }

    fn all_are_taken(&self, now: Tick) -> bool {
        Number::all().all(|number| self.is_taken(number, now))
    }

    /// Whether calls of a bucket of this number may still begin.
    fn is_taken(&self, number: Number, now: Tick) -> bool {
        let same = |bucket: &Bucket| bucket.span.number == number && now < bucket.span.until;
        self.buckets.iter().any(same)
    }
}

#[cfg(test)]
mod tests;
