//! The grammar that the attribute shares with configuration files and environment variables: durations,
//! names, and the words that other circuit breakers use for a setting.
//!
//! `breaker-runtime` compiles the same files: its `src/config/grammar` is a symbolic link to this
//! folder. For that reason they depend on `std` only.

pub(crate) mod duration;
pub(crate) mod name;
pub(crate) mod words;
