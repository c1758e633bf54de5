//! The circuit breakers and the registry of the crate `breaker-runtime`, which exports all of this beside
//! the attribute. Depend on that one.
//!
//! They are a crate of their own so that they are compiled while the attribute still waits for its
//! parser: nothing here needs a procedural macro.

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
mod history;
mod integrations;
mod key;
mod keyed;
mod latency;
mod limit;
mod limits;
mod machine;
mod name;
mod outcome;
mod permit;
mod registry;
#[cfg(feature = "config")]
mod serialize;
mod shards;
mod slots;
mod snapshot;
mod state;
mod sync;
mod tally;
mod time;
mod totals;
mod window;
mod within;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
use self::__private as private;

#[cfg(feature = "test-util")]
pub mod test_util;

#[cfg(all(test, breaker_loom))]
mod interleavings;

pub use self::breaker::CircuitBreaker;
pub use self::config::{
    Claim, Config, ConfigError, Conflict, Layer, Layers, Location, Overrides, Settings, Window,
};
#[cfg(feature = "config")]
pub use self::config::{ConfigProblem, ConfigProblems};
pub use self::error::{BreakerError, CallError, Rejection, RejectionReason, TimedOut};
pub use self::event::{Event, EventKind, Subscription, Transition};
pub use self::history::{PastTransition, TransitionCount};
#[cfg(feature = "axum")]
pub use self::integrations::axum;
#[cfg(feature = "metrics")]
pub use self::integrations::metrics;
#[cfg(feature = "tokio")]
pub use self::integrations::stream::{EventStream, Missed};
#[cfg(feature = "tower")]
pub use self::integrations::tower;
pub use self::keyed::KeyStats;
pub use self::latency::Latency;
pub use self::outcome::Outcome;
pub use self::permit::Permit;
#[cfg(feature = "config")]
pub use self::registry::{ConfigWatch, LoadReport};
pub use self::registry::{Declaration, Finding, Registry, UnknownBreaker};
pub use self::snapshot::{Override, Snapshot, WindowStats};
pub use self::state::{Reason, State};
pub use self::time::{Clock, Tick};
pub use self::totals::{Rejections, Totals};
