//! One breaker among threads: the gate that most calls pass without the lock, and the machine behind the lock.

mod actions;
mod admit;
mod cancellation;
mod causes;
mod construct;
mod control;
mod counters;
mod drops;
mod event;
mod event_queue;
mod failure_counters;
#[cfg(feature = "fleet")]
mod fleet;
#[cfg(feature = "fleet")]
mod fleet_link;
mod gate;
mod history;
mod latencies;
mod limited;
mod listeners;
mod lock;
mod log;
mod marked;
mod measured;
mod nesting;
#[cfg(any(feature = "tokio", feature = "tower"))]
mod next_call;
mod outages;
mod overrides;
mod places;
mod preview;
#[cfg(any(test, feature = "tokio"))]
mod probing;
mod progress;
mod published_limits;
mod readings;
#[cfg(feature = "rehearsal")]
mod recorded;
#[cfg(feature = "rehearsal")]
mod recording;
mod ring;
#[cfg(feature = "rehearsal")]
mod ring_of_events;
mod settings;
mod settle;
mod shared;
mod snapshot;
mod span;
mod subscription;
mod tallied;
mod tally;
pub(crate) mod thread_slots;
#[cfg(any(feature = "tokio", feature = "tower"))]
mod waiting;
mod wake;
#[cfg(any(feature = "tokio", feature = "tower"))]
mod wakers;

pub(crate) use self::causes::StateCause;
pub use self::control::BreakerControl;
pub(crate) use self::counters::Counter;
pub(crate) use self::drops::as_neutral;
pub use self::event::EventKind;
#[cfg(feature = "fleet")]
pub(crate) use self::fleet::{FleetForced, FleetReading, is_hashed, split_store_name, store_name};
#[cfg(feature = "fleet")]
pub(crate) use self::listeners::Listeners;
#[cfg(feature = "rehearsal")]
pub(crate) use self::log::recording_failed;
pub(crate) use self::nesting::Nesting;
#[cfg(any(test, feature = "config"))]
pub(crate) use self::overrides::ExternalOverride;
#[cfg(feature = "rehearsal")]
pub(crate) use self::recording::{Chosen, Recording, Source};
#[cfg(feature = "rehearsal")]
pub(crate) use self::ring_of_events::{CallEvent, CallEventKind, CallMark};
pub(crate) use self::settings::Announcement;
#[cfg(feature = "fleet")]
pub(crate) use self::shared::FleetHook;
#[cfg(any(
    feature = "admin",
    feature = "fleet",
    feature = "metrics",
    feature = "opentelemetry"
))]
pub(crate) use self::shared::WeakBreaker;
pub use self::shared::{CircuitBreaker, Event};
pub(crate) use self::shared::{KeySet, Listener, RegistryLink, sort_by_name};
pub use self::snapshot::{ProbeProgress, Snapshot, WindowStats};
pub use self::subscription::Subscription;
#[cfg(any(feature = "tokio", feature = "tower"))]
pub(crate) use self::waiting::Waiting;

#[cfg(test)]
mod tests;
