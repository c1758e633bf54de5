//! One circuit for all instances of a service.
//!
//! The store is never on the path of a call. Each instance decides by its own rules and votes; a task exchanges votes,
//! openings, leases and overrides with a [`FleetStore`].

mod error;
mod event;
mod limits;
#[allow(dead_code, reason = "the task of the fleet follows")]
mod member;
mod memory;
mod quorum;
mod state;
mod store;

pub use self::error::{FleetError, JoinError};
pub use self::event::FleetEvent;
pub use self::memory::{MemoryFault, MemoryStore};
pub use self::quorum::Quorum;
pub use self::store::{
    Answer, Answers, Batch, BoxFuture, BoxStream, Circuit, Contents, FleetOverride, FleetStore,
    Heard, Lease, Op, Order, OverrideKind, Phase, StoreError, Verdict, Vote,
};
pub use crate::values::{FleetCircuit, FleetErrors, FleetNumbers, FleetStatus, FleetView};
