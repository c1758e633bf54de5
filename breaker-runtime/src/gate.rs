//! The published summary of the machine: what most calls need to know, without its lock.

use std::num::NonZeroU64;
use std::time::Duration;

use crate::machine::{GENERATION_SHIFT, Stance, Ticket};
use crate::sync::{AtomicU64, Ordering};
use crate::time::{Tick, nanos};

/// Durations at least this long are measured with the coarse clock.
const COARSE_FROM: Duration = Duration::from_millis(100);

/// Whether a duration is too short for the coarse clock.
pub(crate) fn needs_precision(duration: Duration) -> bool {
    duration < COARSE_FROM
}

/// What is published of a machine's [`Stance`].
///
/// Written only under the lock of the machine, read by every call.
#[derive(Debug)]
pub(crate) struct Gate {
    /// The [`Word`]. A `Release` store publishes the machine's decision together with `until`; the
    /// `Acquire` loads are those of [`Gate::word`].
    word: AtomicU64,
    /// When an open circuit has to be asked again, in ticks. Only meaningful beside an open word;
    /// a reader may see the value of a later opening, which then is the one in force.
    until: AtomicU64,
    /// How long that period is, in nanoseconds; read and written like `until`.
    period: AtomicU64,
}

/// The gate's word.
///
/// ```text
///  63                                 10   9    8         7      6      5         4       3         2      1    0
/// | generation, of which 54 bits remain |   | measured | quick | fine | watched | timed | tallied | loud | mode |
/// ```
///
/// `mode` is closed, open, or "ask the machine". Of a closed circuit: `loud` says that a success
/// ends a row of failures, `tallied` that it belongs into a window, `timed` into one of time;
/// `watched` that calls in flight are counted. `fine` asks for the precise clock. Of an open circuit,
/// `quick` says that the system's coarse clock is all that has to be asked. `measured`, which has nothing to
/// do with the mode, says that it is kept how long calls take.
///
/// In the word of a closed circuit in which nothing of this holds only the generation remains, and
/// the ticket of a plain call has the same bits, and no other ticket that a success comes with: one
/// comparison says that its success changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u64);

const OPEN: u64 = 0b01;
const ASK: u64 = 0b10;
const MODE: u64 = 0b11;
const LOUD: u64 = 1 << 2;
const TALLIED: u64 = 1 << 3;
const TIMED: u64 = 1 << 4;
const WATCHED: u64 = 1 << 5;
const FINE: u64 = 1 << 6;
const QUICK: u64 = 1 << 7;
const MEASURED: u64 = 1 << 8;

impl Word {
    fn new(generation: u64, flags: u64) -> Self {
        Self((generation << GENERATION_SHIFT) | flags)
    }

    #[inline]
    pub(crate) fn generation(self) -> u64 {
        self.0 >> GENERATION_SHIFT
    }

    /// Whether every call passes.
    #[inline]
    pub(crate) fn is_closed(self) -> bool {
        self.0 & MODE == 0
    }

    /// Whether the machine has to be asked about every call.
    pub(crate) fn asks(self) -> bool {
        self.0 & MODE == ASK
    }

    pub(crate) fn is_open(self) -> bool {
        self.0 & MODE == OPEN
    }

    /// Whether it is open, and a call can be refused by the system's coarse clock.
    pub(crate) fn refuses_quickly(self) -> bool {
        self.0 & QUICK != 0
    }

    /// Whether every call passes and nobody wants to know when it began.
    #[inline]
    pub(crate) fn admits(self) -> bool {
        self.0 & (MODE | WATCHED | MEASURED) == 0
    }

    /// Whether calls in flight are counted.
    pub(crate) fn is_watched(self) -> bool {
        self.0 & (MODE | WATCHED) == WATCHED
    }

    /// Whether a success belongs into a window.
    pub(crate) fn is_tallied(self) -> bool {
        self.0 & (MODE | TALLIED) == TALLIED
    }

    /// Whether that window is one of time.
    pub(crate) fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }

    /// Whether the success of a plain call of this generation is for a tally at most: the circuit is
    /// closed, no success ends a row of failures, and nobody wants to know how long it took.
    pub(crate) fn is_calm_for(self, ticket: Ticket) -> bool {
        self.calm() == ticket.bits()
    }

    /// The same for a call that is counted among those in flight.
    pub(crate) fn is_calm_for_watched(self, ticket: Ticket) -> bool {
        self.calm() == ticket.bits_but_for_watch()
    }

    fn calm(self) -> u64 {
        self.0 & !(TALLIED | TIMED | WATCHED | FINE)
    }

    /// The same word of a breaker that does not keep how long calls take.
    pub(crate) fn unmeasured(self) -> Self {
        Self(self.0 & !MEASURED)
    }

    pub(crate) fn is_fine(self) -> bool {
        self.0 & FINE != 0
    }

    /// Whether it is kept how long calls take.
    pub(crate) fn is_measured(self) -> bool {
        self.0 & MEASURED != 0
    }

    /// Whether a success of this call changes nothing.
    #[inline]
    pub(crate) fn is_clean(self, ticket: Ticket) -> bool {
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

    /// Pairs with the store in [`Gate::publish`].
    #[inline]
    pub(crate) fn word(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    /// Returns the rest of the open period in nanoseconds, or `None` if it has passed; to be called
    /// after [`Gate::word`] said that it is open.
    ///
    /// A coarse clock lags behind the one that began the period: the rest is never more than all.
    #[inline]
    pub(crate) fn time_left(&self, now: Tick) -> Option<NonZeroU64> {
        let until = self.until.load(Ordering::Relaxed);
        let period = self.period.load(Ordering::Relaxed);
        let left = until.saturating_sub(now.as_nanos());
        NonZeroU64::new(left.min(period))
    }

    /// Publishes; only the holder of the machine's lock may call it. Whether calls may be refused quickly is for
    /// the breaker to say, as far as the period does not ask for the precise clock.
    #[inline]
    pub(crate) fn publish(&self, generation: u64, stance: Stance, measured: bool, quick: bool) {
        let flag = |holds: bool, flag: u64| if holds { flag } else { 0 };
        let flags = match stance {
            Stance::Closed {
                loud,
                tallied,
                timed,
                watched,
                precise,
            } => {
                flag(loud, LOUD)
                    | flag(tallied, TALLIED)
                    | flag(timed, TIMED)
                    | flag(watched, WATCHED)
                    | flag(precise, FINE)
            }
            Stance::Open { period, until } => {
                self.until.store(until.as_nanos(), Ordering::Relaxed);
                self.period.store(nanos(period), Ordering::Relaxed);
                let precise = needs_precision(period);
                OPEN | flag(precise, FINE) | flag(quick && !precise, QUICK)
            }
            Stance::Ask => ASK,
        };
        let word = Word::new(generation, flags | flag(measured, MEASURED));
        self.word.store(word.0, Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
