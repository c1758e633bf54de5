//! The outcomes of calls as numbers of four bits.

use super::super::call::CallOutcome;
use crate::values::FailureKind;

/// The outcomes by their codes.
const OUTCOMES: [CallOutcome; 12] = [
    CallOutcome::Success,
    CallOutcome::Failure(FailureKind::Returned),
    CallOutcome::Failure(FailureKind::Panicked),
    CallOutcome::Failure(FailureKind::TimedOut),
    CallOutcome::Failure(FailureKind::Dropped),
    CallOutcome::Failure(FailureKind::Slow),
    CallOutcome::Failure(FailureKind::Silent),
    CallOutcome::Trip,
    CallOutcome::Ignored,
    CallOutcome::Dropped,
    CallOutcome::Cancelled,
    CallOutcome::Rejected,
];

pub(super) fn outcome(code: u8) -> Option<CallOutcome> {
    OUTCOMES.get(usize::from(code)).copied()
}

pub(super) fn code(outcome: CallOutcome) -> u8 {
    match outcome {
        CallOutcome::Success => 0,
        CallOutcome::Failure(kind) => 1 + kind as u8,
        CallOutcome::Trip => 7,
        CallOutcome::Ignored => 8,
        CallOutcome::Dropped => 9,
        CallOutcome::Cancelled => 10,
        CallOutcome::Rejected => 11,
    }
}
