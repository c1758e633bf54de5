//! The right to run one call, as the machine knows it.

use crate::time::Tick;

/// The right to run one call: two words, because the future of every guarded function holds one.
///
/// ```text
///  63                                 10        9         8       7          6        5   4      2  1  0
/// | generation, of which 54 bits remain | parked | resting | other | unpolled | within | bucket | role |
/// ```
///
/// `bucket` is the [`Bucket`] of calls in flight that a [`Role::Tracked`] is counted in. `resting` and
/// `unpolled` are for the guard of a future. `within` says that what it does belongs to it, as
/// [`within`](crate::within) has it; and `parked` that it is such a one and is resting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    bits: u64,
    /// When it began. Of a [`Role::Call`], for which nobody asks the clock unless the length of calls is
    /// measured, the first time that it was pending.
    stamp: u64,
}

/// What the end of a call may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A call of a closed circuit.
    Call,
    /// The same, counted among those in flight.
    Tracked,
    /// One of the probes of a half-open circuit.
    Probe,
    /// A call that only an override let through: it decides nothing.
    Uncounted,
}

/// Below it the generation begins, here as in the word of the gate.
pub(crate) const GENERATION_SHIFT: u32 = 10;

const ROLE: u64 = OTHER | 0b11;
const TRACKED: u64 = OTHER | 0b01;
const PROBE: u64 = OTHER | 0b10;
const UNCOUNTED: u64 = OTHER | 0b11;
const OTHER: u64 = 1 << 7;
const BUCKET_SHIFT: u32 = 2;
const BUCKETS: u8 = 0b111;
const IDLE: u64 = 1 << 8;
const UNPOLLED: u64 = 1 << 6;
const NESTING: u64 = 1 << 5;
const SUSPENDED: u64 = 1 << 9;
/// Not stamped; a call only has this for a stamp.
const NEVER: u64 = u64::MAX;

/// Tells buckets apart that were begun one after another: eight numbers, used in turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket(u8);

impl Bucket {
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1) & BUCKETS)
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..=BUCKETS).map(Self)
    }

    pub(crate) fn number(self) -> usize {
        self.0.into()
    }

    #[expect(clippy::cast_possible_truncation, reason = "three bits are left")]
    pub(crate) fn from_number(number: u64) -> Self {
        Self(number as u8 & BUCKETS)
    }
}

impl Ticket {
    /// A call of a closed circuit, about which nothing else is known.
    #[inline]
    pub(crate) fn call(generation: u64) -> Self {
        Self {
            bits: generation << GENERATION_SHIFT,
            stamp: NEVER,
        }
    }

    /// A call that is counted among those in flight.
    pub(crate) fn tracked(generation: u64, bucket: Bucket, began: Tick) -> Self {
        let bucket = u64::from(bucket.0) << BUCKET_SHIFT;
        Self::with(generation, bucket | TRACKED, began)
    }

    pub(crate) fn probe(generation: u64, began: Tick) -> Self {
        Self::with(generation, PROBE, began)
    }

    pub(crate) fn uncounted(generation: u64, began: Tick) -> Self {
        Self::with(generation, UNCOUNTED, began)
    }

    fn with(generation: u64, low: u64, at: Tick) -> Self {
        Self {
            bits: (generation << GENERATION_SHIFT) | low,
            stamp: at.as_nanos(),
        }
    }

    pub(crate) fn generation(self) -> u64 {
        self.bits >> GENERATION_SHIFT
    }

    pub(crate) fn role(self) -> Role {
        match self.bits & ROLE {
            TRACKED => Role::Tracked,
            PROBE => Role::Probe,
            UNCOUNTED => Role::Uncounted,
            _ => Role::Call,
        }
    }

    pub(crate) fn bucket(self) -> Bucket {
        Bucket::from_number(self.bits >> BUCKET_SHIFT)
    }

    /// The bits, to be compared with the word of the gate.
    #[inline]
    pub(crate) fn bits(self) -> u64 {
        self.bits
    }

    /// The bits of a plain call, if this is one that is counted among those in flight; else no such bits.
    #[inline]
    pub(crate) fn bits_if_tracked(self) -> u64 {
        (self.bits & !(u64::from(BUCKETS) << BUCKET_SHIFT)) ^ TRACKED
    }

    /// When it began, if that is known.
    pub(crate) fn began(self) -> Option<Tick> {
        (self.role() != Role::Call).then(|| Tick::from_nanos(self.stamp))
    }

    /// The stamp of one of which it is known that it is counted among those in flight: when it began.
    #[inline]
    pub(crate) fn tracked_since(self) -> u64 {
        self.stamp
    }

    /// Whether the call has run for so many nanoseconds, as far as is known.
    #[inline]
    pub(crate) fn lasted(self, limit: u64, now: Tick) -> bool {
        let lasted = now.as_nanos().saturating_sub(self.stamp);
        self.role() != Role::Call && lasted >= limit
    }

    /// When it began or, if that is not known, since when it has been pending.
    pub(crate) fn stamped(self) -> Option<Tick> {
        let stamped = self.stamp != NEVER || self.role() != Role::Call;
        stamped.then(|| Tick::from_nanos(self.stamp))
    }

    #[inline]
    pub(crate) fn stamp(&mut self, now: Tick) {
        *self = Self {
            stamp: now.as_nanos().min(NEVER - 1),
            ..*self
        };
    }

    /// Marks it as one of a breaker that refuses others. It is not taken for a plain call then, whose
    /// end the gate lets pass.
    pub(crate) fn set_nesting(&mut self) {
        self.bits |= NESTING | OTHER;
    }

    /// The same without that mark.
    pub(crate) fn without_nesting(self) -> Self {
        let other = if self.role() == Role::Call { OTHER } else { 0 };
        Self {
            bits: self.bits & !(NESTING | SUSPENDED | other),
            ..self
        }
    }

    #[inline]
    pub(crate) fn is_nesting(self) -> bool {
        self.bits & NESTING != 0
    }

    /// Marks it as one of those whose future is waiting to be polled.
    pub(crate) fn suspend(&mut self) {
        self.bits |= SUSPENDED;
    }

    /// Whether it is one of those. A bit of its own: every poll of every guarded future asks.
    #[inline]
    pub(crate) fn is_suspended(self) -> bool {
        self.bits & SUSPENDED != 0
    }

    /// Marks it as one whose future is waiting to be polled.
    #[inline]
    pub(crate) fn mark_idle(&mut self) {
        self.bits |= IDLE;
    }

    /// Marks it as one whose future is waiting to be polled for the first time.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn mark_idle_unpolled(&mut self) {
        self.bits |= IDLE | UNPOLLED;
    }

    pub(crate) fn is_unpolled(self) -> bool {
        self.bits & UNPOLLED != 0
    }

    /// Takes those marks off.
    #[inline]
    pub(crate) fn mark_running(&mut self) {
        self.bits &= !(IDLE | UNPOLLED | SUSPENDED);
    }

    pub(crate) fn is_idle(self) -> bool {
        self.bits & IDLE != 0
    }
}
