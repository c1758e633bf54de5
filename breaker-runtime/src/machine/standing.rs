//! Where a circuit stands, for the other instances of the fleet.

use std::time::Duration;

use crate::values::Reason;

/// Where a circuit stands, as the fleet needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Closed,
    Open {
        /// The rest of the open period; zero if it has passed.
        rest: Duration,
        /// The length of the last open period.
        period: Duration,
        /// Whether the circuit waits for the probes of another instance.
        held: bool,
        /// Why the circuit opened; [`Reason::Fleet`] only if it was closed when the fleet opened it.
        reason: Reason,
    },
    HalfOpen {
        /// How many probes have ended in this stay, in whichever way.
        ended: u32,
        /// Whether this instance probes for the fleet.
        leased: bool,
        /// Why the circuit opened; [`Reason::Fleet`] only if it was closed when the fleet opened it.
        reason: Reason,
    },
}
