//! What expansions of the attribute call. It is exempt from semantic versioning.

pub use core::compile_error;
pub use inventory;

pub use crate::__circuit_breaker_limited as limited;
pub use crate::attribute::*;
pub use crate::call::{
    FallbackGuard, Guard, Guarded, Handle, Late, Limit, Marked, Owned, Recorded,
    RejectedCall as Refused, Settled, poll, poll_limited,
};
pub use crate::config::{Config, Location, Window, WindowFrom};
pub use crate::registry::{Declaration, Listed, Registry, Site, SiteHandle as Here};
pub use crate::values::{BreakerError, CallError, Outcome};
