//! What a search for settings finds.

use std::fmt;
use std::time::SystemTime;

use crate::config::Settings;
use crate::rehearsal::lines::{attribute_line, file_lines};
use crate::rehearsal::report::Report;

/// Settings that a search has found, and on which days.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Suggestions {
    /// The days that the settings were chosen on, by their beginnings in UTC: the first, the third and so on of those with
    /// calls.
    pub chosen_on: Vec<SystemTime>,
    /// The days that were held out: only the picks, and the base for comparison, were rehearsed on them.
    pub judged_on: Vec<SystemTime>,
    /// The number of outages on the days to choose on.
    pub outages: u64,
    /// The number of candidates that were rehearsed to choose.
    pub rehearsals: u64,
    /// How often the trace was read.
    pub passes: u64,
    /// The base settings as they are, on the days to choose on.
    pub base: Tried,
    /// The report of the base settings on the days that were held out, if there are any.
    pub base_judged: Option<Report>,
    /// The Pareto front, from the candidate that rejects the fewest good calls to the one that lets the fewest fail.
    ///
    /// It has only candidates that opened in an outage.
    pub front: Vec<Tried>,
    /// The picks in the order of [`PickKind`], or none if no candidate opened in an outage. Two may be equal.
    pub picks: Vec<Pick>,
    /// What to know before the picks are trusted.
    pub caveats: Vec<Caveat>,
}

/// A candidate that was rehearsed to choose, and what counted.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Tried {
    /// The settings.
    pub settings: Settings,
    /// The number of calls that were rejected although they would have succeeded.
    pub rejected_succeeded: u64,
    /// The number of calls that were rejected and failed in truth.
    pub rejected_failed: u64,
    /// The number of failures that went through, although they could have been rejected.
    pub admitted_failed: u64,
    /// The number of openings.
    pub openings: u64,
    /// The number of openings that overlap no outage.
    pub false_openings: u64,
}

impl From<&Report> for Tried {
    fn from(report: &Report) -> Self {
        Self {
            settings: report.settings,
            rejected_succeeded: report.rejected_succeeded,
            rejected_failed: report.rejected_failed,
            admitted_failed: report.admitted_failed,
            openings: report.openings,
            false_openings: report.false_openings,
        }
    }
}

/// Which of the picks this is: what a rejected good call costs, next to a failure that goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PickKind {
    /// To reject a call that would have succeeded is ten times as bad as to let one fail.
    Cautious,
    /// Both are equally bad.
    Balanced,
    /// To let a call fail is ten times as bad as to reject one that would have succeeded.
    Eager,
}

impl PickKind {
    /// All kinds, in the order of the documentation.
    pub const ALL: [Self; 3] = [Self::Cautious, Self::Balanced, Self::Eager];

    /// Returns the label: `cautious`, `balanced` or `eager`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cautious => "cautious",
            Self::Balanced => "balanced",
            Self::Eager => "eager",
        }
    }

    /// Returns the price of a call that was rejected in vain, and of a failure that went through.
    pub(super) fn prices(self) -> (u64, u64) {
        match self {
            Self::Cautious => (10, 1),
            Self::Balanced => (1, 1),
            Self::Eager => (1, 10),
        }
    }
}

impl fmt::Display for PickKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Suggested settings.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Pick {
    /// Which of the picks this is.
    pub kind: PickKind,
    /// The settings, and what they did on the days to choose on.
    pub chosen: Tried,
    /// The report on the days that were held out, if there are any.
    pub judged: Option<Report>,
}

impl Pick {
    /// Returns the attribute that gives a breaker these settings.
    pub fn attribute_line(&self, breaker: &str) -> String {
        attribute_line(breaker, &self.chosen.settings)
    }

    /// Returns the lines of a settings file that give a breaker these settings.
    pub fn file_lines(&self, breaker: &str) -> String {
        file_lines(breaker, &self.chosen.settings)
    }
}

/// Something to know before picks are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Caveat {
    /// The trace has calls of one day, so no day could be held out.
    OneDay,
    /// The days to choose on have no outage, so that no candidate can show what it is good for.
    NoOutageToChooseBy,
    /// No candidate opened in an outage.
    NothingOpened,
    /// Calls were rejected when the trace was recorded, so that nobody knows which failures other settings would have let
    /// through.
    RejectedWhenRecorded,
    /// The days that were held out have no outage: they only show whether the picks open in vain.
    NoOutageToJudgeBy,
}

impl Caveat {
    /// Returns the label, the variant's name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneDay => "one_day",
            Self::NoOutageToChooseBy => "no_outage_to_choose_by",
            Self::NothingOpened => "nothing_opened",
            Self::RejectedWhenRecorded => "rejected_when_recorded",
            Self::NoOutageToJudgeBy => "no_outage_to_judge_by",
        }
    }
}

/// Displays what it means, and what to do.
impl fmt::Display for Caveat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneDay => {
                "The trace has one day only, so nothing shows whether the picks are right on other days: record more days."
            }
            Self::NoOutageToChooseBy => {
                "The days to choose on have no outage, so no settings can be chosen: record until there was one, or \
                 describe an outage by another rule."
            }
            Self::NothingOpened => {
                "No candidate opened in an outage: look at the outages, and at whether their failures are failures of \
                 the dependency."
            }
            Self::RejectedWhenRecorded => {
                "A breaker rejected calls while the trace was recorded, and nobody knows how they would have ended: record in \
                 shadow, or trust the picks less."
            }
            Self::NoOutageToJudgeBy => {
                "The held-out days have no outage: they show whether the picks open in vain, and not whether they open \
                 in time."
            }
        })
    }
}
