//! The window of the last N calls: four bits per call.

use super::sample::{Sample, SampleIndex, WindowCounts};
use crate::values::{FailureCounts, FailureKind, Failures};

/// The number of samples in a word.
const PER_WORD: u64 = 16;
/// The number of bits of a sample: three for the failure, and one that is set if the call was slow.
const BITS: u64 = 4;
/// The mask of the failure: zero if the call did not fail, otherwise one more than the position in [`FAILURES`].
const FAILED: u64 = 0b0111;
const SLOW: u64 = 0b1000;

/// The kinds of failures that a sample can have.
const FAILURES: [FailureKind; 5] = [
    FailureKind::Returned,
    FailureKind::Panicked,
    FailureKind::TimedOut,
    FailureKind::Dropped,
    FailureKind::Slow,
];

#[derive(Debug)]
pub(crate) struct CountWindow {
    /// A ring of N / 2 bytes that is allocated as it fills: sample n is at position n modulo `size`.
    words: Vec<u64>,
    size: u64,
    /// The number of samples that were added in total.
    added: u64,
    failures: FailureCounts,
    slow: u32,
}

impl CountWindow {
    pub(super) fn new(size: u32) -> Self {
        Self {
            words: Vec::new(),
            size: u64::from(size),
            added: 0,
            failures: FailureCounts::default(),
            slow: 0,
        }
    }

    pub(super) fn add(&mut self, sample: Sample) -> SampleIndex {
        let index = SampleIndex(self.added);
        if self.added >= self.size {
            self.remove(self.read(index));
        }
        self.write(index, sample);
        if let Some(kind) = sample.failed {
            self.failures.add(kind);
        }
        self.slow = self.slow.saturating_add(sample.slow.into());
        self.added += 1;
        index
    }

    /// Adds fast successes, a word at a time: there may be as many as the window holds.
    pub(super) fn add_successes(&mut self, calls: u64) {
        if calls >= self.size {
            // They replace everything in the window.
            self.words.fill(0);
            (self.failures, self.slow) = (FailureCounts::default(), 0);
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
        let Some(mut left) = self.words.get_mut(word).map(std::mem::take) else {
            return;
        };
        while left != 0 {
            self.remove(sample(left));
            left >>= BITS;
        }
    }

    pub(super) fn fail(&mut self, index: SampleIndex, kind: FailureKind) {
        let in_window = self.added - index.0 <= self.size;
        let sample = self.read(index);
        if in_window && sample.failed.is_none() {
            let failed = Sample {
                failed: Some(kind),
                ..sample
            };
            self.write(index, failed);
            self.failures.add(kind);
        }
    }

    fn remove(&mut self, sample: Sample) {
        if let Some(kind) = sample.failed {
            self.failures.remove(kind);
        }
        self.slow = self.slow.saturating_sub(sample.slow.into());
    }

    pub(super) fn counts(&self) -> WindowCounts {
        WindowCounts {
            calls: self.added.min(self.size),
            failures: self.failures.all(),
            slow: self.slow,
        }
    }

    pub(super) fn failures(&self) -> Failures {
        self.failures.into()
    }

    /// Returns the position of the word that holds a sample, and the shift of the sample's bits in it.
    fn word_and_shift(&self, index: SampleIndex) -> (usize, u64) {
        let at = index.0 % self.size;
        let word = usize::try_from(at / PER_WORD).unwrap_or(usize::MAX);
        (word, at % PER_WORD * BITS)
    }

    fn read(&self, index: SampleIndex) -> Sample {
        let (word, shift) = self.word_and_shift(index);
        sample(self.words.get(word).map_or(0, |word| word >> shift))
    }

    fn write(&mut self, index: SampleIndex, sample: Sample) {
        let (word, shift) = self.word_and_shift(index);
        if word >= self.words.len() {
            // Exactly what is needed: doubling could take twice the memory.
            self.words.reserve_exact(word + 1 - self.words.len());
            self.words.resize(word + 1, 0);
        }
        let failed = sample.failed.map_or(0, |kind| kind as u64 + 1);
        let bits = failed | (u64::from(sample.slow) * SLOW);
        if let Some(word) = self.words.get_mut(word) {
            *word = (*word & !((FAILED | SLOW) << shift)) | (bits << shift);
        }
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<u64>()
    }
}

/// Returns the sample in the lowest bits of a word.
fn sample(bits: u64) -> Sample {
    let failed = FAILURES.into_iter().zip(1..);
    let mut failed = failed.filter(|(_, number)| bits & FAILED == *number);
    Sample {
        failed: failed.next().map(|(kind, _)| kind),
        slow: bits & SLOW != 0,
    }
}
