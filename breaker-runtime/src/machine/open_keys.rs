//! How many keys of one name are open, of which only a share may be (R32).
//!
//! The machines of all keys count the open ones together. A circuit that is open or half open holds a place among them,
//! and returns it when it closes or its breaker is dropped.

use crate::sync::{Arc, AtomicU64, Mutex, Ordering, lock};
use crate::time::Tick;

/// How many keys of one name have a breaker, and which of these circuits are not closed.
#[derive(Debug, Default)]
pub(crate) struct OpenKeys {
    /// Written when the breaker of a key is made or evicted. It publishes nothing else, so that `Relaxed` suffices.
    keys: AtomicU64,
    /// Written by the machines, at their transitions. No other lock is taken under this one.
    places: Mutex<Places>,
}

#[derive(Debug, Default)]
struct Places {
    /// How many places were taken so far.
    taken: u64,
    /// The number of each place, and until when it counts.
    held: Vec<(u64, Tick)>,
}

impl OpenKeys {
    /// Sets the number of keys that have a breaker.
    pub(crate) fn set_keys(&self, keys: usize) {
        self.keys.store(keys as u64, Ordering::Relaxed);
    }

    /// Takes a place, unless as many keys as `share` allows have one at `now`: at least one may always be open.
    ///
    /// The place counts until the circuit has opened and [`extend`](OpenPlace::extend) says until when: the machine of
    /// another key may ask meanwhile.
    pub(super) fn take(self: &Arc<Self>, share: f64, now: Tick) -> Option<OpenPlace> {
        let most = most_open(share, self.keys.load(Ordering::Relaxed));
        let mut places = lock(&self.places);
        let open = places.held.iter().filter(|(_, until)| *until > now).count();
        if open as u64 >= most {
            return None;
        }
        let number = places.take(Tick::from_nanos(u64::MAX));
        drop(places);
        Some(OpenPlace {
            keys: Arc::clone(self),
            number,
        })
    }

    /// Takes a place beyond the share, which counts until an instant.
    pub(crate) fn take_beyond(self: &Arc<Self>, until: Tick) -> OpenPlace {
        let number = lock(&self.places).take(until);
        OpenPlace {
            keys: Arc::clone(self),
            number,
        }
    }
}

impl Places {
    fn take(&mut self, until: Tick) -> u64 {
        self.taken += 1;
        self.held.push((self.taken, until));
        self.taken
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
pub(crate) struct OpenPlace {
    keys: Arc<OpenKeys>,
    number: u64,
}

impl OpenPlace {
    /// Makes the place count until an instant.
    pub(super) fn extend(&self, until: Tick) {
        let mut places = lock(&self.keys.places);
        let own = places
            .held
            .iter_mut()
            .find(|(number, _)| *number == self.number);
        if let Some((_, until_now)) = own {
            *until_now = until;
        }
    }
}

impl Drop for OpenPlace {
    fn drop(&mut self) {
        let mut places = lock(&self.keys.places);
        places.held.retain(|(number, _)| *number != self.number);
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

#[cfg(test)]
mod tests;
