//! The published summary of the machine: what most calls need to know, without its lock.

use std::time::Duration;

use crate::machine::Stance;
use crate::sync::{AtomicU64, Ordering};
use crate::time::{Tick, nanos};

/// Periods at least this long are measured with the coarse clock.
const COARSE_FROM: Duration = Duration::from_millis(100);

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
///  63                      3   2    1 0
/// | generation              | fine | mode |
/// ```
///
/// `mode` is one of the constants below; `fine` asks for the precise clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u64);

const CLOSED: u64 = 0;
const CLOSED_LOUD: u64 = 1;
const OPEN: u64 = 2;
const CONSULT: u64 = 3;
const MODE: u64 = 0b11;
const FINE: u64 = 0b100;
const GENERATION_SHIFT: u32 = 3;

impl Word {
    fn new(generation: u64, flags: u64) -> Self {
        Self((generation << GENERATION_SHIFT) | flags)
    }

    pub(crate) fn generation(self) -> u64 {
        self.0 >> GENERATION_SHIFT
    }

    /// Whether every call passes.
    #[inline]
    pub(crate) fn admits(self) -> bool {
        self.0 & MODE <= CLOSED_LOUD
    }

    pub(crate) fn is_open(self) -> bool {
        self.0 & MODE == OPEN
    }

    pub(crate) fn is_fine(self) -> bool {
        self.0 & FINE != 0
    }

    /// Whether a success of a call of this generation changes nothing.
    #[inline]
    pub(crate) fn is_clean(self, generation: u64) -> bool {
        self.0 == (generation << GENERATION_SHIFT) | CLOSED
    }
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self {
            word: AtomicU64::new(Word::new(0, CLOSED).0),
            until: AtomicU64::new(0),
            period: AtomicU64::new(0),
        }
    }

    /// Pairs with the store in [`Gate::publish`].
    #[inline]
    pub(crate) fn word(&self) -> Word {
        Word(self.word.load(Ordering::Acquire))
    }

    /// Returns the rest of the open period, or `None` if it has passed; to be called after
    /// [`Gate::word`] said that it is open.
    ///
    /// A coarse clock lags behind the one that began the period: the rest is never more than all.
    pub(crate) fn time_left(&self, now: Tick) -> Option<Duration> {
        let until = Tick::from_nanos(self.until.load(Ordering::Relaxed));
        let period = Duration::from_nanos(self.period.load(Ordering::Relaxed));
        (now < until).then(|| until.since(now).min(period))
    }

    /// Publishes; only the holder of the machine's lock may call it.
    pub(crate) fn publish(&self, generation: u64, stance: Stance) {
        let flags = match stance {
            Stance::Closed { quiet: true } => CLOSED,
            Stance::Closed { quiet: false } => CLOSED_LOUD,
            Stance::Open { period, until } => {
                self.until.store(until.as_nanos(), Ordering::Relaxed);
                self.period.store(nanos(period), Ordering::Relaxed);
                let fine = period < COARSE_FROM;
                OPEN | if fine { FINE } else { 0 }
            }
            Stance::Consult => CONSULT,
        };
        let word = Word::new(generation, flags);
        self.word.store(word.0, Ordering::Release);
    }
}

#[cfg(test)]
mod tests;
