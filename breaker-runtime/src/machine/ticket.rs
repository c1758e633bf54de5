//! The ticket of an admitted call: what the machine must know when the call ends.

use crate::time::Tick;

/// The ticket of one admitted call: two words, because the future of every guarded function holds one.
///
/// ```text
///  63                 13    12     11  10        9        8         7           6         5      4    2   1  0
/// | generation (51 bits) | record |   | place | suspended | idle | not plain | unpolled | nesting | number | role |
/// ```
///
/// - `role` and `not plain`: the [`Role`]. Both are zero for a plain call that runs, so its bits are the generation
///   alone.
/// - `number`: the [`BucketNumber`] of the bucket in which a [`Role::Tracked`] call is counted; the [`ProbeNumber`] of a
///   [`Role::Probe`].
/// - `idle`, `unpolled`: the call's future waits to be polled; if `unpolled`, for the first time. The guard sets them.
/// - `nesting`: calls that this one makes through the same breaker belong to it (R7). Implies `not plain`.
/// - `place`: the call holds one of the places of `max_in_flight` (R31), and returns it when it ends.
/// - `suspended`: a nesting call waits to be polled, so nothing that runs belongs to it now.
/// - `record`: a recorder gets to know how the call ends. No ticket has bit 11, which marks recorded breakers in the word
///   of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    bits: u64,
    /// When the call began.
    ///
    /// A [`Role::Call`] reads the clock at its start only if latencies are recorded. Otherwise the stamp is when the
    /// call was first pending, or [`NEVER`].
    stamp: u64,
}

/// What the end of a call can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A call of a closed circuit.
    Call,
    /// A call of a closed circuit that is counted in flight.
    Tracked,
    /// One of the probes of a half-open circuit.
    Probe,
    /// A call that decides nothing: only an override or shadow admitted it, or it belongs to an enclosing probe.
    Uncounted,
}

/// The generation begins at this bit, in a ticket and in the word of the gate.
pub(crate) const GENERATION_SHIFT: u32 = 13;

const ROLE: u64 = NOT_PLAIN | 0b11;
const TRACKED: u64 = NOT_PLAIN | 0b01;
const PROBE: u64 = NOT_PLAIN | 0b10;
const UNCOUNTED: u64 = NOT_PLAIN | 0b11;
/// The bit that the roles of a probe and of an uncounted call have in common.
const PROBE_OR_UNCOUNTED: u64 = PROBE & UNCOUNTED & !NOT_PLAIN;
const NOT_PLAIN: u64 = 1 << 7;
const NUMBER_SHIFT: u32 = 2;
const NUMBERS: u8 = 0b111;
const IDLE: u64 = 1 << 8;
const UNPOLLED: u64 = 1 << 6;
const NESTING: u64 = 1 << 5;
const SUSPENDED: u64 = 1 << 9;
const PLACE: u64 = 1 << 10;
const RECORD: u64 = 1 << 12;
/// What [`is_marked`](Ticket::is_marked) looks for.
const MARKS: u64 = NESTING | PLACE | PROBE_OR_UNCOUNTED | RECORD;
/// In place of a number, the mark of an uncounted call that shadow has admitted.
const WITHHELD: u64 = 1 << NUMBER_SHIFT;
/// The stamp of a plain call that has none.
const NEVER: u64 = u64::MAX;

/// The number of a bucket of calls in flight: eight numbers, used in turn, distinguish successive buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct BucketNumber(u8);

impl BucketNumber {
    pub(crate) fn next(self) -> Self {
        Self(self.0.wrapping_add(1) & NUMBERS)
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..=NUMBERS).map(Self)
    }

    pub(crate) fn index(self) -> usize {
        self.0.into()
    }

    #[expect(clippy::cast_possible_truncation, reason = "three bits are left")]
    pub(crate) fn from_bits(number: u64) -> Self {
        Self(number as u8 & NUMBERS)
    }
}

/// The number of a probe among those that began at the same instant; eight at most are distinguished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProbeNumber(u8);

impl ProbeNumber {
    pub(crate) const LAST: Self = Self(NUMBERS);

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..=NUMBERS).map(Self)
    }
}

impl Ticket {
    /// Makes the ticket of a plain call: one of a closed circuit that counts no calls in flight.
    #[inline]
    pub(crate) fn call(generation: u64) -> Self {
        Self {
            bits: generation << GENERATION_SHIFT,
            stamp: NEVER,
        }
    }

    /// Makes the ticket of a call that is counted in flight.
    pub(crate) fn tracked(generation: u64, bucket: BucketNumber, began: Tick) -> Self {
        let bucket = u64::from(bucket.0) << NUMBER_SHIFT;
        Self::with(generation, bucket | TRACKED, began)
    }

    pub(crate) fn probe(generation: u64, number: ProbeNumber, began: Tick) -> Self {
        let number = u64::from(number.0) << NUMBER_SHIFT;
        Self::with(generation, number | PROBE, began)
    }

    pub(crate) fn uncounted(generation: u64, began: Tick) -> Self {
        Self::with(generation, UNCOUNTED, began)
    }

    /// Makes the ticket of a call that would have been rejected without shadow (R30).
    pub(crate) fn withheld(generation: u64, began: Tick) -> Self {
        Self::with(generation, UNCOUNTED | WITHHELD, began)
    }

    /// Returns whether the call would have been rejected without shadow.
    pub(crate) fn is_withheld(self) -> bool {
        self.bits & (ROLE | WITHHELD) == UNCOUNTED | WITHHELD
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

    pub(crate) fn bucket(self) -> BucketNumber {
        BucketNumber::from_bits(self.bits >> NUMBER_SHIFT)
    }

    /// Returns the number of a probe.
    pub(crate) fn probe_number(self) -> ProbeNumber {
        ProbeNumber(BucketNumber::from_bits(self.bits >> NUMBER_SHIFT).0)
    }

    /// Returns the bits, which can be compared with the word of the gate.
    #[inline]
    pub(crate) fn bits(self) -> u64 {
        self.bits
    }

    /// Returns the bits that a plain call would have, if this call is counted in flight.
    ///
    /// For any other ticket the result is different from the bits of every plain call.
    #[inline]
    pub(crate) fn bits_if_tracked(self) -> u64 {
        (self.bits & !(u64::from(NUMBERS) << NUMBER_SHIFT)) ^ TRACKED
    }

    /// Returns when the call began, if that is known.
    pub(crate) fn began(self) -> Option<Tick> {
        (self.role() != Role::Call).then(|| Tick::from_nanos(self.stamp))
    }

    /// Returns when the call began, in nanoseconds. The call must be counted in flight.
    #[inline]
    pub(crate) fn tracked_since(self) -> u64 {
        self.stamp
    }

    /// Returns whether the call is known to have run for at least `limit` nanoseconds.
    #[inline]
    pub(crate) fn lasted(self, limit: u64, now: Tick) -> bool {
        let lasted = now.as_nanos().saturating_sub(self.stamp);
        self.role() != Role::Call && lasted >= limit
    }

    /// Returns when the call began or, if that is not known, when it was first pending.
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

    /// Marks a call that was admitted while its breaker rejects others: nested calls belong to it.
    ///
    /// With the mark it is not a plain call, whose end the gate would let pass.
    pub(crate) fn set_nesting(&mut self) {
        self.bits |= NESTING | NOT_PLAIN;
    }

    /// Returns the ticket as it was before [`set_nesting`](Self::set_nesting).
    pub(crate) fn without_nesting(self) -> Self {
        let not_plain = if self.role() == Role::Call {
            NOT_PLAIN
        } else {
            0
        };
        Self {
            bits: self.bits & !(NESTING | SUSPENDED | not_plain),
            ..self
        }
    }

    /// Marks a call that holds a place among those of `max_in_flight`.
    ///
    /// With the mark it equals no word of the gate, which would let its end pass.
    #[inline]
    pub(crate) fn set_place(&mut self) {
        self.bits |= PLACE;
    }

    pub(crate) fn holds_place(self) -> bool {
        self.bits & PLACE != 0
    }

    /// Returns the ticket as it was before [`set_place`](Self::set_place).
    pub(crate) fn without_place(mut self) -> Self {
        self.bits &= !PLACE;
        self
    }

    /// Marks a call of a recorded breaker.
    ///
    /// With the mark it equals no word of the gate, which would let its end pass.
    #[cfg(feature = "rehearsal")]
    pub(crate) fn set_record(&mut self) {
        self.bits |= RECORD;
    }

    #[cfg(feature = "rehearsal")]
    pub(crate) fn is_recorded(self) -> bool {
        self.bits & RECORD != 0
    }

    /// Returns whether [`RECORD`] is the only one of the [`MARKS`].
    #[cfg(feature = "rehearsal")]
    #[inline]
    pub(crate) fn is_recorded_only(self) -> bool {
        self.bits & MARKS == RECORD
    }

    /// Returns the ticket as it was before [`set_record`](Self::set_record).
    #[cfg(feature = "rehearsal")]
    pub(crate) fn without_record(mut self) -> Self {
        self.bits &= !RECORD;
        self
    }

    /// Returns what distinguishes the call for the machine, together with the stamp.
    #[cfg(feature = "rehearsal")]
    pub(crate) fn identity(self) -> u64 {
        let generation = self.bits >> GENERATION_SHIFT << GENERATION_SHIFT;
        let role = match self.role() {
            Role::Call => 0,
            Role::Tracked => TRACKED,
            Role::Probe => PROBE,
            Role::Uncounted => UNCOUNTED,
        };
        let numbers = match self.role() {
            Role::Call => 0,
            _ => self.bits & (u64::from(NUMBERS) << NUMBER_SHIFT),
        };
        generation | role | numbers
    }

    /// Returns whether the end of the call concerns more than its outcome: it is a nesting call, holds a place, is a
    /// probe or an uncounted call, or is recorded.
    ///
    /// It is one test, because the end of every call makes it that the gate does not let pass.
    #[inline]
    pub(crate) fn is_marked(self) -> bool {
        self.bits & MARKS != 0
    }

    #[inline]
    pub(crate) fn is_nesting(self) -> bool {
        self.bits & NESTING != 0
    }

    /// Marks a nesting call whose future waits to be polled.
    pub(crate) fn suspend(&mut self) {
        self.bits |= SUSPENDED;
    }

    /// Returns whether this is a nesting call whose future waits to be polled.
    ///
    /// It is one bit, because every poll of every guarded future reads it.
    #[inline]
    pub(crate) fn is_suspended(self) -> bool {
        self.bits & SUSPENDED != 0
    }

    /// Marks a call whose future waits to be polled.
    #[inline]
    pub(crate) fn mark_idle(&mut self) {
        self.bits |= IDLE;
    }

    /// Marks a call whose future waits to be polled for the first time.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn mark_idle_unpolled(&mut self) {
        self.bits |= IDLE | UNPOLLED;
    }

    pub(crate) fn is_unpolled(self) -> bool {
        self.bits & UNPOLLED != 0
    }

    /// Removes the marks of a call that waits to be polled.
    #[inline]
    pub(crate) fn mark_running(&mut self) {
        self.bits &= !(IDLE | UNPOLLED | SUSPENDED);
    }

    pub(crate) fn is_idle(self) -> bool {
        self.bits & IDLE != 0
    }
}
