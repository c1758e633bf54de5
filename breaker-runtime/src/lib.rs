//! Circuit breakers as an attribute.

#![forbid(unsafe_code)]

mod breaker;
mod call;
mod cells;
mod classify;
mod config;
mod control;
mod core;
mod error;
mod event;
mod gate;
mod machine;
mod name;
mod outcome;
mod permit;
mod registry;
mod snapshot;
mod state;
mod sync;
mod time;
mod totals;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
use self::__private as private;

#[cfg(feature = "test-util")]
pub mod test_util;

#[cfg(feature = "macros")]
pub use breaker_macros::circuit_breaker;

pub use self::breaker::CircuitBreaker;
pub use self::config::{
    Claim, Config, ConfigError, Conflict, Location, Overrides, Settings,
};
pub use self::error::{BreakerError, CallError, Rejection, RejectionReason};
pub use self::event::{Event, EventKind, Listener, Subscription, Transition};
pub use self::outcome::Outcome;
pub use self::permit::Permit;
pub use self::registry::{Declaration, Registry};
pub use self::snapshot::{Override, Snapshot};
pub use self::state::{Reason, State};
pub use self::time::{Clock, Tick};
pub use self::totals::Totals;
