//! Nesting calls: calls that run on this thread while their breaker rejects others, and the calls that they make (R7).
//!
//! A nesting call is a probe, or one that a ramp admitted. If its body calls through the same breaker again, that nested
//! call belongs to it. If the breaker rejected the nested call, the probe of a healthy dependency would fail, and the
//! circuit of a recursive function would never close. The rule holds only for the generation in which the nesting call
//! was admitted.

use std::any::Any;
use std::cell::RefCell;

use crate::sync::Weak;

#[cfg(not(all(test, breaker_loom)))]
thread_local! {
    /// One entry for each nesting call that runs now, the innermost last.
    static NESTING: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
}

#[cfg(all(test, breaker_loom))]
loom::thread_local! {
    static NESTING: RefCell<Vec<Entry>> = RefCell::new(Vec::new());
}

/// One nesting call. Calls of the same breaker and generation are interchangeable.
#[derive(Clone)]
struct Entry {
    breaker: BreakerId,
    generation: u64,
    /// Keeps the address from being reused.
    address: Weak<dyn Any + Send + Sync>,
}

/// The address of a breaker's shared part, which identifies it while an entry keeps the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BreakerId(pub(crate) usize);

/// Records that a nesting call runs from now on.
#[cold]
#[inline(never)]
pub(crate) fn begin(breaker: BreakerId, generation: u64, address: Weak<dyn Any + Send + Sync>) {
    let entry = Entry {
        breaker,
        generation,
        address,
    };
    // A thread that is ending has lost its list. Its nested calls are treated like any other call.
    let _ = NESTING.try_with(|list| list.borrow_mut().push(entry));
}

/// Records that a nesting call no longer runs: it has ended, or its future is pending.
#[cold]
#[inline(never)]
pub(crate) fn end(breaker: BreakerId, generation: u64) {
    let _ = NESTING.try_with(|list| {
        let mut list = list.borrow_mut();
        let same = |it: &Entry| (it.breaker, it.generation) == (breaker, generation);
        let at = list.iter().rposition(same);
        at.map(|at| list.remove(at))
    });
}

/// Returns the latest generation in which a nesting call of this breaker was admitted that runs on this thread.
#[inline]
pub(crate) fn generation(breaker: BreakerId) -> Option<u64> {
    let latest = NESTING.try_with(|list| {
        let list = list.borrow();
        let own = list.iter().filter(|it| it.breaker == breaker);
        own.map(|it| it.generation).max()
    });
    latest.ok().flatten()
}

/// The calls that run on one thread, to be carried to another.
#[derive(Clone, Default)]
pub(crate) struct Nesting(Vec<Entry>);

impl Nesting {
    /// Returns the calls that run on this thread.
    pub(crate) fn current() -> Self {
        let list = NESTING.try_with(|list| list.borrow().clone());
        Self(list.unwrap_or_default())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Runs `run` as if these calls ran on this thread.
    pub(crate) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        struct Leave<'a>(&'a Nesting);

        impl Drop for Leave<'_> {
            fn drop(&mut self) {
                for entry in &self.0.0 {
                    end(entry.breaker, entry.generation);
                }
            }
        }

        for entry in &self.0 {
            let address = Weak::clone(&entry.address);
            begin(entry.breaker, entry.generation, address);
        }
        let _leave = Leave(self);
        run()
    }
}
