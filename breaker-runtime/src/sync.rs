//! The locks and atomics of breakers, imported in one module so that a model checker can replace them.
//!
//! With `--cfg breaker_loom` they are those of loom, which runs every interleaving that its bounds allow.

pub(crate) use std::sync::atomic::Ordering;
pub(crate) use std::sync::{Arc, PoisonError, Weak};

#[cfg(all(test, breaker_loom))]
pub(crate) use loom::sync::atomic::{AtomicU64, AtomicUsize};
#[cfg(all(test, breaker_loom))]
pub(crate) use loom::sync::{Mutex, MutexGuard, RwLock};
#[cfg(not(all(test, breaker_loom)))]
pub(crate) use std::sync::atomic::AtomicUsize;
#[cfg(not(all(test, breaker_loom)))]
pub(crate) use std::sync::{Mutex, MutexGuard, RwLock};

#[cfg(not(all(test, breaker_loom)))]
pub(crate) use self::fixed::AtomicU64;

#[cfg(not(target_has_atomic = "64"))]
mod missing;

/// Locks and atomics for a `static`, which exists before and after any model.
pub(crate) mod fixed {
    pub(crate) use std::sync::atomic::AtomicBool;
    #[cfg(target_has_atomic = "64")]
    pub(crate) use std::sync::atomic::AtomicU64;
    use std::sync::{Mutex as Lock, MutexGuard, PoisonError};

    #[cfg(not(target_has_atomic = "64"))]
    pub(crate) use super::missing::AtomicU64;

    /// A lock in a `static`.
    #[derive(Debug)]
    pub(crate) struct Mutex<T>(Lock<T>);

    impl<T> Mutex<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(Lock::new(value))
        }

        /// Takes the lock, even if its last holder panicked.
        pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

/// Takes the lock, even if its last holder panicked.
///
/// No user code runs under any lock of this crate, so the value under a poisoned lock is consistent.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
