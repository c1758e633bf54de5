//! Counts what an import reads and skips.

use crate::problem::Problem;

/// Counts what an import reads and skips.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// The lines that were read, without blank ones and the header.
    pub lines: u64,
    /// The lines that did not meet the conditions.
    pub filtered: u64,
    /// The broken lines that were skipped.
    pub skipped: u64,
    /// Whether the text has no durations, so that each call ends when it begins.
    pub lacks_durations: bool,
    /// The problems of the first skipped lines.
    pub first_skipped: Vec<Problem>,
}
