//! What the headers or the trailers of a response say.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use crate::integrations::{grpc_code, http_answer};
use crate::values::Outcome;

/// Returns the time that `retry-after` asks for.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(RETRY_AFTER).iter();
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    http_answer::retry_after(values.filter_map(|value| value.to_str().ok()), date)
}

/// Returns the outcome of the header `grpc-status`, if it is present.
#[inline]
pub(super) fn grpc_outcome(headers: &HeaderMap) -> Option<Outcome> {
    let code = headers.get("grpc-status")?;
    let code = code.to_str().ok().and_then(|code| code.parse().ok());
    Some(code.map_or(Outcome::Failure, Outcome::of_grpc_code))
}

/// Returns how long a gRPC server asks not to be called again: `retry-after` or `grpc-retry-pushback-ms`, whichever is
/// longer.
pub(super) fn grpc_hint(headers: &HeaderMap) -> Option<Duration> {
    let pushback = headers.get(grpc_code::PUSHBACK);
    let pushback = pushback.and_then(|text| grpc_code::pushback(text.to_str().ok()?));
    retry_after(headers).max(pushback)
}
