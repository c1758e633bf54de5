//! The last N calls, two bits each.

use super::{Place, Sample, WindowCounts};

/// Samples in a word: bit `2 i` says that the i-th failed, bit `2 i + 1` that it was slow.
const PER_WORD: u64 = 32;
const FAILED: u64 = 0b01;
const SLOW: u64 = 0b10;
const ALL_FAILED: u64 = 0x5555_5555_5555_5555;
const ALL_SLOW: u64 = ALL_FAILED << 1;

#[derive(Debug)]
pub(crate) struct CountWindow {
    /// A ring: the n-th sample stands at n modulo the size. N / 4 bytes; made as it fills.
    words: Vec<u64>,
    size: u64,
    /// How many samples were ever added.
    added: u64,
    counts: WindowCounts,
}

impl CountWindow {
    pub(super) fn new(size: u32) -> Self {
        Self {
            words: Vec::new(),
            size: u64::from(size),
            added: 0,
            counts: WindowCounts::default(),
        }
    }

    pub(super) fn add(&mut self, sample: Sample) -> Place {
        let place = Place(self.added);
        if self.added >= self.size {
            let oldest = self.read(place);
            let mut gone = WindowCounts::default();
            gone.add(oldest);
            self.counts.take_off(gone);
        }
        self.write(place, sample);
        self.counts.add(sample);
        self.added += 1;
        place
    }

    /// Adds fast successes; a word at a time, as there may be as many as the window holds.
    pub(super) fn add_successes(&mut self, calls: u64) {
        if calls >= self.size {
            // The last of them are all that remains.
            self.words.fill(0);
            self.counts = WindowCounts {
                calls: self.size,
                ..WindowCounts::default()
            };
            self.added += calls;
            return;
        }
        let mut left = calls;
        while left > 0 {
            let at = self.added % self.size;
            let in_word = PER_WORD - at % PER_WORD;
            let part = left.min(in_word).min(self.size - at);
            if part == PER_WORD && self.added >= self.size {
                self.replace_word(at);
                self.added += part;
            } else {
                for _ in 0..part {
                    self.add(Sample::default());
                }
            }
            left -= part;
        }
    }

    /// Lets all the samples of the word that begins there go, for as many successes.
    fn replace_word(&mut self, at: u64) {
        let word = usize::try_from(at / PER_WORD).unwrap_or(usize::MAX);
        if let Some(word) = self.words.get_mut(word) {
            let count = |of: u64| u64::from((*word & of).count_ones());
            let (failures, slow) = (count(ALL_FAILED), count(ALL_SLOW));
            self.counts.failures -= failures;
            self.counts.slow -= slow;
            *word = 0;
        }
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

    pub(super) fn counts(&self) -> WindowCounts {
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
            // Just what is needed and not by doubling, which could take twice the memory.
            self.words.reserve_exact(word + 1 - self.words.len());
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
