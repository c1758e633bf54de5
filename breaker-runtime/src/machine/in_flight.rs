//! The calls of a closed circuit that are in flight, counted while `slow_call` is set.
//!
//! A call that hangs must count before it returns (R19), so the machine must know that it exists. Calls are counted
//! by their start, in buckets that last an eighth of `slow_call`. The calls of a bucket become slow together, when
//! the last of them does; so each is noticed late by at most that eighth. A bucket is removed when its time has passed
//! and none of its calls is in flight.
//!
//! A bucket counts its calls and does not list them: they are interchangeable. In the sequences below `slow_call` is
//! 8 s, so a bucket lasts 1 s; the circuit has a window and a `slow_rate`, so a slow call is not yet a failure.
//!
//! # Noticed, then ended
//!
//! | time | what happens | calls | noticed | samples |
//! |--:|---|--:|--:|---|
//! | 0.0 s | A begins: a bucket from 0.0 s to 1.0 s | 1 | 0 | |
//! | 0.4 s | B begins in that bucket: it is due at 8.4 s | 2 | 0 | |
//! | 8.4 s | both are noticed: the window gets two slow samples | 2 | 2 | s0, s1 |
//! | 9.0 s | A fails: [`InFlight::leave`] returns s1, the latest, which is then marked as failed | 1 | 1 | s0 |
//! | 9.5 s | B succeeds: `leave` returns s0, to which nothing must be added | 0 | 0 | |
//!
//! Which of the two samples A gets does not matter: the window counts two slow calls and one failure either way.
//!
//! # A surplus: noticed, then tallied as fast
//!
//! A thread may read its clock just before its call becomes slow, be held up, and tally a fast success after the call
//! was noticed.
//!
//! | time | what happens | calls | noticed | samples | surplus |
//! |--:|---|--:|--:|---|--:|
//! | 0.0 s | A and B begin | 2 | 0 | | 0 |
//! | 8.0 s | both are noticed | 2 | 2 | s0, s1 | 0 |
//! | 8.1 s | a drain brings one end: one call is left, two are noticed | 1 | 2 | s0, s1 | 0 |
//! | | [`InFlight::absorbed`]: one noticed call has ended; its sample exists | 1 | 1 | s0 | 1 |
//! | | the drain brings one success: [`InFlight::subtract_surplus`] leaves none to add | 1 | 1 | s0 | 0 |
//!
//! So every call has one sample. This is why a drain brings ends and starts before samples.
//!
//! # `noticed_upto`: a shorter `slow_call`
//!
//! `slow_call` was 80 s and becomes 2 s while all eight bucket numbers are taken. So calls continue to begin in the old
//! bucket, which lasts from 0 s to 10 s.
//!
//! | time | what happens | calls | noticed | noticed up to |
//! |--:|---|--:|--:|--:|
//! | 0.0 s | A begins | 1 | 0 | |
//! | 2.0 s | A is noticed | 1 | 1 | 0.0 s |
//! | 3.0 s | B begins in the same bucket | 2 | 1 | 0.0 s |
//! | 3.1 s | B ends: it began after 0.0 s, so it was not noticed and gets its own sample | 1 | 1 | 0.0 s |
//!
//! Without `noticed_upto`, B would end as the slow call, and A would be noticed a second time.

use std::time::Duration;

use super::ticket::BucketNumber;
use super::window::SampleIndex;
use crate::time::Tick;

/// A bucket lasts one of this many parts of `slow_call`.
pub(super) const PARTS: u32 = 8;

/// The calls of a bucket: those with its number that began at `from` or later, and before `until`.
///
/// Buckets with the same number do not overlap. Buckets with different numbers may, if `slow_call` has changed: calls
/// that began before the change are still counted in buckets of the old length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) number: BucketNumber,
    pub(crate) from: Tick,
    pub(crate) until: Tick,
}

impl Span {
    fn contains(self, number: BucketNumber, began: Tick) -> bool {
        self.number == number && self.from <= began && began < self.until
    }
}

#[derive(Debug, Default)]
pub(super) struct InFlight {
    /// In the order in which they begin. A new call enters the last bucket or begins another.
    buckets: Vec<Bucket>,
    /// Whether the last bucket has the length that is in force.
    filling: bool,
    /// The number of the next bucket to begin.
    next: BucketNumber,
    /// The samples of noticed calls that may still be marked as failed, with the buckets of the calls.
    samples: Vec<(Span, SampleIndex)>,
    /// The number of drained successes whose calls have a sample already: that many are left out of the next samples.
    surplus: u64,
}

#[derive(Debug)]
struct Bucket {
    span: Span,
    /// When the last of its calls began.
    last: Tick,
    /// The number of its calls in flight. Signed, because an end may be absorbed before its start.
    calls: i64,
    /// The number of its calls in flight that were noticed.
    noticed: u32,
    /// When the last of the noticed calls began. Calls that began later were not noticed.
    noticed_upto: Tick,
    /// Whether the samples of the noticed calls were added as failures.
    failed: bool,
}

/// The sample and the failure that were added for a call while it was in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noticed {
    /// The call's sample, if there is a window and the sample may still be marked as failed.
    pub(super) sample: Option<SampleIndex>,
    /// Whether the call was added as a failure.
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

    /// Returns when its calls in flight become slow.
    fn due(&self, slow_call: Duration) -> Tick {
        self.last.after(slow_call)
    }

    fn is_over(&self, now: Tick) -> bool {
        self.in_flight() == 0 && self.noticed == 0 && now >= self.span.until
    }
}

impl InFlight {
    /// Counts a call that begins; returns the number of its bucket.
    pub(super) fn enter(&mut self, now: Tick, slow_call: Duration) -> BucketNumber {
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

    /// Returns the bucket that a call which begins at `now` enters, if it exists.
    #[inline]
    pub(super) fn current(&self, now: Tick) -> Option<Span> {
        let last = self.buckets.last().filter(|_| self.filling)?;
        (now < last.span.until).then_some(last.span)
    }

    /// Returns the bucket of a call in flight.
    #[inline]
    pub(super) fn bucket_of(&self, number: BucketNumber, began: Tick) -> Option<Span> {
        let mut spans = self.buckets.iter().rev().map(|bucket| bucket.span);
        spans.find(|span| span.contains(number, began))
    }

    #[inline]
    fn bucket_mut(&mut self, number: BucketNumber, began: Tick) -> Option<&mut Bucket> {
        let mut buckets = self.buckets.iter_mut().rev();
        buckets.find(|bucket| bucket.span.contains(number, began))
    }

    /// Counts a call that ends; returns what was added for it.
    #[inline]
    pub(super) fn leave(&mut self, number: BucketNumber, began: Tick) -> Option<Noticed> {
        let bucket = self.bucket_mut(number, began)?;
        bucket.calls -= 1;
        // If fewer calls are left than were noticed, a noticed call has ended as if it had not been noticed. The
        // sample of that call then serves for this one.
        let was_noticed =
            began <= bucket.noticed_upto || bucket.in_flight() < u64::from(bucket.noticed);
        if bucket.noticed == 0 || !was_noticed {
            return None;
        }
        bucket.noticed -= 1;
        let (span, failed) = (bucket.span, bucket.failed);
        Some(Noticed {
            sample: self.take_sample(span),
            failed,
        })
    }

    /// Removes and returns the latest sample that was added for a call of this bucket.
    fn take_sample(&mut self, span: Span) -> Option<SampleIndex> {
        let at = self.samples.iter().rposition(|(of, _)| *of == span)?;
        Some(self.samples.remove(at).1)
    }

    /// Adds calls that began in a bucket, none of them after `last`.
    #[inline]
    pub(super) fn absorb_starts(&mut self, span: Span, calls: u32, last: Tick) {
        self.restore(span);
        if let Some(bucket) = self.bucket_mut(span.number, span.from) {
            bucket.calls += i64::from(calls);
            bucket.last = bucket.last.max(last);
        }
    }

    /// Adds the bucket again if it was removed, which happens before a late start or end in it becomes known.
    fn restore(&mut self, span: Span) {
        if self.bucket_mut(span.number, span.from).is_none() {
            let before = |other: &Bucket| other.span.from <= span.from;
            let at = self.buckets.partition_point(before);
            self.buckets.insert(at, Bucket::new(span));
        }
    }

    /// Subtracts calls of a bucket that ended as fast successes.
    #[inline]
    pub(super) fn absorb_ends(&mut self, span: Span, calls: u32) {
        self.restore(span);
        if let Some(bucket) = self.bucket_mut(span.number, span.from) {
            bucket.calls -= i64::from(calls);
        }
    }

    /// Finds the noticed calls that have ended as fast successes, and adds them to the surplus.
    ///
    /// Call it after all ends and starts of a drain were absorbed.
    #[inline]
    pub(super) fn absorbed(&mut self) {
        for at in 0..self.buckets.len() {
            let bucket = &mut self.buckets[at];
            let ended = u64::from(bucket.noticed).saturating_sub(bucket.in_flight());
            // At most `noticed`, so it fits.
            bucket.noticed -= u32::try_from(ended).unwrap_or(0);
            let span = bucket.span;
            for _ in 0..ended {
                self.take_sample(span);
            }
            self.surplus += ended;
        }
    }

    /// Returns how many of the drained successes are new samples.
    #[inline]
    pub(super) fn subtract_surplus(&mut self, successes: u64) -> u64 {
        let left_out = self.surplus.min(successes);
        self.surplus -= left_out;
        successes - left_out
    }

    #[cfg(test)]
    pub(super) fn calls(&self) -> u64 {
        self.buckets.iter().map(Bucket::in_flight).sum()
    }

    /// Returns the oldest bucket with calls that have become slow and were not noticed, and when they became slow.
    #[inline]
    pub(super) fn overdue(&self, now: Tick, slow_call: Duration) -> Option<(Span, Tick)> {
        let mut buckets = self.buckets.iter();
        let bucket = buckets.find(|bucket| bucket.unnoticed() > 0)?;
        let due = bucket.due(slow_call);
        (now >= due).then_some((bucket.span, due))
    }

    /// Returns when the next calls become slow, as far as is known.
    #[inline]
    pub(super) fn next_due(&self, slow_call: Duration) -> Option<Tick> {
        let mut buckets = self.buckets.iter();
        let bucket = buckets.find(|bucket| bucket.unnoticed() > 0)?;
        Some(bucket.due(slow_call))
    }

    /// Records that one more call of this bucket was noticed as slow.
    #[inline]
    pub(super) fn notice(&mut self, span: Span, noticed: Noticed) {
        if let Some(bucket) = self.bucket_mut(span.number, span.from) {
            bucket.noticed += 1;
            bucket.noticed_upto = bucket.last;
            bucket.failed = noticed.failed;
            self.samples
                .extend(noticed.sample.map(|sample| (span, sample)));
        }
    }

    /// Forgets all samples, because no window contains them.
    pub(super) fn forget_samples(&mut self) {
        self.surplus = 0;
        self.samples.clear();
    }

    /// Makes the next call begin a bucket, because the length of buckets has changed.
    ///
    /// If all numbers are taken, the current bucket continues: a new one could not be distinguished from the old one
    /// with the same number.
    #[inline]
    pub(super) fn change_length(&mut self, now: Tick) {
        self.filling &= self.all_are_taken(now);
    }

    fn all_are_taken(&self, now: Tick) -> bool {
        BucketNumber::all().all(|number| self.is_taken(number, now))
    }

    /// Returns whether calls may still begin in a bucket with this number.
    fn is_taken(&self, number: BucketNumber, now: Tick) -> bool {
        let same = |bucket: &Bucket| bucket.span.number == number && now < bucket.span.until;
        self.buckets.iter().any(same)
    }
}

#[cfg(test)]
mod tests;
