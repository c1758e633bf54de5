//! The integration tests of both crates, in one binary.

mod expansion;
mod registry;
mod rules;
