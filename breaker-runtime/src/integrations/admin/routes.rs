//! The routes, and the way from a request to its answer.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::audit;
use super::deed::Deed;
use super::endpoints::{Answers, ENDPOINTS, Endpoint};
use super::guard::{Needs, only_reads};
use super::incoming::{Answer, Incoming, Site, Work, asked_path};
use super::page;
use super::problem::{Problem, did_you_mean, not_allowed};
use super::query::Query;
use crate::config::nearest;
use crate::serialize::Timestamp;
use crate::sync::{Arc, Ordering};
use crate::values::Actor;

/// The largest body of a request, in bytes.
const LARGEST_BODY: usize = 16 * 1024;
/// How long a request waits for work that blocks.
const LONGEST_WORK: Duration = Duration::from_secs(10);

/// Answers a request whose path is relative to the place where the `Admin` is mounted.
pub(super) async fn respond(
    State(site): State<Arc<Site>>,
    request: Request<Body>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let answer = answer(&site, &parts, body).await;
    let mut response = answer.unwrap_or_else(|problem| problem.into_response(asked_path(&parts)));
    add_headers(&site, response.headers_mut());
    if parts.method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

async fn answer(site: &Arc<Site>, request: &Parts, body: Body) -> Answer {
    if let Some(answer) = page::answer(request) {
        return answer;
    }
    let (endpoint, name) = route(request)?;
    let granted = site.guard.check(request, endpoint.needs);
    let who = granted.as_ref().ok().cloned().flatten();
    let mut answer = match granted {
        Ok(actor) => grant(site, request, endpoint, &name, actor, body).await,
        Err(problem) => Err(problem),
    };
    let status = match &answer {
        Ok(response) => response.status(),
        Err(problem) => problem.status(),
    };
    if status == StatusCode::UNAUTHORIZED {
        site.wrong_tokens.add();
    }
    if endpoint.needs == Needs::Control {
        let deed = answer.as_mut().ok().and_then(Deed::detach);
        let log = deed.as_ref().map(|deed| &deed.log);
        audit::control(request, (endpoint.verb, &name), who.as_ref(), status, log);
        let actions = deed.map_or_else(Vec::new, |deed| deed.actions);
        site.on_action.tell(&site.registry, &actions);
    }
    answer
}

/// Answers a request that was granted what it needs.
async fn grant(
    site: &Arc<Site>,
    request: &Parts,
    endpoint: &Endpoint,
    name: &str,
    actor: Option<Actor>,
    body: Body,
) -> Answer {
    let query = Query::parse(request.uri.query(), endpoint.parameters)?;
    let body = if only_reads(&request.method) {
        Bytes::new()
    } else {
        check_instance(site, request)?;
        to_bytes(body, LARGEST_BODY).await.map_err(|_| {
            let detail = format!("the body must have at most {LARGEST_BODY} bytes");
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
        })?
    };
    site.recorder.catch_up();
    let incoming = Incoming {
        site,
        request,
        query,
        name,
        actor,
        body,
    };
    if let Some(prepare) = endpoint.work {
        wait_for(prepare(&incoming)?).await?;
    }
    let answer = match endpoint.answer {
        Answers::AtOnce(answer) => answer(&incoming),
        Answers::Late(answer) => answer(&incoming).await,
    };
    if !only_reads(&request.method) {
        site.control_requests.fetch_add(1, Ordering::SeqCst);
    }
    answer
}

/// Does work that blocks its thread, on a thread for such work.
async fn wait_for(work: Work) -> Result<(), Problem> {
    // The work goes on if it takes longer.
    let done = timeout(LONGEST_WORK, spawn_blocking(work)).await;
    done.map(drop).map_err(|_| {
        let detail = "the program is still busy; a function that it calls after a load may block";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail)
            .with_header(RETRY_AFTER, HeaderValue::from_static("10"))
    })
}

/// Finds the endpoint of a request, and the name of the breaker in its path.
fn route(request: &Parts) -> Result<(&'static Endpoint, String), Problem> {
    let path = request.uri.path();
    let path = path.strip_prefix('/').unwrap_or(path);
    let here = || ENDPOINTS.iter().filter(|it| it.name_in(path).is_some());
    if here().next().is_none() {
        let verb = path.split('/').next().unwrap_or_default();
        let verbs = ENDPOINTS
            .iter()
            .map(|it| it.verb)
            .filter(|it| !it.is_empty());
        let meant = nearest(verb, verbs);
        let detail = format!("there is nothing at this path{}", did_you_mean(meant));
        let problem = Problem::new(StatusCode::NOT_FOUND, "no-route", detail);
        return Err(problem.with("nearest", meant));
    }
    let method = match &request.method {
        &Method::HEAD => &Method::GET,
        method => method,
    };
    let found = here().find(|it| it.method == method);
    let endpoint = found.ok_or_else(|| {
        let mut allowed: Vec<_> = here().map(|it| it.method.as_str()).collect();
        if allowed.contains(&"GET") {
            allowed.push("HEAD");
        }
        not_allowed(&allowed.join(", "))
    })?;
    let name = endpoint.name_in(path).unwrap_or_default();
    // A name with invalid UTF-8 is no breaker's name, whatever replaces the invalid bytes.
    let name = percent_decode_str(name).decode_utf8_lossy();
    Ok((endpoint, name.into_owned()))
}

/// Rejects a request that a load balancer has sent to another instance than the one that it was meant for.
fn check_instance(site: &Site, request: &Parts) -> Result<(), Problem> {
    let meant = request.headers.get(INSTANCE);
    let id = &site.instance.id;
    if meant.is_none_or(|meant| meant.as_bytes() == id.as_bytes()) {
        return Ok(());
    }
    let detail = "the request is meant for another instance, or this one has restarted; nothing was changed. Behind a load \
                  balancer, use an address of one instance";
    let problem = Problem::new(StatusCode::PRECONDITION_FAILED, "other-instance", detail);
    Err(problem.with("breaker_instance", id.as_str()))
}

const INSTANCE: HeaderName = HeaderName::from_static("breaker-instance");

/// Adds the headers that all answers have, apart from those that an answer has set for itself.
fn add_headers(site: &Site, headers: &mut HeaderMap) {
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (VARY, "Accept, Authorization"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "no-referrer"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (HeaderName::from_static("breaker-api"), "1"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    let now = Timestamp(site.registry.wall_now()).to_string();
    let own = [
        (HeaderName::from_static("breaker-now"), now),
        (INSTANCE, site.instance.id.clone()),
    ];
    for (name, value) in own {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}
