//! Serializes what a rehearsal reports.

use std::time::SystemTime;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{ExactDuration, Timestamp, maybe_duration, maybe_timestamp};
use crate::rehearsal::{
    Band, Caveat, Opening, OutageMet, Pick, PickKind, RehearsedTransition, Report, Suggestions,
    Timeline, TimelineSlot, TraceOutage, Tried,
};

record!(Report {
    candidate,
    settings,
    began: Timestamp,
    ended: Timestamp,
    calls,
    admitted,
    admitted_failed,
    admitted_unknown,
    rejected,
    rejected_failed,
    rejected_succeeded,
    rejected_other,
    rejected_unknown,
    rejections,
    timed_out,
    openings,
    false_openings,
    reopenings,
    time_open: ExactDuration,
    time_half_open: ExactDuration,
    not_waited: ExactDuration,
    not_spent: ExactDuration,
    outages,
    openings_left_out,
    opening_list,
    bands,
    bands_merged,
    transitions,
});

record!(Opening {
    opened: Timestamp,
    closed: maybe_timestamp,
    reason,
    key,
    is_false,
    reopenings,
    rejected,
    rejected_failed,
    rejected_succeeded,
});

record!(OutageMet {
    outage,
    opening_delay: maybe_duration,
    recovery_delay: maybe_duration,
});

record!(TraceOutage {
    began: Timestamp,
    ended: Timestamp,
    unended,
    calls,
    failures,
});

record!(Band {
    from: Timestamp,
    to: Timestamp,
    state,
});

record!(RehearsedTransition {
    at: Timestamp,
    from,
    to,
    reason,
    key,
});

record!(Timeline {
    began: Timestamp,
    ended: Timestamp,
    calls,
    successes,
    failures,
    others,
    rejected,
    width: ExactDuration,
    slots,
    outages,
});

record!(TimelineSlot {
    began: Timestamp,
    calls,
    successes,
    failures,
    others,
    rejected,
    p50: maybe_duration,
    p99: maybe_duration,
    longest: ExactDuration,
});

text!(PickKind);

/// Serializes the label; what a caveat displays is for people.
impl Serialize for Caveat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Suggestions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self {
            chosen_on,
            judged_on,
            outages,
            rehearsals,
            passes,
            base,
            base_judged,
            front,
            picks,
            caveats,
        } = self;
        let dates =
            |days: &[SystemTime]| -> Vec<_> { days.iter().copied().map(Timestamp).collect() };
        let mut record = serializer.serialize_struct("Suggestions", 10)?;
        record.serialize_field("chosen_on", &dates(chosen_on))?;
        record.serialize_field("judged_on", &dates(judged_on))?;
        record.serialize_field("outages", outages)?;
        record.serialize_field("rehearsals", rehearsals)?;
        record.serialize_field("passes", passes)?;
        record.serialize_field("base", base)?;
        record.serialize_field("base_judged", base_judged)?;
        record.serialize_field("front", front)?;
        record.serialize_field("picks", picks)?;
        record.serialize_field("caveats", caveats)?;
        record.end()
    }
}

record!(Tried {
    settings,
    rejected_succeeded,
    rejected_failed,
    admitted_failed,
    openings,
    false_openings,
});

record!(Pick {
    kind,
    chosen,
    judged
});

#[cfg(test)]
mod tests;
