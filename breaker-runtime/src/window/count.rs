//! The last N calls, two bits each.

use super::{Counts, Place, Sample};

/// Samples in a word: bit `2 i` says that the i-th failed, bit `2 i + 1` that it was slow.
const PER_WORD: u64 = 32;
const FAILED: u64 = 0b01;
const SLOW: u64 = 0b10;

#[derive(Debug)]
pub(crate) struct CountWindow {
    /// A ring: the n-th sample stands at n modulo the size. N / 4 bytes; made as it fills.
    words: Vec<u64>,
    size: u64,
    /// How many samples were ever added.
    added: u64,
    counts: Counts,
}

impl CountWindow {
    pub(super) fn new(size: u32) -> Self {
        Self {
            words: Vec::new(),
            size: u64::from(size),
            added: 0,
            counts: Counts::default(),
        }
    }

    pub(super) fn add(&mut self, sample: Sample) -> Place {
        let place = Place(self.added);
        if self.added >= self.size {
            let oldest = self.read(place);
            let mut gone = Counts::default();
            gone.add(oldest);
            self.counts.take_off(gone);
        }
        self.write(place, sample);
        self.counts.add(sample);
        self.added += 1;
        place
    }

    pub(super) fn fail(&mut self, place: Place) {
        let in_window = self.added - place.0 <= self.size;
        let sample = self.read(place);
        if in_window && !sample.failed {
            let failed = Sample {
                failed: true,
                ..sample
            };
            self.write(place, failed);
            self.counts.failures += 1;
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// The word of a sample, and by how much its bits are shifted in it.
    fn slot(&self, place: Place) -> (usize, u64) {
        let at = place.0 % self.size;
        let word = usize::try_from(at / PER_WORD).unwrap_or(usize::MAX);
        (word, at % PER_WORD * 2)
    }

    fn read(&self, place: Place) -> Sample {
        let (word, shift) = self.slot(place);
        let bits = self.words.get(word).map_or(0, |word| word >> shift);
        Sample {
            failed: bits & FAILED != 0,
            slow: bits & SLOW != 0,
        }
    }

    fn write(&mut self, place: Place, sample: Sample) {
        let (word, shift) = self.slot(place);
        if word >= self.words.len() {
            // One word at a time and not by doubling, which could take twice the memory.
            self.words.reserve_exact(1);
            self.words.resize(word + 1, 0);
        }
        let bits = (u64::from(sample.failed) * FAILED) | (u64::from(sample.slow) * SLOW);
        if let Some(word) = self.words.get_mut(word) {
            *word = (*word & !((FAILED | SLOW) << shift)) | (bits << shift);
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}
