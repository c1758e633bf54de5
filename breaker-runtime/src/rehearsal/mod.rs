//! Rehearsals: yesterday's calls, played through any settings.
//!
//! Which threshold, which window, how long open? A rehearsal answers with numbers. It takes a trace of calls that have
//! happened, and runs the state machine of the breakers on it, with the settings of a [`Candidate`]. The [`Report`] says
//! when the circuit would have opened, which calls it would have rejected, and what these calls came to in truth.
//!
//! | task | use |
//! |---|---|
//! | make a trace of calls from elsewhere | [`Call::new`], [`TraceWriter`]; the tool `breaker-rehearse` imports logs |
//! | record the calls of a running program | [`RecorderOptions`], [`Recorder`] |
//! | read a trace | [`TraceReader`] |
//! | see what a trace says by itself | [`TraceSummary`] |
//! | rehearse one candidate, or several at once | [`rehearse`], [`Rehearsal`]; [`rehearse_all`] |
//! | search for settings | [`suggest`] |
//! | write settings down | [`attribute_line`], [`file_lines`] |
//!
//! # Examples
//!
//! A dependency fails from second 60 to second 90. One candidate opens after three failures in a row, the other after ten:
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use breaker_runtime::rehearsal::{Call, CallOutcome, Candidate, OutageRule, rehearse_all};
//! use breaker_runtime::{Config, FailureKind};
//!
//! let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
//! let trace = (0..300_u64).map(|second| {
//!     let outcome = match second {
//!         60..90 => CallOutcome::Failure(FailureKind::Returned),
//!         _ => CallOutcome::Success,
//!     };
//!     Ok(Call::new(noon + Duration::from_secs(second), Duration::from_millis(100), outcome))
//! });
//!
//! let config = Config::new().open_for(Duration::from_secs(10));
//! let candidates = [
//!     Candidate::new("three in a row", config.threshold(3))?,
//!     Candidate::new("ten in a row", config.threshold(10))?,
//! ];
//! let (timeline, reports) = rehearse_all(trace, &candidates, OutageRule::new())?;
//!
//! assert_eq!((timeline.failures, timeline.outages.len()), (30, 1));
//! let went_through: Vec<_> = reports.iter().map(|report| report.admitted_failed).collect();
//! assert_eq!(went_through, [5, 11]);
//! println!("{}", reports[0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a trace is played
//!
//! The machine is the one that decides about real calls, so that all rules of the semantics hold: rates, slow calls in
//! flight, ramps, limits of calls in flight, hints, rows of dropped calls. On a recording of a breaker in shadow, the
//! rehearsal of the same settings makes the same transitions at the same instants.
//!
//! - A call that the machine rejects is taken out: its outcome decides nothing. A probe has the outcome that the trace has
//!   at that instant.
//! - At one instant, calls end before others begin. A recording has the order in which one thread began and ended its
//!   calls; the order across threads within one tick of the clock is not known.
//! - Each key has its own machine, and keys take and lose their places as `max_keys` and `idle_ttl` say. With
//!   `max_open_share`, the keys of the trace are all the keys there are.
//! - A call that took longer than the `call_timeout` of the candidate ends at that limit, as a failure. All calls of the
//!   trace have the limit. A call that timed out in the trace a little after the limit ends when the trace says. A
//!   recording also has the `call_timeout` of its breaker: if the candidate has the same or a longer one, each call ends as
//!   in the trace, also a call that was polled late and succeeded after the limit.
//! - A call that was dropped while pending fails if it took at least the `cancel_after` of the candidate, and otherwise is
//!   cancelled.
//! - A call that was rejected when the trace was recorded decides nothing. It counts as rejected while the circuit is open, and
//!   otherwise as admitted.
//! - As in shadow, the answer to a call that is rejected here still ends a row of dropped calls: the dependency did answer.
//!   A key keeps its place until its calls have ended, also those that are rejected here.
//! - A restart of the program closes no circuit: a recording that goes on after one is played as if one program had run
//!   all the time.
//! - `jitter` draws from the [seed](Candidate::with_seed) of the candidate.
//!
//! What happened in truth is what the trace says, whatever the candidate makes of it. [`OutageRule`] finds the outages of
//! the trace without regard to any candidate.
//!
//! # What a rehearsal cannot know
//!
//! [`Report::limits`] has this as text. Above all, the dependency does not notice that it gets fewer calls, and callers do
//! not retry: the trace is what happened with the settings of that day. So compare candidates with each other, and
//! trust a difference more than a number.
//!
//! # Cost
//!
//! A rehearsal takes some tens of nanoseconds per call and candidate, and memory for the calls in flight and for what a
//! report lists.
//!
//! # Traces
//!
//! A [`Recorder`] writes the calls of a running program to files, of which a [`TraceReader`] makes one trace. A
//! [`TraceWriter`] writes the same files, for calls that come from elsewhere. A call takes a few bytes, and each block of
//! calls has checksums, so a reader finds what is damaged.
//!
//! The instants are those by which the breaker decided. A breaker reads the coarse clock for most calls, so many calls
//! begin and end at one instant. The trace keeps their order, which is exact for the calls of one thread. Between threads,
//! the order within a tick of that clock (1 to 10 ms) is not known.

mod bands;
mod call;
mod candidate;
mod circuit;
mod error;
mod judgement;
mod keys;
mod lines;
#[cfg(feature = "config")]
mod notation;
mod outage_finder;
mod outages;
mod parallel;
mod player;
mod recorder;
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
pub use self::recorder::{Recorder, RecorderError, RecorderOptions, RecorderStats};
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
