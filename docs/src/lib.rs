//! The chapters of `docs/`: all their examples in Rust are tests of this crate.

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
