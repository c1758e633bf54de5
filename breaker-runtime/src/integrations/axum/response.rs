//! The errors of a breaker as responses.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;

use crate::integrations::rejections::Answer;
use crate::values::{BreakerError, CallError, Rejection, TimedOut};

/// Responds with `503`, a JSON body and, if the time is known, the header `Retry-After`.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response<Body> {
        response(Answer::from(&self))
    }
}

/// Responds with `504` and a JSON body.
impl IntoResponse for TimedOut {
    fn into_response(self) -> Response<Body> {
        response(Answer::from(&self))
    }
}

/// Responds as the [`Rejection`] or the [`TimedOut`] does.
impl IntoResponse for BreakerError {
    fn into_response(self) -> Response<Body> {
        response(Answer::from(&self))
    }
}

/// Responds as the breaker's error or the call's own error does.
impl<E: IntoResponse> IntoResponse for CallError<E> {
    fn into_response(self) -> Response<Body> {
        match self {
            Self::Breaker(error) => error.into_response(),
            Self::Inner(error) => error.into_response(),
        }
    }
}

/// Responds as the breaker's error or the inner service's error does.
#[cfg(feature = "tower")]
impl<E: IntoResponse + 'static> IntoResponse for crate::integrations::tower::ServiceError<E> {
    fn into_response(self) -> Response<Body> {
        CallError::from(self).into_response()
    }
}

fn response(answer: Answer) -> Response<Body> {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut response = json(status, answer.body);
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}

/// Makes a JSON response that must not be cached.
pub(super) fn json(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
