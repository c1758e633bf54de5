//! Stands in for the integer that a target lacks, so that the `compile_error!` of `lib.rs` is the only error there.
#![allow(dead_code)]

use std::sync::atomic::Ordering;

#[derive(Debug, Default)]
pub(crate) struct AtomicU64(u64);

impl AtomicU64 {
    pub(crate) const fn new(value: u64) -> Self {
        Self(value)
    }

    pub(crate) fn load(&self, _: Ordering) -> u64 {
        self.0
    }

    pub(crate) fn store(&self, _: u64, _: Ordering) {}

    pub(crate) fn get_mut(&mut self) -> &mut u64 {
        &mut self.0
    }

    pub(crate) fn fetch_update(
        &self,
        _: Ordering,
        _: Ordering,
        update: impl FnMut(u64) -> Option<u64>,
    ) -> Result<u64, u64> {
        Some(self.0).and_then(update).ok_or(self.0)
    }
}

macro_rules! swaps {
    ($($name:ident)*) => {
        impl AtomicU64 {
            $(pub(crate) fn $name(&self, _: u64, _: Ordering) -> u64 {
                self.0
            })*
        }
    };
}

swaps!(fetch_add fetch_max fetch_sub swap);
