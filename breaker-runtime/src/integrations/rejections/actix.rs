//! The errors of a breaker as responses of actix-web.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};

use super::answer::Answer;
use crate::values::{BreakerError, CallError, Rejection, TimedOut};

impl From<Answer> for HttpResponse {
    fn from(answer: Answer) -> Self {
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let mut response = Self::with_body(status, BoxBody::new(answer.body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = answer.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Responds with `503`, a JSON body and, if the time is known, the header `Retry-After`.
impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::SERVICE_UNAVAILABLE
    }

    fn error_response(&self) -> HttpResponse {
        Answer::from(self).into()
    }
}

/// Responds with `504` and a JSON body.
impl ResponseError for TimedOut {
    fn status_code(&self) -> StatusCode {
        StatusCode::GATEWAY_TIMEOUT
    }

    fn error_response(&self) -> HttpResponse {
        Answer::from(self).into()
    }
}

/// Responds as the [`Rejection`] or the [`TimedOut`] does.
impl ResponseError for BreakerError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Rejected(rejection) => rejection.status_code(),
            Self::TimedOut(timed_out) => timed_out.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        Answer::from(self).into()
    }
}

/// Responds as the breaker's error or the call's own error does.
impl<E: ResponseError> ResponseError for CallError<E> {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Breaker(error) => error.status_code(),
            Self::Inner(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Breaker(error) => error.error_response(),
            Self::Inner(error) => error.error_response(),
        }
    }
}
