//! The ring in which one thread leaves events, and what an event is.
//!
//! If a ring is full, its thread drops a block of events and counts the calls among them.

use once_cell::sync::OnceCell;

use super::thread_slots::default_slice;
use crate::sync::{AtomicU64, Ordering};
use crate::time::Tick;
use crate::values::{End, FailureKind};

/// The number of events in a ring.
pub(super) const ROOM: usize = 8192;
/// The number of events that are dropped in a row.
pub(super) const DROPPED_IN_A_ROW: u64 = 1024;

/// Which call of a breaker an event concerns: its ticket, as far as the machine distinguishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CallMark {
    pub(crate) bits: u64,
    /// When the call began for the machine.
    pub(crate) stamp: u64,
}

/// What happened to a call of a recorded breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallEvent {
    /// The id of the breaker, which is not zero.
    pub(crate) source: u64,
    pub(crate) at: Tick,
    pub(crate) kind: CallEventKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallEventKind {
    Began(CallMark),
    Ended {
        mark: CallMark,
        end: End,
        /// Whether the call was dropped while it was pending.
        dropped: bool,
        /// The hint in nanoseconds.
        hint: Option<u64>,
    },
    Rejected,
}

/// The events of one slot, in order.
///
/// The thread that owns the slot writes all fields but `taken`, which the recorder writes. The lock of the pool of slots
/// passes a ring on to the next owner.
#[derive(Default)]
#[repr(align(128))]
pub(super) struct Ring {
    /// Allocated when the thread first leaves an event.
    events: OnceCell<Box<[Cell; ROOM]>>,
    /// The number of events that were written. A `Release` store publishes the events.
    written: AtomicU64,
    /// How many events may be written before the writer looks at `taken` again; 0 while it drops events.
    known_room: AtomicU64,
    /// The number of events to drop.
    dropping: AtomicU64,
    /// The number of calls whose end was dropped.
    pub(super) dropped_calls: AtomicU64,
    pub(super) dropped_blocks: AtomicU64,
    /// The number of events that the recorder has read. A `Release` store gives their cells back.
    taken: AtomicU64,
}

/// An event in four words: what it is and of which breaker, the mark of the call, and the instant.
#[derive(Default)]
#[repr(align(32))]
struct Cell([AtomicU64; 4]);

fn new_cells() -> Box<[Cell; ROOM]> {
    let Ok(cells) = default_slice(ROOM).try_into() else {
        unreachable!("there are as many cells as there is room for")
    };
    cells
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the remainder is small")]
fn cell(events: &[Cell; ROOM], nth: u64) -> &Cell {
    &events[nth as usize % ROOM]
}

impl Cell {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a recorded call does it twice")]
    fn store(&self, event: [u64; 4]) {
        for (word, value) in self.0.iter().zip(event) {
            word.store(value, Ordering::Relaxed);
        }
    }

    fn load(&self) -> [u64; 4] {
        [0, 1, 2, 3].map(|word: usize| self.0[word].load(Ordering::Relaxed))
    }
}

/// An event as it is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left(pub(super) [u64; 4]);

impl Left {
    #[inline]
    pub(super) fn began(source: u64, mark: CallMark, now: Tick) -> Self {
        Self([head(BEGAN, source), mark.bits, mark.stamp, now.as_nanos()])
    }

    #[inline]
    pub(super) fn ended(source: u64, mark: CallMark, end: End, dropped: bool, now: Tick) -> Self {
        let dropped = if dropped { DROPPED } else { 0 };
        let head = head(ENDED, source) | (code(end) << END_SHIFT) | dropped;
        Self([head, mark.bits, mark.stamp, now.as_nanos()])
    }

    #[inline]
    pub(super) fn rejected(source: u64, now: Tick) -> Self {
        Self([head(REJECTED, source), 0, 0, now.as_nanos()])
    }

    /// Returns whether a call is missing if the event is dropped.
    pub(super) fn is_call(self) -> bool {
        self.0[0] & KIND != BEGAN
    }
}

fn head(kind: u64, source: u64) -> u64 {
    kind | (source << SOURCE_SHIFT)
}

const KIND: u64 = 0xff;
const BEGAN: u64 = 1;
const ENDED: u64 = 2;
const REJECTED: u64 = 3;
/// The hint of the end that follows.
const HINT: u64 = 4;
const DROPPED: u64 = 1 << 16;
const SOURCE_SHIFT: u32 = 20;
/// The largest id of a breaker. A thousand new keys a second reach it after 500 years.
pub(super) const LAST_SOURCE: u64 = u64::MAX >> SOURCE_SHIFT;
const END_SHIFT: u32 = 8;

/// The ends of calls by their codes.
const ENDS: [End; 10] = [
    End::Success,
    End::Failure(FailureKind::Returned),
    End::Failure(FailureKind::Panicked),
    End::Failure(FailureKind::TimedOut),
    End::Failure(FailureKind::Dropped),
    End::Failure(FailureKind::Slow),
    End::Failure(FailureKind::Silent),
    End::Trip,
    End::Ignored,
    End::Cancelled,
];

fn code(end: End) -> u64 {
    match end {
        End::Success => 0,
        End::Failure(kind) => 1 + kind as u64,
        End::Trip => 7,
        End::Ignored => 8,
        End::Cancelled => 9,
    }
}

impl Ring {
    /// Adds an event, with its hint in front; returns whether to wake the recorder.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "a recorded call does it twice")]
    pub(super) fn push(&self, hint: Option<u64>, event: Left) -> bool {
        let written = self.written.load(Ordering::Relaxed);
        let next = written + 1 + u64::from(hint.is_some());
        let events = self.events.get();
        if let Some(events) = events.filter(|_| next <= self.known_room.load(Ordering::Relaxed)) {
            self.write(events, written, next, hint, event);
            return false;
        }
        let Left([head, bits, stamp, at]) = event;
        self.push_after_look(hint, head, bits, stamp, at)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as for `push`")]
    fn write(
        &self,
        events: &[Cell; ROOM],
        written: u64,
        next: u64,
        hint: Option<u64>,
        event: Left,
    ) {
        if let Some(hint) = hint {
            cell(events, written).store([HINT, hint, 0, 0]);
        }
        cell(events, next - 1).store(event.0);
        self.written.store(next, Ordering::Release);
    }

    /// Looks whether the recorder has made room, and adds or drops the event.
    ///
    /// The next look is when the ring is half full, and one more when it is full. It takes the words one by one: an array
    /// would be in memory, also for the calls that do not get here.
    #[cold]
    #[inline(never)]
    fn push_after_look(
        &self,
        hint: Option<u64>,
        head: u64,
        bits: u64,
        stamp: u64,
        at: u64,
    ) -> bool {
        const HALF: u64 = ROOM as u64 / 2;
        let event = Left([head, bits, stamp, at]);
        let written = self.written.load(Ordering::Relaxed);
        let next = written + 1 + u64::from(hint.is_some());
        let dropping = self.dropping.load(Ordering::Relaxed);
        let taken = self.taken.load(Ordering::Acquire);
        if dropping > 0 || next - taken > ROOM as u64 {
            if dropping == 0 {
                add(&self.dropped_blocks, 1);
            }
            let left = dropping.checked_sub(1).unwrap_or(DROPPED_IN_A_ROW - 1);
            self.dropping.store(left, Ordering::Relaxed);
            self.known_room.store(0, Ordering::Relaxed);
            add(&self.dropped_calls, u64::from(event.is_call()));
            return true;
        }
        let half_full = next - taken > HALF;
        let room = if half_full { ROOM as u64 } else { HALF };
        self.known_room.store(taken + room, Ordering::Relaxed);
        let events = self.events.get_or_init(new_cells);
        self.write(events, written, next, hint, event);
        half_full
    }

    pub(super) fn take(&self, mut each: impl FnMut(CallEvent)) {
        let Some(events) = self.events.get() else {
            return;
        };
        let written = self.written.load(Ordering::Acquire);
        let mut hint = None;
        for nth in self.taken.load(Ordering::Relaxed)..written {
            let [head, bits, stamp, at] = cell(events, nth).load();
            if head == HINT {
                hint = Some(bits);
                continue;
            }
            let mark = CallMark { bits, stamp };
            let kind = match head & KIND {
                BEGAN => CallEventKind::Began(mark),
                ENDED => CallEventKind::Ended {
                    mark,
                    end: end(head >> END_SHIFT),
                    dropped: head & DROPPED != 0,
                    hint: hint.take(),
                },
                _ => CallEventKind::Rejected,
            };
            each(CallEvent {
                source: head >> SOURCE_SHIFT,
                at: Tick::from_nanos(at),
                kind,
            });
        }
        self.taken.store(written, Ordering::Release);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "one byte is left")]
fn end(code: u64) -> End {
    ENDS.get(usize::from(code as u8))
        .copied()
        .unwrap_or(End::Cancelled)
}

/// Adds to a counter, as its only writer.
fn add(counter: &AtomicU64, more: u64) {
    counter.store(counter.load(Ordering::Relaxed) + more, Ordering::Relaxed);
}
