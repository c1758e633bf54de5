//! The classifier of HTTP responses.

use std::time::{Duration, SystemTime};

use http::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};

use super::classify::{Classify, of_error};
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
/// Only the head of a response counts; its body and its trailers do not. A gRPC server sends its status in the head only
/// if the response has no message.
///
/// The classifier accepts responses of the crate `http`. For other types, such as reqwest's responses, pass the status
/// and the headers to its two functions:
///
/// ```
/// use breaker_runtime::Outcome;
/// use breaker_runtime::tower::HttpClassifier;
/// # mod reqwest {
/// #     pub type Response = http::Response<()>;
/// #     pub type Error = std::io::Error;
/// # }
///
/// let classify = |answer: Result<&reqwest::Response, &reqwest::Error>| match answer {
///     Ok(response) => HttpClassifier::outcome(response.status()),
///     Err(_) => Outcome::Failure,
/// };
/// let hint = |answer: Result<&reqwest::Response, &reqwest::Error>| {
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
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            Outcome::Failure
        } else {
            Outcome::Success
        }
    }

    /// Classifies a gRPC status code.
    ///
    /// | code | counts as |
    /// |---|---|
    /// | 0 (`OK`) | success |
    /// | 1, 3, 5, 6, 7, 9, 10, 11, 12, 16: the caller cancelled, or its request was wrong | ignored |
    /// | any other, such as 4 (`DEADLINE_EXCEEDED`), 8 (`RESOURCE_EXHAUSTED`), 13 (`INTERNAL`), 14 (`UNAVAILABLE`) | failure |
    pub fn grpc_outcome(code: u32) -> Outcome {
        match code {
            0 => Outcome::Success,
            1 | 3 | 5 | 6 | 7 | 9 | 10 | 11 | 12 | 16 => Outcome::Ignored,
            _ => Outcome::Failure,
        }
    }

    /// Returns the time that `Retry-After` asks for, or `None` if the header is missing or invalid.
    ///
    /// The header contains seconds or a date. Fractions of a second are rounded up, numbers that are too large become the
    /// largest duration, and of several headers the longest time counts. A date is compared with the header `Date` if
    /// that is present, otherwise with the system's clock. For a date in the past the time is zero. The open period is
    /// capped by `max_open_for`, whose default is ten times `open_for`.
    #[doc(alias = "retry-after")]
    pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
        let now = || {
            let date = headers.get(DATE).and_then(date);
            date.unwrap_or_else(SystemTime::now)
        };
        let delay = |value: &HeaderValue| {
            let until = |until: SystemTime| until.duration_since(now()).unwrap_or(Duration::ZERO);
            seconds(value).or_else(|| date(value).map(until))
        };
        headers.get_all(RETRY_AFTER).iter().filter_map(delay).max()
    }
}

/// Reads seconds. RFC 9110 allows whole ones only, but servers send fractions too.
fn seconds(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    // `parse` would accept a sign.
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let more = fraction.bytes().any(|digit| digit != b'0');
    let whole = whole.parse().unwrap_or(u64::MAX);
    Some(Duration::from_secs(whole.saturating_add(more.into())))
}

/// Returns the gRPC status of a response that has it in its head.
fn grpc_status<B>(response: &Response<B>) -> Option<u32> {
    let status = response.headers().get("grpc-status")?;
    status.to_str().ok()?.parse().ok()
}

fn date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?.trim()).ok()
}

impl<B, E: 'static> Classify<Response<B>, E> for HttpClassifier {
    #[inline]
    fn classify(&self, answer: Result<&Response<B>, &E>) -> Outcome {
        let response = match answer {
            Ok(response) => response,
            Err(error) => return of_error(error),
        };
        match grpc_status(response) {
            Some(code) if response.status() == StatusCode::OK => Self::grpc_outcome(code),
            _ => Self::outcome(response.status()),
        }
    }

    fn hint(&self, answer: Result<&Response<B>, &E>) -> Option<Duration> {
        Self::retry_after(answer.ok()?.headers())
    }
}
