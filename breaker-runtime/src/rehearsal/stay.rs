//! The stays of a circuit, in nanoseconds since 1970.

use std::sync::Arc;

use crate::values::{Reason, State};

/// A stay in one state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stay {
    pub(super) from: u64,
    pub(super) to: u64,
    pub(super) state: State,
}

/// A stay outside of the closed state.
#[derive(Clone, Debug)]
pub(super) struct OpeningSpan {
    pub(super) opened: u64,
    pub(super) closed: Option<u64>,
    pub(super) reason: Reason,
    pub(super) key: Option<Arc<str>>,
    pub(super) reopenings: u64,
    pub(super) rejected: u64,
    pub(super) rejected_failed: u64,
    pub(super) rejected_succeeded: u64,
}
