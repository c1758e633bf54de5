//! The window of the last N calls: two bits per call.

use super::sample::{Sample, SampleIndex, WindowCounts};

/// The number of samples in a word: bit `2 i` is set if sample i failed, bit `2 i + 1` if it was slow.
const PER_WORD: u64 = 32;
const FAILED: u64 = 0b01;
const SLOW: u64 = 0b10;
const ALL_FAILED: u64 = 0x5555_5555_5555_5555;
const ALL_SLOW: u64 = ALL_FAILED << 1;

#[derive(Debug)]
pub(crate) struct CountWindow {
    /// A ring of N / 4 bytes that is allocated as it fills: sample n is at position n modulo `size`.
    words: Vec<u64>,
    size: u64,
    /// The number of samples that were added in total.
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

    pub(super) fn add(&mut self, sample: Sample) -> SampleIndex {
        let index = SampleIndex(self.added);
        if self.added >= self.size {
            let oldest = self.read(index);
            let mut gone = WindowCounts::default();
            gone.add(oldest);
            self.counts.subtract(gone);
        }
        self.write(index, sample);
        self.counts.add(sample);
        self.added += 1;
        index
    }

    /// Adds fast successes, a word at a time: there may be as many as the window holds.
    pub(super) fn add_successes(&mut self, calls: u64) {
        if calls >= self.size {
            // They replace everything in the window.
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

    /// Replaces all samples of the word that begins at position `at` by successes.
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

    pub(super) fn fail(&mut self, index: SampleIndex) {
        let in_window = self.added - index.0 <= self.size;
        let sample = self.read(index);
        if in_window && !sample.failed {
            let failed = Sample {
                failed: true,
                ..sample
            };
            self.write(index, failed);
            self.counts.failures += 1;
        }
    }

    pub(super) fn counts(&self) -> WindowCounts {
        self.counts
    }

    /// Returns the position of the word that holds a sample, and the shift of the sample's bits in it.
    fn word_and_shift(&self, index: SampleIndex) -> (usize, u64) {
        let at = index.0 % self.size;
        let word = usize::try_from(at / PER_WORD).unwrap_or(usize::MAX);
        (word, at % PER_WORD * 2)
    }

    fn read(&self, index: SampleIndex) -> Sample {
        let (word, shift) = self.word_and_shift(index);
        let bits = self.words.get(word).map_or(0, |word| word >> shift);
        Sample {
            failed: bits & FAILED != 0,
            slow: bits & SLOW != 0,
        }
    }

    fn write(&mut self, index: SampleIndex, sample: Sample) {
        let (word, shift) = self.word_and_shift(index);
        if word >= self.words.len() {
            // Exactly what is needed: doubling could take twice the memory.
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
