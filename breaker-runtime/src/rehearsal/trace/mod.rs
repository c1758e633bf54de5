//! Traces on disk: the form of the files, and how they are written and read.

pub(super) mod block;
mod codes;
pub(super) mod files;
pub(super) mod format;
mod info;
pub(super) mod pending;
mod reader;
mod scan;
mod varint;
mod writer;

pub use self::info::{TraceInfo, TracedBreaker};
pub use self::reader::{Calls, TraceReader};
pub use self::writer::TraceWriter;

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a trace that cannot be written fails the test"
)]
mod tests;
