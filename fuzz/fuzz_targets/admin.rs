//! Sends any request to the API `admin`. No request gets a status 5xx of a server's fault, each answer has the form
//! that its media type promises, and only a successful control request changes a breaker.
//!
//! An input has the form of an HTTP request: a line with the method and the path, headers, an empty line, the body.
#![no_main]

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{Method, Request, Response, StatusCode, Uri};
use breaker_runtime::admin::{Access, Admin};
use breaker_runtime::test_util::ManualClock;
use breaker_runtime::{Config, Registry};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

const TOKEN: &str = "Bearer 0123456789abcdef";

thread_local! {
    static RUNTIME: Runtime = Builder::new_current_thread().build().expect("a runtime");
}

/// Makes a registry with breakers in several states, some of them with keys.
fn registry() -> Registry {
    let registry = Registry::with_clock(ManualClock::new());
    let config = || Config::new().threshold(2).open_for(Duration::from_secs(60));
    for name in ["payment", "pay/eu:1", "mail"] {
        registry.get_or_create(name, config()).expect("a breaker");
    }
    for key in ["one", "a/b c", "\u{202e}"] {
        let keyed = registry.get_or_create_keyed("fetch", key, config());
        keyed.expect("a key").trip();
    }
    registry.get("mail").expect("made above").trip();
    registry
}

/// Parses the input. Adds the token of an operator unless the input says who it is.
fn request(input: &[u8]) -> Option<Request<Body>> {
    let (head, body) = match input.windows(2).position(|two| two == b"\n\n") {
        Some(end) => (&input[..end], &input[end + 2..]),
        None => (input, &b""[..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    // Without a slash it would be the authority of a proxy's request, which no server routes.
    let (method, path) = first
        .split_once(' ')
        .filter(|(_, path)| path.starts_with('/'))?;
    let mut request = Request::new(Body::from(Bytes::copy_from_slice(body)));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).ok()?;
    *request.uri_mut() = path.parse::<Uri>().ok()?;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        request.headers_mut().append(name, value);
    }
    let headers = request.headers_mut();
    headers
        .entry(AUTHORIZATION)
        .or_insert(HeaderValue::from_static(TOKEN));
    Some(request)
}

/// Returns what must not change by a reading: which breakers there are, and how each was steered.
fn steered(registry: &Registry) -> Value {
    let snapshots = registry.snapshot();
    let states = snapshots.iter().map(|it| {
        json!([
            it.name,
            it.key,
            it.state,
            it.machine_state,
            it.r#override,
            it.config,
            it.actions.len()
        ])
    });
    json!([states.collect::<Vec<_>>(), registry.actions().len()])
}

fn check(method: &Method, response: Response<Body>) {
    let (parts, body) = response.into_parts();
    let status = parts.status;
    assert!(
        !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE,
        "{status}"
    );
    let media_type = parts.headers.get(CONTENT_TYPE);
    let media_type = media_type
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    if status.is_client_error() {
        assert_eq!(media_type, "application/problem+json");
    }
    if media_type == "text/event-stream" || method == Method::HEAD {
        return;
    }
    let body = RUNTIME.with(|it| it.block_on(to_bytes(body, usize::MAX)));
    let body = body.expect("a body that ends");
    if media_type.ends_with("json") {
        let value: Value = serde_json::from_slice(&body).expect("JSON");
        if status.is_client_error() {
            assert_eq!(value["status"], status.as_u16());
            assert!(value["detail"].as_str().is_some_and(|it| !it.is_empty()));
        }
    } else if media_type.starts_with("text/") {
        assert!(std::str::from_utf8(&body).is_ok());
    }
}

fuzz_target!(|input: &[u8]| {
    let Some(request) = request(input) else {
        return;
    };
    let registry = registry();
    let access = Access::token("on-call", &TOKEN["Bearer ".len()..]).expect("a token");
    let routes: Router = Admin::new(&registry, access).at("");
    let before = steered(&registry);
    let method = request.method().clone();
    let response = RUNTIME.with(|it| it.block_on(routes.oneshot(request)));
    let response = response.expect("an answer");
    let may_change =
        !matches!(method, Method::GET | Method::HEAD) && response.status().is_success();
    check(&method, response);
    if !may_change {
        assert_eq!(steered(&registry), before);
    }
});
