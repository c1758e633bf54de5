//! What a recorder has done.

use std::sync::{Mutex, PoisonError};

/// What a recorder has done since it was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecorderStats {
    /// The number of calls that were recorded, of which some may still wait to be written.
    pub calls: u64,
    /// The number of calls that were dropped, because they came faster than they could be recorded, or because their block
    /// could not be written.
    pub dropped_calls: u64,
    /// The number of blocks that were dropped.
    pub dropped_blocks: u64,
    /// The number of blocks that were written.
    pub blocks: u64,
    /// The number of bytes that were written.
    pub bytes: u64,
    /// The number of files that were begun.
    pub files: u64,
    /// The number of blocks and files that could not be written.
    pub write_errors: u64,
    /// The last error of the file system.
    pub last_error: Option<String>,
}

/// The numbers of a recorder that runs.
#[derive(Debug, Default)]
pub(super) struct SharedStats(Mutex<RecorderStats>);

impl SharedStats {
    pub(super) fn read(&self) -> RecorderStats {
        let stats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stats.clone()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut RecorderStats)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}
