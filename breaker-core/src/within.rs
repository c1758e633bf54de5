//! Which calls run on this thread that were let through while their breaker refuses others.
//!
//! What such a call does belongs to it, and so does a further call of the same breaker: refused, it would
//! be the failure of a probe whose dependency is well, and a circuit whose function calls itself would
//! never close.

use std::cell::RefCell;

use crate::core::Core;

#[cfg(not(all(test, breaker_loom)))]
thread_local! {
    /// The breakers of those calls, the innermost last.
    static WITHIN: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

#[cfg(all(test, breaker_loom))]
loom::thread_local! {
    static WITHIN: RefCell<Vec<usize>> = RefCell::new(Vec::new());
}

/// Notes that such a call runs from now on.
#[cold]
#[inline(never)]
pub(crate) fn begin(core: &Core) {
    // A thread that is ending has no list any more: its calls are refused as those of any other.
    let _ = WITHIN.try_with(|within| within.borrow_mut().push(address(core)));
}

/// Notes that it does not run any more: it has ended, or its future is pending.
#[cold]
#[inline(never)]
pub(crate) fn end(core: &Core) {
    let _ = WITHIN.try_with(|within| {
        let mut within = within.borrow_mut();
        let last = within.iter().rposition(|it| *it == address(core));
        last.map(|last| within.remove(last))
    });
}

/// Whether such a call of this breaker runs on this thread.
pub(crate) fn runs(core: &Core) -> bool {
    let found = WITHIN.try_with(|within| within.borrow().contains(&address(core)));
    found.unwrap_or(false)
}

/// What tells breakers apart: a call on the list keeps its own alive.
fn address(core: &Core) -> usize {
    std::ptr::from_ref(core).addr()
}
