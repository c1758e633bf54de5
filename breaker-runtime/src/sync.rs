//! The one door to the primitives of concurrency, so that a model checker can stand in for them: with
//! `--cfg breaker_loom` it is loom, which runs every interleaving that its bounds allow.

pub(crate) use std::sync::atomic::Ordering;
pub(crate) use std::sync::{Arc, PoisonError, Weak};

#[cfg(all(test, breaker_loom))]
pub(crate) use loom::sync::atomic::{AtomicU64, AtomicUsize};
#[cfg(all(test, breaker_loom))]
pub(crate) use loom::sync::{Mutex, MutexGuard, RwLock};
#[cfg(not(all(test, breaker_loom)))]
pub(crate) use std::sync::atomic::{AtomicU64, AtomicUsize};
#[cfg(not(all(test, breaker_loom)))]
pub(crate) use std::sync::{Mutex, MutexGuard, RwLock};

/// What a `static` of this crate needs: it is there before any model and after it.
pub(crate) mod fixed {
    pub(crate) use std::sync::atomic::AtomicBool;
    use std::sync::{Mutex as Lock, MutexGuard, PoisonError};

    /// A lock of a `static`.
    #[derive(Debug)]
    pub(crate) struct Mutex<T>(Lock<T>);

    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(Lock::new(value))
        }

        /// Takes the lock, whatever happened to its last holder.
        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

/// Takes the lock, whatever happened to its last holder.
///
/// No user code runs under any lock of this crate, so a poisoned one still guards a whole value.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
