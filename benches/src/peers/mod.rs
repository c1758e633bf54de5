//! The same function behind other circuit breakers.
//!
//! Each breaker is at hand when it is called: unlike the attribute's, it is not looked up. Of the
//! rules that a crate has, the one next to the attribute's is taken.

use std::time::Duration;

pub mod breaker;
pub mod failsafe;
pub mod recloser;
pub mod seatbelt;
pub mod tower;

/// No circuit that is open closes within a bench.
const OPEN_FOR: Duration = Duration::from_secs(3_600);
