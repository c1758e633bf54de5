//! Plain values that callers, listeners and operators read. They have no logic beyond labels and sums.

mod action;
mod actor;
mod cause;
mod classify_error;
mod error;
mod failure;
mod fleet;
mod key;
mod key_stats;
mod latency;
mod layer;
mod name;
mod outage;
mod outcome;
mod rejection;
mod setting_change;
mod setting_layers;
mod state;
mod text;
mod totals;
mod transition;

pub use self::action::{Action, ActionKind};
pub use self::actor::{Actor, Attribution, InvalidActor};
pub use self::cause::{Cause, Origin};
pub use self::classify_error::ClassifyError;
#[cfg(any(
    feature = "aws",
    feature = "redis-client",
    feature = "reqwest",
    feature = "sqlx",
    feature = "tonic",
    feature = "tower"
))]
pub(crate) use self::error::chain;
pub use self::error::{BreakerError, CallError, TimedOut};
pub(crate) use self::failure::FailureCounts;
pub use self::failure::{FailureKind, Failures};
pub use self::fleet::{FleetCircuit, FleetErrors, FleetNumbers, FleetStatus, FleetView};
pub(crate) use self::key::shortened;
pub use self::key_stats::KeyStats;
pub(crate) use self::key_stats::{KeyReading, RetiredCounts};
pub use self::latency::Latency;
pub(crate) use self::latency::{BUCKETS, bucket_of};
pub use self::layer::Layer;
pub(crate) use self::name::BreakerName;
pub use self::outage::Outage;
pub(crate) use self::outcome::End;
pub use self::outcome::Outcome;
pub use self::rejection::{Rejection, RejectionReason};
pub use self::setting_change::SettingChange;
pub use self::setting_layers::{Configured, LayerValue, SettingLayers, WindowEffect};
pub use self::state::{Reason, State};
#[cfg(any(feature = "fleet", all(feature = "admin", feature = "tracing")))]
pub(crate) use self::text::printable;
pub use self::totals::{Rejections, Totals};
pub use self::transition::{Override, PastTransition, Transition, TransitionCount};
