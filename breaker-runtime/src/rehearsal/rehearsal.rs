//! Plays a trace: with one candidate or with several.

use super::call::Call;
use super::candidate::Candidate;
use super::error::TraceError;
use super::outage_finder::OutageFinder;
use super::outages::OutageRule;
use super::player::Player;
use super::report::Report;
use super::sequence::Sequence;

/// The calls of a trace, played through the settings of one candidate.
///
/// Memory is needed for the calls in flight and for the openings, and not for the trace.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use breaker_runtime::rehearsal::{Call, CallOutcome, Candidate, Rehearsal};
/// use breaker_runtime::{Config, FailureKind};
///
/// let candidate = Candidate::new("two in a row", Config::new().threshold(2))?;
/// let mut rehearsal = Rehearsal::new(candidate);
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
/// for second in 0..3 {
///     let began = noon + Duration::from_secs(second);
///     let failed = CallOutcome::Failure(FailureKind::Returned);
///     rehearsal.push(&Call::new(began, Duration::from_millis(5), failed))?;
/// }
/// let report = rehearsal.finish();
/// assert_eq!((report.openings, report.admitted, report.rejected_failed), (1, 2, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Rehearsal {
    player: Player,
    sequence: Sequence,
    rule: OutageRule,
    outages: OutageFinder,
}

impl Rehearsal {
    /// Begins a rehearsal with the default rule for outages.
    pub fn new(candidate: Candidate) -> Self {
        Self::with_rule(candidate, OutageRule::new())
    }

    /// Begins a rehearsal that finds the outages of the trace by `rule`.
    pub fn with_rule(candidate: Candidate, rule: OutageRule) -> Self {
        Self {
            player: Player::new(candidate),
            sequence: Sequence::default(),
            rule,
            outages: OutageFinder::new(rule),
        }
    }

    /// Plays the next call.
    ///
    /// Calls come in the order in which they began.
    ///
    /// # Errors
    ///
    /// [`TraceError::TimeRunsBack`] if the call began before the last one; it is not played.
    pub fn push(&mut self, call: &Call) -> Result<(), TraceError> {
        self.sequence.next(call)?;
        self.outages.push(call);
        self.player.push(call);
        Ok(())
    }

    /// Ends the calls in flight, applies what is due until the last of them ends, and makes the report.
    pub fn finish(self) -> Report {
        let outages = self.outages.finish();
        self.player.finish(&outages, self.rule.tolerance)
    }
}

/// Plays a trace with one candidate.
///
/// # Errors
///
/// The first error of the trace, [`TraceError::TimeRunsBack`] if its calls are not in the order in which they began, and
/// [`TraceError::Empty`] if it has none.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use breaker_runtime::Config;
/// use breaker_runtime::rehearsal::{Call, CallOutcome, Candidate, rehearse};
///
/// let noon = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400);
/// let calls = (0..10).map(|second| {
///     let began = noon + Duration::from_secs(second);
///     Ok(Call::new(began, Duration::from_millis(5), CallOutcome::Success))
/// });
/// let report = rehearse(calls, Candidate::new("default", Config::new())?)?;
/// assert_eq!((report.calls, report.openings), (10, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rehearse(
    calls: impl IntoIterator<Item = Result<Call, TraceError>>,
    candidate: Candidate,
) -> Result<Report, TraceError> {
    let mut rehearsal = Rehearsal::new(candidate);
    for call in calls {
        rehearsal.push(&call?)?;
    }
    if rehearsal.sequence.is_empty() {
        return Err(TraceError::Empty);
    }
    Ok(rehearsal.finish())
}
