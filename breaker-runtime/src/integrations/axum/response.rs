//! What a caller gets instead of an answer, as a response.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;

use super::json::{Maybe, Text, whole_seconds};
use crate::values::{BreakerError, CallError, Rejection, TimedOut};

/// A `503` with `Retry-After`, if it is known when to come back, and a body of JSON.
impl IntoResponse for Rejection {
    fn into_response(self) -> Response<Body> {
        let seconds = self.retry_after().map(whole_seconds);
        let body = format!(
            r#"{{"error":"rejected","breaker":{},"state":"{}","reason":"{}","retry_after":{}}}"#,
            Text(self.name()),
            self.state(),
            self.reason(),
            Maybe(seconds),
        );
        let mut response = json(StatusCode::SERVICE_UNAVAILABLE, body);
        if let Some(seconds) = seconds {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// A `504` with a body of JSON.
impl IntoResponse for TimedOut {
    fn into_response(self) -> Response<Body> {
        let body = format!(r#"{{"error":"timed_out","breaker":{}}}"#, Text(self.name()));
        json(StatusCode::GATEWAY_TIMEOUT, body)
    }
}

/// That of the [`Rejection`] or of the [`TimedOut`].
impl IntoResponse for BreakerError {
    fn into_response(self) -> Response<Body> {
        match self {
            Self::Rejected(rejection) => rejection.into_response(),
            Self::TimedOut(late) => late.into_response(),
        }
    }
}

/// That of the breaker's error or of the call's own.
impl<E: IntoResponse> IntoResponse for CallError<E> {
    fn into_response(self) -> Response<Body> {
        match self {
            Self::Breaker(error) => error.into_response(),
            Self::Inner(error) => error.into_response(),
        }
    }
}

/// That of the breaker's error or of the inner service's own.
#[cfg(feature = "tower")]
impl<E: IntoResponse> IntoResponse for crate::tower::ServiceError<E> {
    fn into_response(self) -> Response<Body> {
        CallError::from(self).into_response()
    }
}

/// Makes a response of JSON that holds for the moment only.
pub(super) fn json(status: StatusCode, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
