//! Faults that users of circuit breakers report in public, each played on this crate.

mod advice;
mod cancellation;
mod chains;
mod files;
mod hints;
mod keys;
mod looking;
mod probes;
mod snapshots;
mod void;
