//! The chapters of `docs/` and the README of the runtime: all their examples in Rust are tests of this crate.
//!
//! The example of the workspace's README is in `tests/first_example.rs`, which also calls it.

use breaker_runtime::{BreakerError, circuit_breaker};

/// Declares a breaker; `tests/linked.rs` and `tests/unlinked.rs` look for it.
///
/// # Errors
///
/// A rejection.
#[circuit_breaker(name = "docs/declared-in-a-dependency")]
pub fn declared_in_a_dependency() -> Result<(), BreakerError> {
    Ok(())
}

#[cfg(doctest)]
#[doc = include_str!("../../breaker-runtime/README.md")]
mod runtime {}

#[cfg(doctest)]
#[doc = include_str!("../admin.md")]
mod admin {}

#[cfg(doctest)]
#[doc = include_str!("../choosing-numbers.md")]
mod choosing_numbers {}

#[cfg(doctest)]
#[doc = include_str!("../semantics.md")]
mod semantics {}

#[cfg(doctest)]
#[doc = include_str!("../operations.md")]
mod operations {}

#[cfg(doctest)]
#[doc = include_str!("../fleet.md")]
mod fleet {}

#[cfg(doctest)]
#[doc = include_str!("../platforms.md")]
mod platforms {}

#[cfg(doctest)]
#[doc = include_str!("../testing.md")]
mod testing {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/README.md")]
mod moving_in {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/failsafe.md")]
mod failsafe {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/gobreaker.md")]
mod gobreaker {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/opossum.md")]
mod opossum {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/polly.md")]
mod polly {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/recloser.md")]
mod recloser {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/resilience4j.md")]
mod resilience4j {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/seatbelt.md")]
mod seatbelt {}

#[cfg(doctest)]
#[doc = include_str!("../moving-in/tower-resilience.md")]
mod tower_resilience {}
