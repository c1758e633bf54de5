//! Serializes what a rehearsal reports.

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{ExactDuration, Timestamp, maybe_duration, maybe_timestamp};
use crate::rehearsal::{
    Band, Opening, OutageMet, RehearsedTransition, Report, Timeline, TimelineSlot, TraceOutage,
};

record!(Report {
    candidate,
    settings,
    began: Timestamp,
    ended: Timestamp,
    calls,
    admitted,
    admitted_failed,
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
