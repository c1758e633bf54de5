//! Outages: rows of openings.

use std::time::{Duration, SystemTime};

use super::transition::PastTransition;

/// An outage: a row of openings between which the circuit never stayed closed for long.
///
/// It begins when the circuit leaves the closed state. It ends when the circuit has been closed for `open_for`, after
/// its ramp if it has one, or when the circuit is reset. So a circuit that opens and closes in turn has one outage, and
/// not many.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry};
///
/// let payment = Registry::new().get_or_create("payment", Config::new())?;
/// payment.trip();
/// assert!(payment.try_acquire().is_err());
///
/// let outage = payment.snapshot().outage.expect("the circuit is open");
/// assert_eq!((outage.openings, outage.rejected), (1, 1));
///
/// payment.reset();
/// assert_eq!(payment.snapshot().outage, None);
/// assert_eq!(payment.snapshot().past_outages.len(), 1);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Outage {
    /// When the circuit left the closed state.
    pub began_at: SystemTime,
    /// When the circuit last closed, if it has not opened again since then.
    ///
    /// If the outage has not ended, the circuit has not been closed for long enough.
    pub closed_at: Option<SystemTime>,
    /// When the outage ended, if it has ended.
    pub ended_at: Option<SystemTime>,
    /// How long the outage lasted until its end, or has lasted until now.
    pub lasted: Duration,
    /// The opening with which the outage began.
    pub first: PastTransition,
    /// The last opening.
    pub last: PastTransition,
    /// The number of openings.
    pub openings: u64,
    /// The number of probes that were admitted.
    pub probes: u64,
    /// The number of calls that were rejected until the circuit last closed, and during the ramp that followed.
    pub rejected: u64,
    /// The number of answers of fallbacks until the circuit last closed.
    pub fallbacks: u64,
}
