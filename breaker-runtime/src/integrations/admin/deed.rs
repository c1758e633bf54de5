//! What a control request has done, for the audit.

use std::time::Duration;

use axum::body::Body;
use axum::http::Response;

use crate::values::Action;

/// What a control request has done, or would do.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    /// The actions that were recorded; none for a dry run.
    pub(super) actions: Vec<Action>,
    pub(super) log: DeedLog,
}

/// What the log tells about a control request besides its answer.
#[derive(Clone, Debug, Default)]
#[cfg_attr(
    not(feature = "tracing"),
    expect(dead_code, reason = "only the log reads it")
)]
pub(super) struct DeedLog {
    pub(super) reason: Option<String>,
    pub(super) ttl: Option<Duration>,
    pub(super) before: String,
    pub(super) after: String,
}

impl Deed {
    /// Lets whoever sends the answer know what was done.
    pub(super) fn attach(self, response: &mut Response<Body>) {
        response.extensions_mut().insert(self);
    }

    /// Takes what was done from an answer.
    pub(super) fn detach(response: &mut Response<Body>) -> Option<Self> {
        response.extensions_mut().remove()
    }
}
