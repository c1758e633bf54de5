//! The registry in force on a thread: that of a test, or the global one.

use std::cell::RefCell;

use super::by_name::Registry;
use crate::sync::Ordering;
use crate::sync::fixed::AtomicU64;

/// The number of strict test registries.
static STRICT: AtomicU64 = AtomicU64::new(0);

/// The number of registries that were entered so far; identifies entries.
static ENTRIES: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The registries entered on this thread, the innermost last.
    static CURRENT: RefCell<Vec<(u64, Registry)>> = const { RefCell::new(Vec::new()) };
}

/// Puts a registry in force on this thread; returns the number of the entry.
fn enter(registry: Registry) -> u64 {
    let entry = ENTRIES.fetch_add(1, Ordering::Relaxed);
    // A thread that is ending has lost its list; calls there use the global registry.
    let _ = CURRENT.try_with(|current| current.borrow_mut().push((entry, registry)));
    entry
}

/// Ends an entry.
fn leave(entry: u64) {
    // Guards may be dropped in any order, and on a thread that is ending and has lost its list.
    let left = CURRENT.try_with(|current| {
        let mut current = current.borrow_mut();
        let at = current.iter().position(|(other, _)| *other == entry);
        at.map(|at| current.remove(at))
    });
    drop(left);
}

/// Keeps a registry in force on this thread until it is dropped.
pub(crate) struct Entered(u64);

impl Entered {
    pub(crate) fn new(registry: Registry) -> Self {
        Self(enter(registry))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        leave(self.0);
    }
}

/// Returns the registry of the innermost test that is entered on this thread.
pub(crate) fn innermost() -> Option<Registry> {
    let innermost = |current: &RefCell<Vec<(u64, Registry)>>| {
        let current = current.borrow();
        current.last().map(|(_, registry)| registry.clone())
    };
    CURRENT.try_with(innermost).ok().flatten()
}

/// Makes calls through the global registry panic until [`end_strict`].
pub(crate) fn begin_strict() {
    STRICT.fetch_add(1, Ordering::SeqCst);
}

pub(crate) fn end_strict() {
    STRICT.fetch_sub(1, Ordering::SeqCst);
}

/// Returns the registry that an annotated function on this thread uses, if it is not the global one.
#[track_caller]
pub(crate) fn registry_for(name: &str) -> Option<Registry> {
    let current = innermost();
    if current.is_none() {
        check_strict(name);
    }
    current
}

/// Panics if a call is about to use the global registry while a test is strict.
#[track_caller]
pub(crate) fn check_strict(name: &str) {
    assert!(
        STRICT.load(Ordering::SeqCst) == 0,
        "`{name}` was called outside of every test registry, while one is strict"
    );
}
