//! The calls of a closed circuit that are still on their way, for as long as slow calls matter.
//!
//! A call that hangs has to count before it returns, so somebody has to know that it is there. The
//! memory is that of the most calls in flight at once; it does not grow with their number.

use std::time::Duration;

use crate::time::Tick;
use crate::window::Place;

/// Where a call stands in the list.
pub(crate) type Slot = u32;

#[derive(Debug, Default)]
pub(super) struct InFlight {
    slots: Vec<Entry>,
    /// Slots that are free to be taken.
    free: Vec<Slot>,
    /// Those that no one has noticed yet, by the time of their start: the first and the last.
    oldest: Option<Slot>,
    youngest: Option<Slot>,
}

#[derive(Debug)]
struct Entry {
    began: Tick,
    noticed: Option<Noticed>,
    /// Neighbours in the order of starts, while it is not noticed.
    older: Option<Slot>,
    younger: Option<Slot>,
}

impl Entry {
    fn new(now: Tick) -> Self {
        Self {
            began: now,
            noticed: None,
            older: None,
            younger: None,
        }
    }
}

/// What was added for a call while it was in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Noticed {
    /// Where its sample stands, if there is a window.
    pub(super) place: Option<Place>,
    /// Whether it was added as a failure already.
    pub(super) failed: bool,
}

impl InFlight {
    pub(super) fn enter(&mut self, now: Tick) -> Slot {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Entry::new(now));
            // More calls in flight than this do not fit into memory.
            Slot::try_from(self.slots.len() - 1).unwrap_or(Slot::MAX)
        });
        self.slots[slot as usize] = Entry {
            older: self.youngest,
            ..Entry::new(now)
        };
        match self.youngest.replace(slot) {
            Some(before) => self.slots[before as usize].younger = Some(slot),
            None => self.oldest = Some(slot),
        }
        slot
    }

    /// Takes a call off the list; says what was added for it.
    pub(super) fn leave(&mut self, slot: Slot) -> Option<Noticed> {
        let noticed = self.slots[slot as usize].noticed;
        if noticed.is_none() {
            self.unlink(slot);
        }
        self.free.push(slot);
        noticed
    }

    /// The oldest call that has run for so long and was not noticed yet, and since when it has.
    pub(super) fn overdue(&self, now: Tick, slow_call: Duration) -> Option<(Slot, Tick)> {
        let oldest = self.oldest?;
        let due = self.slots[oldest as usize].began.after(slow_call);
        (now >= due).then_some((oldest, due))
    }

    /// Forgets where samples stand, because their window is gone.
    pub(super) fn forget_places(&mut self) {
        for entry in &mut self.slots {
            if let Some(noticed) = &mut entry.noticed {
                noticed.place = None;
            }
        }
    }

    pub(super) fn notice(&mut self, slot: Slot, noticed: Noticed) {
        self.unlink(slot);
        self.slots[slot as usize].noticed = Some(noticed);
    }

    fn unlink(&mut self, slot: Slot) {
        let Entry { older, younger, .. } = self.slots[slot as usize];
        match older {
            Some(older) => self.slots[older as usize].younger = younger,
            None => self.oldest = younger,
        }
        match younger {
            Some(younger) => self.slots[younger as usize].older = older,
            None => self.youngest = older,
        }
    }
}
