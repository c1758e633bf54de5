//! The caller of a batch, and the numbers and times of a state.

use std::time::Duration;

/// Who speaks, and when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'a> {
    pub(super) member: &'a str,
    /// Whether the caller is a live member, which can vote and probe.
    pub(super) votes: bool,
    pub(super) member_ttl: u64,
    pub(super) now: u64,
}

/// Returns the number after `last`: the time, or one more if that is larger, so that no number comes twice even if the
/// store forgets its last changes.
pub(super) fn next(last: u64, now: u64) -> u64 {
    now.max(last.saturating_add(1))
}

/// Returns a number that a member says it has seen, which cannot be later than a day from now.
pub(super) fn seen(number: u64, now: u64) -> u64 {
    number.min(now + DAY)
}

/// A day, in microseconds.
pub(super) const DAY: u64 = 86_400_000_000;
/// How often the state is swept at most.
pub(super) const SWEPT_EVERY: u64 = 1_000_000;
/// How long a closed circuit is kept.
pub(super) const CLOSED_FOR: u64 = 60_000_000;

pub(super) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn duration(micros: u64) -> Duration {
    Duration::from_micros(micros)
}
