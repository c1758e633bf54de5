//! Statements of the chapters that take more than one example to check.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

mod events;
mod first_example;
mod half_open;
mod instrument;
mod linked;
mod optional_breaker;
