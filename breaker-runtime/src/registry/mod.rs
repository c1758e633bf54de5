//! Breakers by name and key, their declarations, and settings that change at run time.

mod attach;
mod by_name;
mod carry;
mod control;
#[cfg(feature = "test-util")]
pub(crate) mod current;
mod declaration;
mod declarations;
mod finding;
#[cfg(feature = "fleet")]
mod fleet;
mod keyed;
#[cfg(feature = "config")]
mod last_load;
#[cfg(feature = "config")]
mod load;
#[cfg(feature = "config")]
mod load_report;
#[cfg(feature = "config")]
mod loaded;
mod memo;
mod probe;
#[cfg(feature = "tokio")]
mod probed;
mod readings;
#[cfg(feature = "rehearsal")]
mod recording;
#[cfg(feature = "tokio")]
mod run_probes;
mod settings;
mod sharded_map;
mod shutdown;
mod similar_names;
mod site;
#[cfg(feature = "config")]
mod texts;
#[cfg(feature = "timer")]
mod timer;
mod verify;
#[cfg(feature = "config")]
mod watch;
#[cfg(feature = "fleet")]
mod weak;

pub use self::by_name::Registry;
pub use self::carry::{carry, carry_fn};
pub use self::control::RegistryControl;
pub use self::declaration::Declaration;
pub use self::finding::{Finding, NamedBreaker, SimilarNames, UnknownBreaker};
pub use self::keyed::KeyPin;
#[cfg(any(feature = "metrics", feature = "opentelemetry", feature = "tower"))]
pub(crate) use self::keyed::KeyedBreakers;
#[cfg(feature = "rehearsal")]
pub(crate) use self::keyed::{EVICTION_TRIES, IDLE_TRIES};
#[cfg(feature = "config")]
pub use self::load_report::{LoadAttempt, LoadReport};
#[cfg(feature = "admin")]
pub(crate) use self::loaded::LoadedForce;
pub use self::probe::Probe;
pub use self::shutdown::NeutralDrops;
pub use self::site::{Listed, Site, SiteHandle};
#[cfg(feature = "config")]
pub use self::watch::ConfigWatch;
#[cfg(feature = "fleet")]
pub(crate) use self::weak::WeakRegistry;

#[cfg(all(test, feature = "test-util"))]
mod tests;
