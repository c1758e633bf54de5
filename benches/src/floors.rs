//! The floors: the least that a breaker must do which decides by itself, in safe code.
//!
//! A floor loads a word that all threads share before and after the body, counts in counters that its thread owns, and
//! reads a clock where time matters. It has no settings, no name, no totals for others and no events, and nothing closes
//! its circuit again.

use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use rustix::time::{ClockId, clock_gettime};

use crate::ours::KEYS;
use crate::{Answer, BAD, Error, async_body, body, poll};

/// What all threads share of one circuit.
#[derive(Debug)]
#[repr(align(128))]
struct Circuit {
    /// 0 while the circuit is closed.
    word: AtomicU64,
    /// When the open period ends, in nanoseconds.
    until: AtomicU64,
    /// How many failures in a row open the circuit.
    threshold: u64,
}

static CLOSED: Circuit = Circuit::new(5);
static FAILING: Circuit = Circuit::new(u64::MAX);
static OPEN: Circuit = Circuit::new(5);

/// What a thread owns.
struct Counts {
    successes: AtomicU64,
    failures: AtomicU64,
    /// The number of successes when the thread last failed: a row of failures has ended once there are more.
    successes_before_failure: AtomicU64,
    row: AtomicU64,
    rejections: AtomicU64,
    /// Successes in the window, or in the present tenth of it.
    samples: AtomicU64,
    /// The word under which they count: a circuit that has changed its state begins a new window.
    samples_of: AtomicU64,
    /// When the present tenth ends, in nanoseconds.
    tenth_until: AtomicU64,
    starts: AtomicU64,
    ends: AtomicU64,
    slow: AtomicU64,
    /// Calls by the number of bits of their duration.
    durations: [AtomicU64; 64],
    /// Successes by key.
    by_key: [AtomicU64; PLACES],
}

thread_local! {
    static OWN: Counts = const {
        Counts {
            successes: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            successes_before_failure: AtomicU64::new(0),
            row: AtomicU64::new(0),
            rejections: AtomicU64::new(0),
            samples: AtomicU64::new(0),
            samples_of: AtomicU64::new(0),
            tenth_until: AtomicU64::new(0),
            starts: AtomicU64::new(0),
            ends: AtomicU64::new(0),
            slow: AtomicU64::new(0),
            durations: [const { AtomicU64::new(0) }; 64],
            by_key: [const { AtomicU64::new(0) }; PLACES],
        }
    };
}

const SECOND: u64 = 1_000_000_000;

/// Opens after failures in a row.
#[inline(never)]
pub fn closed(value: u64) -> Answer {
    let word = CLOSED.admit()?;
    let answer = body(value);
    CLOSED.end(word, &answer, |own| add(&own.successes));
    answer
}

/// Opens after failures in a row; async.
#[inline(never)]
pub fn closed_async(value: u64) -> Answer {
    poll(async {
        let word = CLOSED.admit()?;
        let answer = async_body(value).await;
        CLOSED.end(word, &answer, |own| add(&own.successes));
        answer
    })
}

/// Opens by the share of failures among calls, of which the thread counts its own.
#[inline(never)]
pub fn count_window(value: u64) -> Answer {
    let word = CLOSED.admit()?;
    let answer = body(value);
    CLOSED.end(word, &answer, |own| {
        own.sample(word);
        add(&own.successes);
    });
    answer
}

/// Opens by the share of failures in the last ten seconds.
#[inline(never)]
pub fn time_window(value: u64) -> Answer {
    let word = CLOSED.admit()?;
    let answer = body(value);
    CLOSED.end(word, &answer, |own| {
        let now = read(ClockId::MonotonicCoarse);
        if now >= own.tenth_until.load(Relaxed) {
            own.begin_tenth(now);
        }
        own.sample(word);
        add(&own.successes);
    });
    answer
}

/// Takes the time of each call, and counts those in flight.
#[inline(never)]
pub fn slow_call(value: u64) -> Answer {
    let word = CLOSED.admit()?;
    let began = read(ClockId::MonotonicCoarse);
    OWN.with(|own| add(&own.starts));
    let answer = body(value);
    CLOSED.end(word, &answer, |own| {
        let lasted = read(ClockId::MonotonicCoarse).saturating_sub(began);
        add(&own.ends);
        if lasted >= SECOND {
            add(&own.slow);
        }
        add(&own.successes);
    });
    answer
}

/// Keeps how long each call takes.
#[inline(never)]
pub fn latency(value: u64) -> Answer {
    let word = CLOSED.admit()?;
    let began = read(ClockId::Monotonic);
    let answer = body(value);
    CLOSED.end(word, &answer, |own| {
        let lasted = read(ClockId::Monotonic).saturating_sub(began);
        add(&own.durations[(lasted | 1).ilog2() as usize]);
        add(&own.successes);
    });
    answer
}

/// Has a circuit for each key.
#[inline(never)]
pub fn keyed(value: u64) -> Answer {
    let (place, circuit) = find(KEYS[(value % 16) as usize])?;
    let word = circuit.admit()?;
    let answer = body(value);
    circuit.end(word, &answer, |own| add(&own.by_key[place]));
    answer
}

/// Fails at each call and never opens the circuit.
#[inline(never)]
pub fn failing(_: u64) -> Answer {
    let word = FAILING.admit()?;
    let answer = body(BAD);
    FAILING.end(word, &answer, |own| add(&own.successes));
    answer
}

/// Is rejected, once [`trip`] has been called.
#[inline(never)]
pub fn open(value: u64) -> Answer {
    if OPEN.word.load(Acquire) != 0 {
        let until = OPEN.until.load(Relaxed);
        if read(ClockId::MonotonicCoarse) < until {
            OWN.with(|own| add(&own.rejections));
            return Err(Error::Rejected);
        }
    }
    body(value)
}

/// Opens the circuit of [`open`] for an hour.
pub fn trip() {
    let now = read(ClockId::Monotonic);
    OPEN.until.store(now + 3_600 * SECOND, Relaxed);
    OPEN.word.store(1, Release);
}

impl Circuit {
    const fn new(threshold: u64) -> Self {
        Self {
            word: AtomicU64::new(0),
            until: AtomicU64::new(0),
            threshold,
        }
    }

    #[inline]
    fn admit(&self) -> Result<u64, Error> {
        let word = self.word.load(Acquire);
        if word == 0 {
            Ok(word)
        } else {
            Err(Error::Rejected)
        }
    }

    /// Counts the end of a call that was admitted under `word`.
    #[inline]
    fn end(&self, word: u64, answer: &Answer, succeed: impl FnOnce(&Counts)) {
        if self.word.load(Acquire) == word {
            OWN.with(|own| {
                if answer.is_ok() {
                    succeed(own);
                } else if own.fail() == self.threshold {
                    self.word.store(1, Release);
                }
            });
        }
    }
}

impl Counts {
    /// Counts a failure; returns how many there are in a row.
    #[inline]
    fn fail(&self) -> u64 {
        add(&self.failures);
        let successes = self.successes.load(Relaxed);
        let before = self.successes_before_failure.load(Relaxed);
        let row = if successes == before {
            self.row.load(Relaxed) + 1
        } else {
            1
        };
        self.successes_before_failure.store(successes, Relaxed);
        self.row.store(row, Relaxed);
        row
    }

    /// Counts a sample of the window that has begun with `word`.
    #[inline]
    fn sample(&self, word: u64) {
        if self.samples_of.load(Relaxed) != word {
            self.begin_window(word);
        }
        add(&self.samples);
    }

    #[cold]
    fn begin_window(&self, word: u64) {
        self.samples_of.store(word, Relaxed);
        self.samples.store(0, Relaxed);
    }

    #[cold]
    fn begin_tenth(&self, now: u64) {
        self.tenth_until.store(now + SECOND, Relaxed);
        self.samples.store(0, Relaxed);
    }
}

/// Adds one to a counter that only this thread writes.
#[inline]
fn add(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed) + 1, Relaxed);
}

#[inline]
#[expect(clippy::cast_sign_loss, reason = "a monotonic clock is never negative")]
fn read(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    time.tv_sec as u64 * SECOND + time.tv_nsec as u64
}

/// The places of the table of keys, four for each key.
const PLACES: usize = 64;

/// The circuits by key, at the first free place from that of the key's hash on.
static BY_KEY: LazyLock<[Option<(&str, Circuit)>; PLACES]> = LazyLock::new(|| {
    let mut places = [const { None }; PLACES];
    for key in KEYS {
        let mut place = hash(key);
        while places[place].is_some() {
            place = (place + 1) % PLACES;
        }
        places[place] = Some((key, Circuit::new(5)));
    }
    places
});

#[inline]
fn find(key: &str) -> Result<(usize, &'static Circuit), Error> {
    let mut place = hash(key);
    while let Some((found, circuit)) = &BY_KEY[place] {
        if *found == key {
            return Ok((place, circuit));
        }
        place = (place + 1) % PLACES;
    }
    Err(Error::Rejected)
}

/// Returns the place for a key by its last eight bytes and its first one.
#[inline]
fn hash(key: &str) -> usize {
    let last = key
        .as_bytes()
        .last_chunk()
        .copied()
        .map_or(0, u64::from_le_bytes);
    let first = key.as_bytes().first().copied().map_or(0, u64::from);
    let mixed = (last ^ (first << 56)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 58) as usize
}
