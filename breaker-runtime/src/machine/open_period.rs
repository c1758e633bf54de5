//! The length of an open period (R12).

use std::time::Duration;

use crate::config::Settings;

/// Returns the length of the n-th open period in a row.
///
/// It is `open_for` × `backoff`^(n-1), varied by up to ± `jitter`, but at least what a hint asks for, which `jitter`
/// only lengthens; and at most `max_open_for`.
///
/// Call it once, when the circuit opens: if each check drew again, the first lucky draw would end the period.
pub(super) fn open_period(
    settings: &Settings,
    n: u32,
    hint: Option<Duration>,
    draws: &mut Draws,
) -> Duration {
    let exponent = i32::try_from(n.saturating_sub(1)).unwrap_or(i32::MAX);
    let grown = scaled(settings.open_for, settings.backoff.powi(exponent));
    let draw = draws.next();
    let jittered = scaled(grown, 1.0 + settings.jitter * draw);
    // The server asked not to be called before; instances that got the same hint still spread out.
    let asked = hint.map(|hint| scaled(hint, 1.0 + settings.jitter * f64::midpoint(1.0, draw)));
    asked
        .map_or(jittered, |asked| asked.max(jittered))
        .min(settings.max_open_for)
}

/// Multiplies a duration and saturates; a factor of one keeps every nanosecond.
#[expect(
    clippy::float_cmp,
    reason = "a factor of exactly one is the common case and must not lose precision"
)]
pub(super) fn scaled(period: Duration, factor: f64) -> Duration {
    if factor == 1.0 {
        return period;
    }
    Duration::try_from_secs_f64(period.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// A pseudorandom sequence, determined by its seed (`SplitMix64`, Steele, Lea and Flood 2014).
///
/// It is good enough to spread out the probes of many instances of a program.
#[derive(Debug)]
pub(super) struct Draws(u64);

impl Draws {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns the next number, from 0 to 1.
    pub(super) fn share(&mut self) -> f64 {
        f64::midpoint(1.0, self.next())
    }

    /// Returns the next number, from -1 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        // 32 bits suffice, and they convert to `f64` without loss.
        let share = f64::from((z >> 32) as u32) / f64::from(u32::MAX);
        2.0 * share - 1.0
    }
}

#[cfg(test)]
mod tests;
