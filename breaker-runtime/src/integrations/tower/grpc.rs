//! The classifier of gRPC responses.

use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response, StatusCode};

use super::classify::{Classify, of_error};
use super::headers;
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
/// [`HttpClassifier::grpc_outcome`](super::HttpClassifier::grpc_outcome) lists the status codes. The hint for the open
/// period is `retry-after` or `grpc-retry-pushback-ms`, whichever is longer.
///
/// A server sends its status in the head only if the response has no message (*trailers-only*), as for most errors of
/// unary calls. If the call fails after its first message, the status is in the trailers. A layer sees them with
/// [`until_body_end`](super::CircuitBreakerLayer::until_body_end), and the table holds for their status too. Trailers
/// without a status are a success.
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
        if let Some(outcome) = headers::grpc_outcome(response.headers()) {
            return outcome;
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
        headers::grpc_hint(answer.ok()?.headers())
    }

    fn classify_trailers(&self, trailers: &HeaderMap) -> Outcome {
        headers::grpc_outcome(trailers).unwrap_or(Outcome::Success)
    }

    fn hint_of_trailers(&self, trailers: &HeaderMap) -> Option<Duration> {
        headers::grpc_hint(trailers)
    }
}
