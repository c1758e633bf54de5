//! The errors of a breaker as responses of poem.

use poem::Response;
use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};

use super::answer::Answer;
use crate::values::{BreakerError, Rejection, TimedOut};

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        let mut response = Self::builder()
            .status(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE))
            .header(CONTENT_TYPE, "application/json")
            .header(CACHE_CONTROL, "no-store");
        if let Some(seconds) = answer.retry_after {
            response = response.header(RETRY_AFTER, seconds);
        }
        response.body(answer.body)
    }
}

/// Responds with `503`, a JSON body and, if the time is known, the header `Retry-After`.
impl ResponseError for Rejection {
    fn status(&self) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }

    fn as_response(&self) -> Response {
        Answer::from(self).into()
    }
}

/// Responds with `504` and a JSON body.
impl ResponseError for TimedOut {
    fn status(&self) -> StatusCode {
        StatusCode::GATEWAY_TIMEOUT
    }

    fn as_response(&self) -> Response {
        Answer::from(self).into()
    }
}

/// Responds as the [`Rejection`] or the [`TimedOut`] does.
impl ResponseError for BreakerError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Rejected(rejection) => rejection.status(),
            Self::TimedOut(timed_out) => timed_out.status(),
        }
    }

    fn as_response(&self) -> Response {
        Answer::from(self).into()
    }
}
