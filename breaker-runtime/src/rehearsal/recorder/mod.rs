//! Recording the calls of a registry.

mod anchor;
mod error;
mod matching;
mod memory;
mod options;
mod pump;
#[expect(
    clippy::module_inception,
    reason = "the file is named after `Recorder`, as the other files are after their types"
)]
mod recorder;
mod segments;
mod stats;

pub use self::error::RecorderError;
pub use self::options::RecorderOptions;
pub use self::recorder::Recorder;
pub use self::stats::RecorderStats;

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a trace that cannot be read fails the test"
)]
mod tests;
