//! One counter of a tally.

use std::num::NonZeroU32;

use crate::sync::{AtomicU64, Ordering};

/// A number of calls, tagged with their generation.
///
/// ```text
///  63                          32   31  0
/// | lowest bits of the generation | calls |
/// ```
#[derive(Debug, Default)]
pub(super) struct CallCount(AtomicU64);

const CALLS: u64 = u32::MAX as u64;

impl CallCount {
    /// Returns the word with one more call, unless the count has the tag of another generation or is full.
    #[inline]
    pub(super) fn next(&self, generation: u64) -> Option<u64> {
        let word = self.0.load(Ordering::Relaxed);
        // If the tags are equal, the difference is the count. Otherwise it is larger than any count.
        let count = word.wrapping_sub(generation << 32);
        (count < CALLS).then_some(word + 1)
    }

    /// Stores a word that [`next`](Self::next) returned, as the only writer.
    #[inline]
    pub(super) fn store(&self, word: u64, order: Ordering) {
        self.0.store(word, order);
    }

    /// Adds one call, as the only writer; returns whether it was possible.
    #[inline]
    pub(super) fn add(&self, generation: u64, order: Ordering) -> bool {
        let next = self.next(generation);
        if let Some(next) = next {
            self.0.store(next, order);
        }
        next.is_some()
    }

    /// Returns the number of calls of this generation.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "only the lower half is wanted"
    )]
    pub(super) fn read(&self, generation: u64, order: Ordering) -> u32 {
        let word = self.0.load(order);
        if word >> 32 == generation & CALLS {
            word as u32
        } else {
            0
        }
    }

    /// Returns the number of calls that were not drained yet, and adds it to `drained`.
    pub(super) fn drain(
        &self,
        generation: u64,
        order: Ordering,
        drained: &mut u32,
    ) -> Option<NonZeroU32> {
        let count = self.read(generation, order);
        let new = NonZeroU32::new(count.saturating_sub(*drained));
        if new.is_some() {
            *drained = count;
        }
        new
    }

    /// Starts at zero for this generation.
    #[inline]
    pub(super) fn grant(&self, generation: u64) {
        self.0.store((generation & CALLS) << 32, Ordering::Relaxed);
    }
}
