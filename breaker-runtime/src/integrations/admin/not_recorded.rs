//! The answer of a program without the feature `rehearsal` to a request for a rehearsal.

use axum::http::StatusCode;

use super::incoming::{Incoming, LateAnswer};
use super::problem::Problem;

pub(super) fn rehearse<'a>(_: &'a Incoming<'a>) -> LateAnswer<'a> {
    let detail = "the program is built without the feature `rehearsal` of `breaker-runtime`";
    Box::pin(async move { Err(Problem::new(StatusCode::CONFLICT, "not-recorded", detail)) })
}
