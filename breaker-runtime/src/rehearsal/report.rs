//! What a candidate would have done on a trace.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::outages::TraceOutage;
use crate::config::Settings;
use crate::time::Brief;
use crate::values::{Reason, Rejections, State};

/// What a candidate would have done on a trace.
///
/// A call *failed in truth* if it failed in the trace, and so on: what the candidate would make of a call, such as a
/// slow success that counts as a failure, does not matter here. [`limits`](Self::limits) says what no rehearsal can know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The name of the candidate.
    pub candidate: String,
    /// The settings of the candidate.
    pub settings: Settings,
    /// When the first call began.
    pub began: SystemTime,
    /// When the last call ended.
    pub ended: SystemTime,
    /// The number of calls: the sum of `admitted` and `rejected`.
    pub calls: u64,
    /// The number of calls that would have been admitted.
    pub admitted: u64,
    /// The number of failures that still went through.
    pub admitted_failed: u64,
    /// The number of admitted calls that were rejected when the trace was written, so that nobody knows whether they would
    /// have failed.
    pub admitted_unknown: u64,
    /// The number of calls that would have been rejected: the sum of the four numbers that follow.
    pub rejected: u64,
    /// The number of rejected calls that failed in truth.
    pub rejected_failed: u64,
    /// The number of rejected calls that succeeded in truth.
    pub rejected_succeeded: u64,
    /// The number of rejected calls that were ignored, dropped early or cancelled in truth.
    pub rejected_other: u64,
    /// The number of rejected calls that were also rejected when the trace was written.
    pub rejected_unknown: u64,
    /// The numbers of rejected calls by reason.
    pub rejections: Rejections,
    /// The number of admitted calls that the `call_timeout` of the candidate would have ended before they ended in truth.
    pub timed_out: u64,
    /// The number of openings: how often a circuit would have left the closed state.
    pub openings: u64,
    /// The number of openings that overlap no outage of the trace, within the tolerance of the rule.
    pub false_openings: u64,
    /// The number of times that failed probes would have opened the circuit again.
    pub reopenings: u64,
    /// How long the circuit would have been open; with keys, the sum over all keys.
    pub time_open: Duration,
    /// How long the circuit would have been half open; with keys, the sum over all keys.
    pub time_half_open: Duration,
    /// How long the rejected calls that failed took in truth: waiting that would have been saved.
    pub not_waited: Duration,
    /// How long all rejected calls took in truth.
    pub not_spent: Duration,
    /// The outages of the trace, and how the candidate would have met them.
    pub outages: Vec<OutageMet>,
    /// The number of openings that are not in the list.
    pub openings_left_out: u64,
    /// The openings in order, 10,000 at most.
    pub opening_list: Vec<Opening>,
    /// The states over time, without gaps, about 2,000 at most. With keys, it is the worst state of any key.
    ///
    /// They end before the trace if a circuit was open or half open more than 100,000 times.
    pub bands: Vec<Band>,
    /// Whether short bands were merged, because there were too many.
    pub bands_merged: bool,
    /// The transitions in the order in which they were noticed, 20,000 at most.
    pub transitions: Vec<RehearsedTransition>,
}

/// A stay outside of the closed state: from the opening until the circuit closed again.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Opening {
    /// When the circuit opened.
    pub opened: SystemTime,
    /// When it closed again, or when its key lost its place, if that was before the trace ended. In
    /// the reports of [`suggest`](super::suggest), each day is a trace.
    pub closed: Option<SystemTime>,
    /// Why it opened.
    pub reason: Reason,
    /// The key of the circuit, if it has one.
    pub key: Option<String>,
    /// Whether it overlaps no outage of the trace, within the tolerance of the rule.
    pub is_false: bool,
    /// How often failed probes opened the circuit again.
    pub reopenings: u64,
    /// The number of calls that were rejected until the circuit closed.
    pub rejected: u64,
    /// The number of them that failed in truth.
    pub rejected_failed: u64,
    /// The number of them that succeeded in truth.
    pub rejected_succeeded: u64,
}

/// An outage of the trace, and how a candidate met it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OutageMet {
    /// The outage.
    pub outage: TraceOutage,
    /// How long after the beginning of the outage the circuit opened; zero if it was open by then, and `None` if it was not
    /// open during the outage.
    pub opening_delay: Option<Duration>,
    /// How long after the end of the outage the circuit closed; zero if it was closed by then. `None` if it did not open or
    /// close, or if nobody knows when the outage ended. With keys, that of the last circuit.
    pub recovery_delay: Option<Duration>,
}

/// A stretch of time in one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Band {
    /// When it begins.
    pub from: SystemTime,
    /// When it ends.
    pub to: SystemTime,
    /// The state.
    pub state: State,
}

/// A transition that a candidate would have made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RehearsedTransition {
    /// When it took effect.
    pub at: SystemTime,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// The reason.
    pub reason: Reason,
    /// The key of the circuit, if it has one.
    pub key: Option<String>,
}

impl Report {
    /// Returns what no rehearsal can know, as text for whoever reads a report.
    pub const fn limits() -> &'static str {
        LIMITS
    }

    /// Returns the number of outages during which the circuit did not open.
    pub fn missed_outages(&self) -> u64 {
        let missed = self.outages.iter();
        missed.filter(|it| it.opening_delay.is_none()).count() as u64
    }
}

const LIMITS: &str = "\
A rehearsal knows what happened, and not what would have happened. \
A dependency that gets fewer calls may recover earlier; here it fails for as long as it did. \
Callers may retry rejected calls, or failed ones less; here each call comes when it came. \
Calls that were rejected when the trace was recorded have no known outcome, and decide nothing: record in shadow to know more. \
A call that timed out or was dropped in the trace ends no later, however long the limits of the candidate are. \
A restart of the program closes no circuit here. \
Overrides, manual trips and resets, changed settings, a fleet, declared probes, nested calls and reported progress are not in a trace.";

/// Displays the figures in a few lines.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} openings, {} of them false; open for {}",
            self.candidate,
            self.openings,
            self.false_openings,
            Brief(self.time_open)
        )?;
        writeln!(
            f,
            "rejected {} of {} calls: {} failed in truth, {} would have succeeded; {} failures went through",
            self.rejected,
            self.calls,
            self.rejected_failed,
            self.rejected_succeeded,
            self.admitted_failed
        )?;
        write!(
            f,
            "missed {} of {} outages; {} not spent waiting for failures",
            self.missed_outages(),
            self.outages.len(),
            Brief(self.not_waited)
        )
    }
}
