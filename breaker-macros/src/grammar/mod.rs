//! The grammar that the attribute shares with configuration files and environment variables: durations,
//! names, the words that other circuit breakers use for a setting, and what a value in another notation
//! means.
//!
//! `breaker-runtime` compiles the same files: its `src/config/grammar` is a symbolic link to this
//! folder. For that reason they depend on `std` only.

pub(crate) mod advice;
pub(crate) mod duration;
pub(crate) mod meaning;
pub(crate) mod name;
pub(crate) mod nearest;
pub(crate) mod number;
pub(crate) mod words;
