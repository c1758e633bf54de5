//! The answers of HTTP.

use std::time::{Duration, SystemTime};

use http::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};

use crate::integrations::tower::Classify;
use crate::values::Outcome;

/// Judges the answers of HTTP by their statuses.
///
/// | answer | counts as |
/// |---|---|
/// | `5xx`, `429` | failure; its `Retry-After` is the hint for the open period |
/// | an error | failure |
/// | any other status, `4xx` included | success: the server has answered |
///
/// It judges responses of the crate `http`. For those of others, such as reqwest's own, its two functions
/// have the same to say about the parts:
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
///
/// The body of a response plays no part in it: what is judged is the head.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpClassifier;

impl HttpClassifier {
    /// Returns what a status counts as: `5xx` and `429` are failures, all others successes.
    pub fn outcome(status: StatusCode) -> Outcome {
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            Outcome::Failure
        } else {
            Outcome::Success
        }
    }

    /// Returns the time of `Retry-After`, be it in seconds or a date; `None` if there is none or it makes
    /// no sense.
    ///
    /// A date is taken by the clock of the server, if the headers have its `Date`, otherwise by the
    /// system's. One that is past is no time at all.
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
    // `parse` would take a sign.
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
