//! Which calls run on this thread that were let through while their breaker refuses others.
//!
//! What such a call does belongs to it, and so does a further call of the same breaker: refused, it would
//! be the failure of a probe whose dependency is well, and a circuit whose function calls itself would
//! never close. It holds for the stay in which the call was let through, and not for a later one.

use std::cell::RefCell;

use crate::core::Core;
use crate::machine::Ticket;

#[cfg(not(all(test, breaker_loom)))]
thread_local! {
    /// One entry for each of those calls, the innermost last.
    static WITHIN: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

#[cfg(all(test, breaker_loom))]
loom::thread_local! {
    static WITHIN: RefCell<Vec<Entry>> = RefCell::new(Vec::new());
}

/// Two calls of one breaker and one generation stand for the same.
#[derive(PartialEq, Eq)]
struct Entry {
    /// The address, which tells breakers apart: a call that runs keeps its own alive.
    breaker: usize,
    generation: u64,
}

impl Entry {
    fn new(core: &Core, ticket: Ticket) -> Self {
        Self {
            breaker: address(core),
            generation: ticket.generation(),
        }
    }
}

/// Notes that such a call runs from now on.
#[cold]
#[inline(never)]
pub(crate) fn begin(core: &Core, ticket: Ticket) {
    let entry = Entry::new(core, ticket);
    // A thread that is ending has no list any more: its calls are refused as those of any other.
    let _ = WITHIN.try_with(|within| within.borrow_mut().push(entry));
}

/// Notes that it does not run any more: it has ended, or its future is pending.
#[cold]
#[inline(never)]
pub(crate) fn end(core: &Core, ticket: Ticket) {
    let entry = Entry::new(core, ticket);
    let _ = WITHIN.try_with(|within| {
        let mut within = within.borrow_mut();
        let last = within.iter().rposition(|it| *it == entry);
        last.map(|last| within.remove(last))
    });
}

/// The latest generation of this breaker of which such a call runs on this thread.
#[inline]
pub(crate) fn generation(core: &Core) -> Option<u64> {
    let latest = WITHIN.try_with(|within| {
        let within = within.borrow();
        let own = within.iter().filter(|it| it.breaker == address(core));
        own.map(|it| it.generation).max()
    });
    latest.ok().flatten()
}

fn address(core: &Core) -> usize {
    std::ptr::from_ref(core).addr()
}
