//! The most recent values of some kind.

use std::collections::VecDeque;

/// The last `MOST` values, oldest first.
#[derive(Debug)]
pub(super) struct Ring<T, const MOST: usize> {
    values: VecDeque<T>,
}

impl<T, const MOST: usize> Default for Ring<T, MOST> {
    fn default() -> Self {
        Self {
            values: VecDeque::new(),
        }
    }
}

impl<T: Clone, const MOST: usize> Ring<T, MOST> {
    /// Adds a value, in place of the oldest one if there are `MOST` already.
    pub(super) fn add(&mut self, value: T) {
        if self.values.len() == MOST {
            self.values.pop_front();
        }
        self.values.push_back(value);
    }

    pub(super) fn all(&self) -> Vec<T> {
        self.values.iter().cloned().collect()
    }

    pub(super) fn last(&self) -> Option<&T> {
        self.values.back()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.values.iter_mut()
    }
}
