//! Dropped calls that the program declares neutral.

use std::cell::Cell;

thread_local! {
    /// How many scopes that declare drops neutral run on this thread.
    static NEUTRAL: Cell<u32> = const { Cell::new(0) };
}

/// Returns whether a call that is dropped now, on this thread, is neutral.
pub(super) fn are_neutral() -> bool {
    NEUTRAL.try_with(|depth| depth.get() > 0).unwrap_or(false)
}

/// Runs `run`; calls that are dropped meanwhile on this thread are neutral.
pub(crate) fn as_neutral<R>(run: impl FnOnce() -> R) -> R {
    struct Leave;

    impl Drop for Leave {
        fn drop(&mut self) {
            let _ = NEUTRAL.try_with(|depth| depth.set(depth.get() - 1));
        }
    }

    let entered = NEUTRAL.try_with(|depth| depth.set(depth.get() + 1));
    let _leave = entered.is_ok().then_some(Leave);
    run()
}
