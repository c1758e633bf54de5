//! Answers to requests that are not carried out, in the format of RFC 9457.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use serde_json::{Map, Value, json};

/// The reason why a request was not carried out; nothing was changed.
#[derive(Debug)]
pub(super) struct Problem(Box<Parts>);

#[derive(Debug)]
struct Parts {
    status: StatusCode,
    /// The name of the problem, which is that of its section in `docs/admin.md`.
    kind: &'static str,
    detail: String,
    members: Map<String, Value>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            status,
            kind,
            detail: detail.into(),
            members: Map::new(),
            header: None,
        }))
    }

    pub(super) fn bad_query(parameter: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-query", detail).with("parameter", parameter)
    }

    pub(super) fn bad_body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-body", detail)
    }

    /// Makes this a problem of what the body asks for, not of its form.
    pub(super) fn into_unprocessable(mut self, kind: &'static str) -> Self {
        self.0.status = StatusCode::UNPROCESSABLE_ENTITY;
        self.0.kind = kind;
        self
    }

    /// Adds a member.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a header.
    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.header = Some((name, value));
        self
    }

    pub(super) fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Makes the response; `path` is that of the request.
    pub(super) fn into_response(self, path: &str) -> Response<Body> {
        let Parts {
            status,
            kind,
            detail,
            mut members,
            header,
        } = *self.0;
        let title = status.canonical_reason().unwrap_or_default();
        for (name, value) in [
            ("type", json!(format!("urn:breaker:problem:{}", kind))),
            ("title", json!(title)),
            ("status", json!(status.as_u16())),
            ("detail", json!(detail)),
            ("instance", json!(path)),
        ] {
            members.insert(name.to_owned(), value);
        }
        let mut response = Response::new(Body::from(Value::Object(members).to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.extend(header);
        response
    }
}

/// Makes the problem of a method that a path does not allow.
pub(super) fn not_allowed(allowed: &str) -> Problem {
    let detail = format!("this path allows {allowed}");
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail);
    match HeaderValue::try_from(allowed) {
        Ok(allowed) => problem.with_header(ALLOW, allowed),
        Err(_) => problem,
    }
}

/// Writes the end of a message about a word that is unknown.
pub(super) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!("; did you mean `{word}`?"))
}
