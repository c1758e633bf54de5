//! How many keys of one name are open, of which only a share may be (R32).
//!
//! The machines of all keys count the open ones together. A circuit that is open or half open holds a place among them,
//! and returns it when it closes or its breaker is dropped.

use crate::sync::{Arc, AtomicU64, Ordering};

/// How many keys of one name have a breaker, and how many of these circuits are not closed.
///
/// `Relaxed` suffices: each number publishes nothing but itself.
#[derive(Debug, Default)]
pub(crate) struct OpenKeys {
    /// Written when the breaker of a key is made or evicted.
    keys: AtomicU64,
    /// Written by the machines, each under its own lock.
    open: AtomicU64,
}

impl OpenKeys {
    /// Sets the number of keys that have a breaker.
    pub(crate) fn set_keys(&self, keys: usize) {
        self.keys.store(keys as u64, Ordering::Relaxed);
    }

    /// Takes a place, unless as many keys as `share` allows have one: at least one may always be open.
    pub(super) fn take(self: &Arc<Self>, share: f64) -> Option<OpenPlace> {
        let most = most_open(share, self.keys.load(Ordering::Relaxed));
        let one_more = |open: u64| (open < most).then_some(open + 1);
        let taken = self
            .open
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        taken.ok().map(|_| OpenPlace(Arc::clone(self)))
    }

    /// Takes a place beyond the share.
    pub(crate) fn take_beyond(self: &Arc<Self>) -> OpenPlace {
        self.open.fetch_add(1, Ordering::Relaxed);
        OpenPlace(Arc::clone(self))
    }
}

/// Returns how many of the keys may be open.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "there are fewer than 2^53 keys, and the share is above zero"
)]
fn most_open(share: f64, keys: u64) -> u64 {
    // 0.29 × 100 is slightly less than 29.
    let most = share * keys as f64 + 1e-9;
    (most as u64).max(1)
}

/// The place of one key among the open ones.
#[derive(Debug)]
pub(crate) struct OpenPlace(Arc<OpenKeys>);

impl Drop for OpenPlace {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What the machine of a key knows of the other keys.
#[derive(Debug)]
pub(super) struct KeyMember {
    pub(super) keys: Arc<OpenKeys>,
    /// Held while the circuit is not closed.
    pub(super) place: Option<OpenPlace>,
    /// How often the circuit stayed closed because enough others were open.
    pub(super) spared: u64,
}
