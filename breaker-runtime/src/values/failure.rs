//! The kinds of failures, and their counts.

use std::fmt;

/// What made a call a failure.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, FailureKind, Registry};
///
/// let payment = Registry::new().get_or_create("payment", Config::new().threshold(1))?;
/// let _ = payment.call(|| Err::<(), _>("connection reset"));
///
/// let opening = &payment.snapshot().history[0].transition;
/// assert_eq!(opening.failures_by_kind.of(FailureKind::Returned), 1);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum FailureKind {
    /// The call returned a value that is a failure, or a permit reported one.
    Returned,
    /// The call panicked.
    Panicked,
    /// The call took longer than its `call_timeout`.
    TimedOut,
    /// The future of the call was dropped after it had been pending for `cancel_after`.
    Dropped,
    /// The call took at least `slow_call`, or had been in flight for that long.
    Slow,
    /// The call was a probe that had no outcome within `probe_timeout`.
    Silent,
}

impl FailureKind {
    /// All kinds, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Returned,
        Self::Panicked,
        Self::TimedOut,
        Self::Dropped,
        Self::Slow,
        Self::Silent,
    ];

    /// Returns the label, the variant's name in snake case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed_out",
            Self::Dropped => "dropped",
            Self::Slow => "slow",
            Self::Silent => "silent",
        }
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The numbers of failures, by kind.
///
/// Displays the kinds that occurred, the most frequent first: `timed_out`, or `timed_out, returned`. `{:#}` adds the
/// numbers: `4 timed_out, 1 returned`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failures {
    /// The number of failures that are returned values, or were reported to a permit.
    pub returned: u64,
    /// The number of calls that panicked.
    pub panicked: u64,
    /// The number of calls that took longer than their `call_timeout`.
    pub timed_out: u64,
    /// The number of calls whose future was dropped after it had been pending for `cancel_after`.
    pub dropped: u64,
    /// The number of calls that failed only because they took at least `slow_call`.
    pub slow: u64,
    /// The number of probes that had no outcome within `probe_timeout`.
    pub silent: u64,
}

impl Failures {
    /// Returns the number of failures of all kinds.
    pub const fn all(&self) -> u64 {
        self.returned + self.panicked + self.timed_out + self.dropped + self.slow + self.silent
    }

    /// Returns the number of failures of one kind.
    pub const fn of(&self, kind: FailureKind) -> u64 {
        match kind {
            FailureKind::Returned => self.returned,
            FailureKind::Panicked => self.panicked,
            FailureKind::TimedOut => self.timed_out,
            FailureKind::Dropped => self.dropped,
            FailureKind::Slow => self.slow,
            FailureKind::Silent => self.silent,
        }
    }

    /// Returns the kinds that occurred and their numbers, the most frequent first.
    pub fn ranked(&self) -> Vec<(FailureKind, u64)> {
        let mut kinds: Vec<_> = FailureKind::ALL.map(|kind| (kind, self.of(kind))).into();
        kinds.retain(|(_, count)| *count > 0);
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        kinds
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.returned += other.returned;
        self.panicked += other.panicked;
        self.timed_out += other.timed_out;
        self.dropped += other.dropped;
        self.slow += other.slow;
        self.silent += other.silent;
    }
}

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (kind, count)) in self.ranked().into_iter().enumerate() {
            if nth > 0 {
                f.write_str(", ")?;
            }
            if f.alternate() {
                write!(f, "{count} ")?;
            }
            f.write_str(kind.as_str())?;
        }
        Ok(())
    }
}

/// Numbers of failures by kind, in the form in which a machine keeps them, without silent probes.
///
/// It stops counting at 2^32 - 1 failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FailureCounts {
    all: u32,
    /// The numbers of the kinds that follow [`FailureKind::Returned`].
    others: [u32; 4],
}

impl FailureCounts {
    #[inline]
    pub(crate) fn all(self) -> u32 {
        self.all
    }

    #[inline]
    pub(crate) fn add(&mut self, kind: FailureKind) {
        self.all = self.all.saturating_add(1);
        if kind != FailureKind::Returned {
            self.add_other(kind);
        }
    }

    fn add_other(&mut self, kind: FailureKind) {
        if let Some(count) = self.other_mut(kind) {
            *count = count.saturating_add(1);
        }
    }

    #[inline]
    pub(crate) fn remove(&mut self, kind: FailureKind) {
        self.all = self.all.saturating_sub(1);
        if let Some(count) = self.other_mut(kind) {
            *count = count.saturating_sub(1);
        }
    }

    fn other_mut(&mut self, kind: FailureKind) -> Option<&mut u32> {
        self.others.get_mut((kind as usize).checked_sub(1)?)
    }
}

impl From<FailureCounts> for Failures {
    fn from(counts: FailureCounts) -> Self {
        let [panicked, timed_out, dropped, slow] = counts.others.map(u64::from);
        Self {
            returned: u64::from(counts.all).saturating_sub(panicked + timed_out + dropped + slow),
            panicked,
            timed_out,
            dropped,
            slow,
            silent: 0,
        }
    }
}
