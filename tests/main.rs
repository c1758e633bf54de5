//! The integration tests of all crates, in one binary.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    unused_qualifications,
    reason = "a test that unwraps fails where it should"
)]

mod clients;
mod expansion;
mod faults;
mod production;
mod registry;
mod rules;
mod support;
