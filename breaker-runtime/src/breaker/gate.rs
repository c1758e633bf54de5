//! The published summary of the machine: what most calls need to know, readable without the lock.

use std::num::NonZeroU64;

use crate::machine::{GENERATION_SHIFT, GateState, Ticket, Wait};
use crate::sync::{AtomicU64, Ordering};
use crate::time::{Tick, nanos, needs_precise_clock};

/// The published form of a machine's [`GateState`].
///
/// Only the holder of the machine's lock writes it; every call reads it.
#[derive(Debug)]
pub(crate) struct Gate {
    /// The [`Word`]. A `Release` store publishes the machine's decision together with `until`; it pairs with the
    /// `Acquire` load in [`Gate::word`].
    word: AtomicU64,
    /// When the open period ends, in ticks. It has a meaning only together with an open word. A reader may see the
    /// value of a later opening, which is then in force. With a held word, when the circuit stops waiting.
    until: AtomicU64,
    /// The length of the open period in nanoseconds; read and written like `until`. With a held word, until when another
    /// instance may go on probing, in ticks; 0 if that is unknown.
    period: AtomicU64,
}

/// The gate's word.
///
/// ```text
///  63                 13   12, 11     10     9         8            7            6         5          4           3        2      1    0
/// | generation (51 bits) | recorded |   | limited | latency | coarse_reject | precise | in_flight | time_window | sampled | streak | mode |
/// ```
///
/// `mode` is closed, open, "ask the machine", or held: open, while another instance of the fleet probes. The other flags mean:
///
/// - `streak` (closed): a success ends a row of failures.
/// - `sampled` (closed): a success is a sample of a window.
/// - `time_window` (closed): the window is a time window.
/// - `in_flight` (closed): calls in flight are counted.
/// - `precise`: durations are too short for the coarse clock.
/// - `coarse_reject` (open): a rejection needs nothing but the system's coarse clock.
/// - `latency` (independent of the mode): call durations are recorded.
/// - `limited` (independent of the mode): a call needs one of the places of `max_in_flight`.
/// - `recorded` (independent of the mode): a recorder gets to know of every call. The second bit is the flag `limited` then,
///   and the first is one that no ticket has.
///
/// If the mode is closed and no flag is set, the word is the generation alone. The ticket of a plain call has the same
/// bits, and no other ticket has. So one comparison shows that a success changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u64);

const OPEN: u64 = 0b01;
const ASK: u64 = 0b10;
const HELD: u64 = 0b11;
const MODE: u64 = 0b11;
const STREAK: u64 = 1 << 2;
const SAMPLED: u64 = 1 << 3;
const TIME_WINDOW: u64 = 1 << 4;
const IN_FLIGHT: u64 = 1 << 5;
const PRECISE: u64 = 1 << 6;
const COARSE_REJECT: u64 = 1 << 7;
const LATENCY: u64 = 1 << 8;
const LIMITED: u64 = 1 << 9;
const RECORDED: u64 = 1 << 11;
/// In place of `LIMITED`, for a breaker that is recorded.
const RECORDED_LIMITED: u64 = 1 << 12;

/// The flags of a word that depend on the settings alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SettingFlags(u16);

impl SettingFlags {
    pub(crate) fn new(latency: bool, limited: bool, recorded: bool) -> Self {
        let limited = flag(limited, if recorded { RECORDED_LIMITED } else { LIMITED });
        let flags = flag(latency, LATENCY) | limited | flag(recorded, RECORDED);
        Self(u16::try_from(flags).unwrap_or_default())
    }
}

fn flag(holds: bool, flag: u64) -> u64 {
    if holds { flag } else { 0 }
}

impl Word {
    fn new(generation: u64, flags: u64) -> Self {
        Self((generation << GENERATION_SHIFT) | flags)
    }

    #[inline]
    pub(crate) fn generation(self) -> u64 {
        self.0 >> GENERATION_SHIFT
    }

    /// Returns whether every call is admitted.
    #[inline]
    pub(crate) fn is_closed(self) -> bool {
        self.0 & MODE == 0
    }

    /// Returns whether every call is admitted, and none needs a place.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn is_closed_without_limit(self) -> bool {
        self.0 & (MODE | LIMITED | RECORDED_LIMITED) == 0
    }

    pub(crate) fn is_open(self) -> bool {
        self.0 & MODE == OPEN
    }

    /// Returns whether the circuit is open while another instance of the fleet probes.
    pub(crate) fn is_held(self) -> bool {
        self.0 & MODE == HELD
    }

    /// Returns whether the circuit is open and a rejection needs nothing but the system's coarse clock.
    pub(crate) fn rejects_coarsely(self) -> bool {
        self.0 & COARSE_REJECT != 0
    }

    /// Returns whether every call is admitted without a clock reading.
    #[inline]
    pub(crate) fn admits(self) -> bool {
        self.0 & (MODE | IN_FLIGHT | LATENCY | LIMITED | RECORDED) == 0
    }

    /// Returns whether every call is admitted that the tally can count in flight.
    pub(crate) fn admits_tracked(self) -> bool {
        self.0 & (MODE | IN_FLIGHT | LIMITED | RECORDED) == IN_FLIGHT
    }

    /// Returns whether every call is admitted and none is counted in flight.
    #[cfg(any(feature = "rehearsal", feature = "tokio"))]
    pub(crate) fn admits_untracked(self) -> bool {
        self.0 & (MODE | IN_FLIGHT | LIMITED | RECORDED) == 0
    }

    /// Returns whether every call is admitted, and only its duration matters.
    pub(crate) fn admits_measured(self) -> bool {
        self.0 & (MODE | IN_FLIGHT | LIMITED | RECORDED | LATENCY) == LATENCY
    }

    /// Returns whether every call of a recorded breaker is admitted, and matters to nobody but the recorder.
    #[cfg(feature = "rehearsal")]
    pub(crate) fn admits_recorded(self) -> bool {
        self.0 & (MODE | IN_FLIGHT | RECORDED_LIMITED | RECORDED | LATENCY) == RECORDED
    }

    /// Returns whether a call needs a place, and the breaker is not recorded.
    pub(crate) fn is_limited(self) -> bool {
        self.0 & LIMITED != 0
    }

    /// Returns whether a call needs a place.
    #[cfg(any(test, feature = "rehearsal", feature = "tokio"))]
    pub(crate) fn takes_place(self) -> bool {
        self.0 & (LIMITED | RECORDED_LIMITED) != 0
    }

    /// Returns whether a recorder gets to know of every call.
    #[cfg(feature = "rehearsal")]
    pub(crate) fn is_recorded(self) -> bool {
        self.0 & RECORDED != 0
    }

    /// Returns this word without the flags of a recorded breaker.
    #[cfg(feature = "rehearsal")]
    pub(crate) fn without_recording(self) -> Self {
        Self(self.0 & !(RECORDED | RECORDED_LIMITED))
    }

    /// Returns this word without the flag `limited`, for a call that has returned its place.
    pub(crate) fn without_limit(self) -> Self {
        Self(self.0 & !LIMITED)
    }

    /// Returns whether the circuit is closed and calls in flight are counted.
    pub(crate) fn tracks_in_flight(self) -> bool {
        self.0 & (MODE | IN_FLIGHT) == IN_FLIGHT
    }

    /// Returns whether the circuit is closed and a success is a sample of a window.
    pub(crate) fn is_sampled(self) -> bool {
        self.0 & (MODE | SAMPLED) == SAMPLED
    }

    /// Returns whether the circuit is closed and has a time window.
    pub(crate) fn has_time_window(self) -> bool {
        self.0 & TIME_WINDOW != 0
    }

    /// Returns whether the success of this plain call needs the tally at most.
    ///
    /// That holds if the circuit is closed in the call's generation, no success ends a row of failures, and neither
    /// calls in flight nor latency are recorded. If calls in flight are, the machine has to notice first which of them
    /// have become slow.
    pub(crate) fn success_needs_tally_only(self, ticket: Ticket) -> bool {
        self.without_tally_flags() == ticket.bits()
    }

    /// Returns whether the success of this call, which is counted in flight, needs the tally at most.
    pub(crate) fn tracked_success_needs_tally_only(self, ticket: Ticket) -> bool {
        self.without_tally_flags() ^ IN_FLIGHT == ticket.bits_if_tracked()
    }

    fn without_tally_flags(self) -> u64 {
        self.0 & !(SAMPLED | TIME_WINDOW | PRECISE)
    }

    /// Returns this word without the flag `latency`.
    pub(crate) fn without_latency(self) -> Self {
        Self(self.0 & !LATENCY)
    }

    pub(crate) fn is_precise(self) -> bool {
        self.0 & PRECISE != 0
    }

    /// Returns whether call durations are recorded.
    pub(crate) fn measures_latency(self) -> bool {
        self.0 & LATENCY != 0
    }

    /// Returns whether the success of this call changes nothing but a counter.
    #[inline]
    pub(crate) fn success_is_free(self, ticket: Ticket) -> bool {
        self.0 == ticket.bits()
    }
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicU64::new(0),
            until: AtomicU64::new(0),
            period: AtomicU64::new(0),
        }
    }

    /// Returns the word; the load pairs with the store in [`Gate::publish`].
    #[inline]
    pub(crate) fn word(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    /// Returns the rest of the open period in nanoseconds, or `None` if it has passed.
    ///
    /// Call it only after [`Gate::word`] returned an open word. The rest is capped at the whole period, because a coarse
    /// clock lags behind the precise clock by which the period began.
    #[inline]
    pub(crate) fn time_left(&self, now: Tick) -> Option<NonZeroU64> {
        let until = self.until.load(Ordering::Relaxed);
        let period = self.period.load(Ordering::Relaxed);
        let left = until.saturating_sub(now.as_nanos());
        NonZeroU64::new(left.min(period))
    }

    /// Returns how long to wait for the probes of another instance in nanoseconds, or `None` if the circuit does not wait
    /// any more.
    ///
    /// Call it only after [`Gate::word`] returned a held word.
    pub(crate) fn probed_elsewhere_for(&self, now: Tick) -> Option<NonZeroU64> {
        let until = Tick::from_nanos(self.until.load(Ordering::Relaxed));
        let probed_until = Tick::from_nanos(self.period.load(Ordering::Relaxed));
        let wait = Wait {
            until,
            probed_until: Some(probed_until),
        };
        NonZeroU64::new(nanos(wait.retry_after(now)))
    }

    /// Publishes the state of the machine; only the holder of its lock may call this.
    ///
    /// `coarse_reject` states whether the breaker allows rejections by the system's coarse clock. They also require an
    /// open period that is long enough for that clock.
    #[inline]
    pub(crate) fn publish(
        &self,
        generation: u64,
        state: GateState,
        settings: SettingFlags,
        coarse_reject: bool,
    ) {
        let flags = match state {
            GateState::Closed {
                streak,
                sampled,
                time_window,
                in_flight,
                precise,
            } => {
                flag(streak, STREAK)
                    | flag(sampled, SAMPLED)
                    | flag(time_window, TIME_WINDOW)
                    | flag(in_flight, IN_FLIGHT)
                    | flag(precise, PRECISE)
            }
            GateState::Open { period, until } => {
                self.until.store(until.as_nanos(), Ordering::Relaxed);
                self.period.store(nanos(period), Ordering::Relaxed);
                let precise = needs_precise_clock(period);
                let recorded = u64::from(settings.0) & RECORDED != 0;
                let rejects_coarsely = coarse_reject && !precise && !recorded;
                OPEN | flag(precise, PRECISE) | flag(rejects_coarsely, COARSE_REJECT)
            }
            GateState::Held(wait) => self.publish_wait(wait),
            GateState::AskMachine => ASK,
        };
        let word = Word::new(generation, flags | u64::from(settings.0));
        self.word.store(word.0, Ordering::Release);
    }

    /// Stores how long the circuit waits for another instance; returns the mode of the word to publish.
    #[cold]
    fn publish_wait(&self, wait: Wait) -> u64 {
        let probed_until = wait.probed_until.map_or(0, Tick::as_nanos);
        self.until.store(wait.until.as_nanos(), Ordering::Relaxed);
        self.period.store(probed_until, Ordering::Relaxed);
        HELD
    }
}

#[cfg(test)]
mod tests;
