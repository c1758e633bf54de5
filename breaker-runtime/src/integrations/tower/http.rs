//! The classifier of HTTP responses.

use std::time::Duration;

use http::{HeaderMap, Response, StatusCode};

use super::classify::{Classify, of_error};
use super::headers;
use crate::values::Outcome;

/// Classifies HTTP responses by status.
///
/// | answer | counts as |
/// |---|---|
/// | `5xx`, `429` | failure; its `Retry-After` is the hint for the open period |
/// | an error | failure, or ignored if it is or holds the error of a breaker, see [`ByResult`](super::ByResult) |
/// | `200` with the header `grpc-status` | see [`grpc_outcome`](HttpClassifier::grpc_outcome) |
/// | any other status, including all other `4xx` | success: the server has answered |
///
/// Only the head of a response counts, unless the layer waits for the end of the body:
/// [`until_body_end`](super::CircuitBreakerLayer::until_body_end). A gRPC server sends its status in the head only if the
/// response has no message, and otherwise in the trailers.
///
/// The classifier accepts responses of the crate `http`, and with the feature `reqwest` also those of reqwest. For other
/// types, pass the status and the headers to its functions. [`GrpcClassifier`](super::GrpcClassifier) is for gRPC.
///
/// ```
/// use breaker_runtime::Outcome;
/// use breaker_runtime::tower::HttpClassifier;
/// # mod client {
/// #     pub type Response = http::Response<()>;
/// #     pub type Error = std::io::Error;
/// # }
///
/// let classify = |answer: Result<&client::Response, &client::Error>| match answer {
///     Ok(response) => HttpClassifier::outcome(response.status()),
///     Err(_) => Outcome::Failure,
/// };
/// let hint = |answer: Result<&client::Response, &client::Error>| {
///     HttpClassifier::retry_after(answer.ok()?.headers())
/// };
/// # let busy = http::Response::builder().status(503).header("retry-after", "7").body(()).unwrap();
/// # assert_eq!(classify(Ok(&busy)), Outcome::Failure);
/// # assert_eq!(hint(Ok(&busy)), Some(std::time::Duration::from_secs(7)));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpClassifier;

impl HttpClassifier {
    /// Classifies a status: `5xx` and `429` are failures, all others are successes.
    pub fn outcome(status: StatusCode) -> Outcome {
        Outcome::of_http_status(status.as_u16())
    }

    /// Classifies a gRPC status code.
    ///
    /// | code | counts as |
    /// |---|---|
    /// | 0 (`OK`), and 3, 5, 6, 7, 9, 10, 11, 12, 16, such as `NOT_FOUND`: the server has answered | success |
    /// | 1 (`CANCELLED`) | ignored |
    /// | any other, such as 4 (`DEADLINE_EXCEEDED`), 8 (`RESOURCE_EXHAUSTED`), 13 (`INTERNAL`), 14 (`UNAVAILABLE`) | failure |
    pub fn grpc_outcome(code: u32) -> Outcome {
        Outcome::of_grpc_code(code)
    }

    /// Returns the time that `Retry-After` asks for, or `None` if the header is missing or invalid.
    ///
    /// The header contains seconds or a date. Fractions of a second are rounded up, numbers that are too large become the
    /// largest duration, and of several headers the longest time counts. A date is compared with the header `Date` if
    /// that is present, otherwise with the system's clock. For a date in the past the time is zero. The open period is
    /// capped by `max_open_for`, whose default is ten times `open_for`.
    #[doc(alias = "retry-after")]
    pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
        headers::retry_after(headers)
    }
}

impl<B, E: 'static> Classify<Response<B>, E> for HttpClassifier {
    #[inline]
    fn classify(&self, answer: Result<&Response<B>, &E>) -> Outcome {
        let response = match answer {
            Ok(response) => response,
            Err(error) => return of_error(error),
        };
        let code = response.headers().get("grpc-status");
        match code.and_then(|code| code.to_str().ok()?.parse().ok()) {
            Some(code) if response.status() == StatusCode::OK => Self::grpc_outcome(code),
            _ => Self::outcome(response.status()),
        }
    }

    fn hint(&self, answer: Result<&Response<B>, &E>) -> Option<Duration> {
        Self::retry_after(answer.ok()?.headers())
    }

    fn classify_trailers(&self, trailers: &HeaderMap) -> Outcome {
        headers::grpc_outcome(trailers).unwrap_or(Outcome::Success)
    }

    fn hint_of_trailers(&self, trailers: &HeaderMap) -> Option<Duration> {
        headers::grpc_hint(trailers)
    }
}

/// As [`classifiers::reqwest`](crate::classifiers::reqwest) does.
#[cfg(feature = "reqwest")]
impl<E: 'static> Classify<reqwest::Response, E> for HttpClassifier {
    fn classify(&self, answer: Result<&reqwest::Response, &E>) -> Outcome {
        use crate::values::ClassifyError;

        match answer {
            Ok(response) => Self::outcome(response.status()),
            Err(error) => match (error as &dyn std::any::Any).downcast_ref::<reqwest::Error>() {
                Some(error) => error.outcome(),
                None => of_error(error),
            },
        }
    }

    fn hint(&self, answer: Result<&reqwest::Response, &E>) -> Option<Duration> {
        Self::retry_after(answer.ok()?.headers())
    }
}
