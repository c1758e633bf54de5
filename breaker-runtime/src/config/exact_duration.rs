//! A duration as text that a file can contain.

use std::fmt;
use std::time::Duration;

/// Displays a duration as a number and its unit, exact to the nanosecond: `30s`, `250ms`, `1.5s`.
pub(crate) struct ExactDuration(pub(crate) Duration);

impl fmt::Display for ExactDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, nanos) = (self.0.as_secs(), self.0.subsec_nanos());
        match (seconds, nanos) {
            (_, 0) => write!(f, "{seconds}s"),
            (0, _) => decimal(f, u64::from(nanos / 1_000_000), nanos % 1_000_000, 6, "ms"),
            _ => decimal(f, seconds, nanos, 9, "s"),
        }
    }
}

fn decimal(
    f: &mut fmt::Formatter<'_>,
    whole: u64,
    fraction: u32,
    digits: usize,
    unit: &str,
) -> fmt::Result {
    let fraction = format!("{fraction:0digits$}");
    match fraction.trim_end_matches('0') {
        "" => write!(f, "{whole}{unit}"),
        fraction => write!(f, "{whole}.{fraction}{unit}"),
    }
}

#[cfg(test)]
mod tests;
