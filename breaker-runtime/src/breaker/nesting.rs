//! Calls that run on this thread while their breaker rejects others, and what they call in turn.
//!
//! Such a call is a probe, or one that a ramp admitted. If its body calls through the same breaker again, that
//! nested call belongs to it. Rejecting the nested call would fail the probe of a healthy dependency, and the
//! circuit of a recursive function would never close. The rule holds for the generation in which the outer call
//! was admitted, and for no later one.

use std::cell::RefCell;

#[cfg(not(all(test, breaker_loom)))]
thread_local! {
    /// One entry for each such call that runs now, the innermost last.
    static NESTING: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

#[cfg(all(test, breaker_loom))]
loom::thread_local! {
    static NESTING: RefCell<Vec<Entry>> = RefCell::new(Vec::new());
}

/// Two calls of one breaker and one generation are interchangeable.
#[derive(PartialEq, Eq)]
struct Entry {
    breaker: BreakerId,
    generation: u64,
}

/// The address of a breaker's shared part, which identifies it while a call keeps it alive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct BreakerId(pub(crate) usize);

/// Notes that such a call runs from now on.
#[cold]
#[inline(never)]
pub(crate) fn begin(breaker: BreakerId, generation: u64) {
    let entry = Entry {
        breaker,
        generation,
    };
    // A thread that is ending has lost its list: its nested calls are judged like any others.
    let _ = NESTING.try_with(|list| list.borrow_mut().push(entry));
}

/// Notes that such a call no longer runs: it has ended, or its future is pending.
#[cold]
#[inline(never)]
pub(crate) fn end(breaker: BreakerId, generation: u64) {
    let entry = Entry {
        breaker,
        generation,
    };
    let _ = NESTING.try_with(|list| {
        let mut list = list.borrow_mut();
        let last = list.iter().rposition(|it| *it == entry);
        last.map(|last| list.remove(last))
    });
}

/// Returns the latest generation of this breaker of which such a call runs on this thread.
#[inline]
pub(crate) fn generation(breaker: BreakerId) -> Option<u64> {
    let latest = NESTING.try_with(|list| {
        let list = list.borrow();
        let own = list.iter().filter(|it| it.breaker == breaker);
        own.map(|it| it.generation).max()
    });
    latest.ok().flatten()
}
