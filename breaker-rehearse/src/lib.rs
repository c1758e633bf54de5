//! Plays recorded calls through a circuit breaker, and says which settings would have opened when.
//!
//! The program `breaker-rehearse` is a thin face of this library and of `breaker_runtime::rehearsal`.

#![forbid(unsafe_code)]

pub mod html;
mod lines;
mod time;

pub use self::time::{BadDuration, Unit, read_duration, read_time};
