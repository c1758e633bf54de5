//! What goes into the machine and what comes out of it.

use std::time::Duration;

use super::forced::Forced;
use super::in_flight::Span;
use crate::time::Tick;
use crate::values::{End, Reason, RejectionReason, State};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallEnd {
    pub(crate) end: End,
    /// How long the value of the call asks not to be called again.
    pub(crate) hint: Option<Duration>,
}

impl From<End> for CallEnd {
    fn from(end: End) -> Self {
        Self { end, hint: None }
    }
}

/// Why a call was not admitted, and when another attempt may succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejected {
    pub(crate) reason: RejectionReason,
    pub(crate) retry_after: Option<Duration>,
}

/// A change that the machine reports, in order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Transition {
        from: State,
        to: State,
        reason: Reason,
        generation: u64,
        /// When the transition fell due, if the passing of time alone caused it.
        due: Option<Tick>,
        open_period: Option<Duration>,
        evidence: Evidence,
    },
    OverrideSet(Forced),
    OverrideCleared(Forced),
    OverrideExpired(Forced),
}

/// What had been counted when the circuit opened.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) failures: u64,
    /// The share that met a rule, if the rule is about a share.
    pub(crate) rate: Option<f64>,
}

/// What calls can know without asking the machine; the gate publishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GateState {
    /// Every call is admitted.
    Closed {
        /// A success ends a row of failures.
        streak: bool,
        /// A success is a sample of a window.
        sampled: bool,
        /// That window is one of time.
        time_window: bool,
        /// Calls in flight are counted.
        in_flight: bool,
        /// Durations are too short for the coarse clock, or latencies are recorded.
        precise: bool,
    },
    /// No call is admitted before `until`.
    Open { period: Duration, until: Tick },
    /// The machine must decide on every call and on every end.
    AskMachine,
}

/// What a thread may count without the lock, on behalf of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TallyLease {
    /// Successes: until when they fall into the present tenth of the window.
    pub(crate) samples: Option<Tick>,
    /// Starts of calls: their bucket, and until when nothing falls due.
    pub(crate) starts: Option<(Span, Tick)>,
    /// Ends of calls: the bucket in which the last call began.
    pub(crate) ends: Option<Span>,
}

/// Why the state changes.
#[derive(Clone, Copy)]
pub(super) struct TransitionCause {
    pub(super) reason: Reason,
    /// When the transition fell due, if the passing of time alone caused it.
    pub(super) due: Option<Tick>,
    /// How long the value of the failed call asks not to be called again.
    pub(super) hint: Option<Duration>,
}

impl From<Reason> for TransitionCause {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            due: None,
            hint: None,
        }
    }
}

impl TransitionCause {
    /// A transition that the passing of time caused.
    pub(super) fn due(reason: Reason, due: Tick) -> Self {
        Self {
            due: Some(due),
            ..reason.into()
        }
    }
}
