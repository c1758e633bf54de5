//! The classifier of HTTP responses.

use std::time::{Duration, SystemTime};

use http::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};

use super::classify::Classify;
use crate::values::Outcome;

/// Classifies HTTP responses by status.
///
/// | answer | counts as |
/// |---|---|
/// | `5xx`, `429` | failure; its `Retry-After` is the hint for the open period |
/// | an error | failure |
/// | any other status, including all other `4xx` | success: the server has answered |
///
/// Only the head of a response counts; its body does not.
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

    /// Returns the time that `Retry-After` asks for, or `None` if the header is missing or invalid.
    ///
    /// The header contains seconds or a date. A date is compared with the header `Date` if that is present, otherwise
    /// with the system's clock. For a date in the past the time is zero.
    #[doc(alias = "retry-after")]
    pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
        let value = headers.get(RETRY_AFTER)?;
        if let Some(seconds) = seconds(value) {
            return Some(seconds);
        }
        let until = date(value)?;
        let now = headers.get(DATE).and_then(date);
        let now = now.unwrap_or_else(SystemTime::now);
        Some(until.duration_since(now).unwrap_or(Duration::ZERO))
    }
}

fn seconds(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    // `parse` would accept a sign.
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = digits.then(|| text.parse().ok())??;
    Some(Duration::from_secs(seconds))
}

fn date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?.trim()).ok()
}

impl<B, E> Classify<Response<B>, E> for HttpClassifier {
    #[inline]
    fn classify(&self, answer: Result<&Response<B>, &E>) -> Outcome {
        answer.map_or(Outcome::Failure, |response| {
            Self::outcome(response.status())
        })
    }

    fn hint(&self, answer: Result<&Response<B>, &E>) -> Option<Duration> {
        Self::retry_after(answer.ok()?.headers())
    }
}
