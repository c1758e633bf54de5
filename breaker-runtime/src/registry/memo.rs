//! A result that is kept until what it depends on changes.

use std::hash::{BuildHasher as _, Hash};

use foldhash::quality::FixedState;

use crate::sync::{Mutex, lock};

/// The last result of a computation.
#[derive(Debug)]
pub(super) struct Memo<T> {
    /// The result, and a hash of what it depends on.
    last: Mutex<Option<(u64, T)>>,
}

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self {
            last: Mutex::default(),
        }
    }
}

impl<T: Clone> Memo<T> {
    /// Returns the last result if it depends on the same, or else computes it.
    ///
    /// No lock is held meanwhile.
    pub(super) fn get_or_compute(&self, depends_on: impl Hash, compute: impl FnOnce() -> T) -> T {
        let hash = FixedState::with_seed(0).hash_one(depends_on);
        if let Some((of, result)) = &*lock(&self.last) {
            if *of == hash {
                return result.clone();
            }
        }
        let result = compute();
        *lock(&self.last) = Some((hash, result.clone()));
        result
    }
}
