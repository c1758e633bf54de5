//! One circuit for all instances of a service.
//!
//! The store is never on the path of a call. Each instance decides by its own rules and votes; a task exchanges votes,
//! openings, leases and overrides with a [`FleetStore`].

mod circuit_name;
mod contents;
mod core;
mod error;
mod event;
mod finding;
#[expect(clippy::module_inception, reason = "the type that the module is about")]
mod fleet;
mod handle;
mod label;
pub(crate) mod limits;
mod log;
mod member;
mod memory;
mod quorum;
#[cfg(test)]
mod simulation;
pub(crate) mod state;
mod steer;
mod store;
mod task;

pub use self::error::{FleetError, JoinError};
pub use self::event::FleetEvent;
pub use self::finding::FleetFinding;
pub use self::fleet::Fleet;
pub use self::handle::{FleetHandle, FleetMember, FleetSubscription, Membership};
pub use self::memory::{MemoryFault, MemoryStore};
pub use self::quorum::Quorum;
pub use self::steer::FleetControl;
pub use self::store::{
    Answer, Answers, Batch, BoxFuture, BoxStream, Circuit, Contents, FleetOverride, FleetStore,
    Heard, Lease, Op, Order, OverrideKind, Phase, StoreError, Verdict, Vote,
};
pub use crate::values::{FleetCircuit, FleetErrors, FleetNumbers, FleetStatus, FleetView};

#[cfg(all(test, feature = "test-util"))]
mod tests;
