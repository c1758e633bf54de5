//! The identity of a set of breakers by key.

use crate::sync::Ordering;
use crate::sync::fixed::AtomicU64;

/// Identifies a set; no later set gets the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SetId(u64);

impl SetId {
    pub(super) fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
