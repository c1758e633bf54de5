//! The integration tests of both crates, in one binary.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    unused_qualifications,
    reason = "a test that unwraps fails where it should"
)]

mod expansion;
mod production;
mod registry;
mod rules;
