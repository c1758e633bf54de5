//! The classifier of gRPC responses.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{Response, StatusCode};

use super::classify::{Classify, of_error};
use super::http::HttpClassifier;
use crate::integrations::grpc_code;
use crate::values::Outcome;

/// Classifies gRPC responses by the status in their head.
///
/// | answer | counts as |
/// |---|---|
/// | the status `OK`, or one that is an answer to the request, such as `NOT_FOUND` | success |
/// | `CANCELLED` | ignored |
/// | any other status, such as `UNAVAILABLE`, or one that is not a number | failure |
/// | no status, and the HTTP status is `200`: messages follow | success |
/// | no status, and another HTTP status or another type than `application/grpc`: no gRPC server has answered | failure |
/// | an error | failure, or ignored if it is or holds the error of a breaker, see [`ByResult`](super::ByResult) |
///
/// [`HttpClassifier::grpc_outcome`] lists the status codes. The hint for the open period is `retry-after` or
/// `grpc-retry-pushback-ms`, whichever is longer.
///
/// A server sends its status in the head only if the response has no message (*trailers-only*), as for most errors of
/// unary calls. If the call fails after its first message, the status is in the trailers, which the layer does not see.
/// To judge such calls, guard the function that makes them, with the feature `tonic` by
/// [`classifiers::tonic`](crate::classifiers).
///
/// # Examples
///
/// ```
/// use breaker_runtime::Outcome;
/// use breaker_runtime::tower::{Classify, GrpcClassifier};
///
/// let head = http::Response::builder().header("content-type", "application/grpc");
/// let unavailable = head.header("grpc-status", "14").body(()).unwrap();
/// let answer: Result<_, &std::io::Error> = Ok(&unavailable);
/// assert_eq!(GrpcClassifier.classify(answer), Outcome::Failure);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct GrpcClassifier;

impl<B, E: 'static> Classify<Response<B>, E> for GrpcClassifier {
    #[inline]
    fn classify(&self, answer: Result<&Response<B>, &E>) -> Outcome {
        let response = match answer {
            Ok(response) => response,
            Err(error) => return of_error(error),
        };
        if let Some(code) = response.headers().get("grpc-status") {
            let code = code.to_str().ok().and_then(|code| code.parse().ok());
            return code.map_or(Outcome::Failure, HttpClassifier::grpc_outcome);
        }
        let kind = response.headers().get(CONTENT_TYPE);
        let is_grpc = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/grpc"));
        if is_grpc && response.status() == StatusCode::OK {
            Outcome::Success
        } else {
            Outcome::Failure
        }
    }

    fn hint(&self, answer: Result<&Response<B>, &E>) -> Option<Duration> {
        let headers = answer.ok()?.headers();
        let pushback = headers.get(grpc_code::PUSHBACK);
        let pushback = pushback.and_then(|text| grpc_code::pushback(text.to_str().ok()?));
        HttpClassifier::retry_after(headers).max(pushback)
    }
}
