//! Rehearsals: yesterday's calls, played through any settings.
//!
//! A rehearsal answers the question which numbers a breaker needs. It takes a trace of calls that have happened, and
//! runs the state machine of the breakers on it, with the settings of a [`Candidate`]. The [`Report`] says when the
//! circuit would have opened, which calls it would have rejected, and what these calls came to in truth.

mod bands;
mod call;
mod candidate;
mod circuit;
mod error;
mod keys;
mod lines;
#[cfg(feature = "config")]
mod notation;
mod outages;
mod parallel;
mod player;
#[expect(
    clippy::module_inception,
    reason = "the file is named after `Rehearsal`, as the other files are after their types"
)]
mod rehearsal;
mod report;
mod sequence;
mod stay;
mod suggest;
mod tally;
mod timeline;
mod trace;

pub use self::call::{Call, CallOutcome};
pub use self::candidate::Candidate;
pub use self::error::{SuggestError, TraceError};
pub use self::lines::{attribute_line, file_lines};
pub use self::outages::{OutageRule, TraceOutage};
pub use self::parallel::rehearse_all;
pub use self::rehearsal::{Rehearsal, rehearse};
pub use self::report::{Band, Opening, OutageMet, RehearsedTransition, Report};
pub use self::suggest::{Caveat, Pick, PickKind, SuggestOptions, Suggestions, Tried, suggest};
pub use self::timeline::{Timeline, TimelineSlot, TraceSummary};
pub use self::trace::{Calls, TraceInfo, TraceReader, TraceWriter, TracedBreaker};

#[cfg(test)]
#[allow(
    clippy::pedantic,
    clippy::float_cmp,
    reason = "times of tests are written as decimal numbers"
)]
mod tests;
