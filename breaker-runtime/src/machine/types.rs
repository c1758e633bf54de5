//! The values that go into the machine and come out of it.

use std::time::Duration;

use super::forced::Forced;
use super::in_flight::Span;
use crate::time::Tick;
use crate::values::{Attribution, End, Failures, Reason, RejectionReason, State};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallEnd {
    pub(crate) end: End,
    /// How long the circuit should stay open, as the value of a failed call asks (R20).
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

/// When the machine would admit a call.
#[cfg(any(test, feature = "tokio"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextAdmission {
    /// It would admit the next call.
    Now,
    /// Not before so much time has passed, unless something else happens: a call, a command, or a call that becomes slow
    /// during a ramp.
    After(Duration),
    /// Not before something else happens than the passing of time.
    AfterChange,
}

#[cfg(any(test, feature = "tokio"))]
impl NextAdmission {
    /// Makes the value for an instant; without one, only a change can admit a call.
    pub(super) fn at(at: Option<Tick>, now: Tick) -> Self {
        at.map_or(Self::AfterChange, |at| Self::After(at.since(now)))
    }
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
        /// Whether the setting `shadow` was on.
        shadow: bool,
        /// Who tripped or reset the circuit.
        by: Attribution,
    },
    /// An outage began with the transition before.
    OutageBegan,
    /// The current outage ended, because time passed or because of a reset.
    OutageEnded {
        at: Tick,
    },
    OverrideSet(Forced),
    OverrideCleared(Forced),
    OverrideExpired(Forced),
}

/// The counts behind an opening.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Evidence {
    pub(crate) failures: u64,
    pub(crate) by_kind: Failures,
    /// The share of failures or of slow calls that met a rule, if the rule is about a share.
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
        /// The window is a time window.
        time_window: bool,
        /// Calls in flight are counted.
        in_flight: bool,
        /// Durations are too short for the coarse clock, or latencies are recorded.
        precise: bool,
    },
    /// No call is admitted before `until`.
    Open { period: Duration, until: Tick },
    /// No call is admitted before the wait ends.
    Held(Wait),
    /// The machine must decide on every call and every end.
    AskMachine,
}

/// How long an open circuit waits for the probes of another instance of the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    /// When the circuit stops waiting and is half open by itself.
    pub(crate) until: Tick,
    /// Until when the other instance may go on probing, as last heard.
    pub(crate) probed_until: Option<Tick>,
}

impl Wait {
    /// How long to wait if nobody has said for how long another instance probes.
    const UNHEARD: Duration = Duration::from_secs(1);

    /// Returns how long to wait before the next attempt; zero if the wait has ended.
    pub(crate) fn retry_after(&self, now: Tick) -> Duration {
        let heard = self.probed_until.map(|until| until.since(now));
        let heard = heard.filter(|rest| !rest.is_zero());
        heard.unwrap_or(Self::UNHEARD).min(self.until.since(now))
    }
}

/// What a thread may tally without the lock, and until when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TallyLease {
    /// Until when a success falls into the present bucket of the window and no call in flight becomes slow.
    pub(crate) successes: Option<Tick>,
    /// The bucket in which calls begin, and until when they may: until it ends or until calls in flight become slow.
    pub(crate) starts: Option<(Span, Tick)>,
    /// A bucket whose calls may end: that of the call for which the lease is granted.
    pub(crate) ends: Option<Span>,
}

/// The cause of a transition.
pub(super) struct TransitionCause {
    pub(super) reason: Reason,
    /// When the transition fell due, if the passing of time alone caused it.
    pub(super) due: Option<Tick>,
    /// How long the circuit should stay open, as the value of the failed call asks (R20).
    pub(super) hint: Option<Duration>,
    /// Who tripped or reset the circuit.
    pub(super) by: Attribution,
}

impl From<Reason> for TransitionCause {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            due: None,
            hint: None,
            by: Attribution::default(),
        }
    }
}

impl TransitionCause {
    /// Makes the cause of a transition that somebody requested.
    pub(super) fn by(reason: Reason, by: Attribution) -> Self {
        Self {
            by,
            ..reason.into()
        }
    }

    /// Makes the cause of a transition that fell due at `due`.
    pub(super) fn due(reason: Reason, due: Tick) -> Self {
        Self {
            due: Some(due),
            ..reason.into()
        }
    }
}

/// When one of several breakers by key may be evicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Eviction {
    /// A new breaker would decide as this one does.
    AtAnyTime,
    /// It remembers something that matters: only to make room, and after it has been idle for `idle_ttl` and for this
    /// long.
    AfterIdle(Duration),
    /// It is open or overridden.
    Never,
}
