//! A request that may be answered, and the forms of its answer.

use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::OriginalUri;
use axum::http::header::{ACCEPT, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::audit::WrongTokens;
use super::fleet::Roll;
use super::format::{Format, accepted, weak_tag_of};
use super::guard::Guard;
use super::instance::Instance;
use super::links::Link;
use super::on_action::OnAction;
use super::problem::{Problem, did_you_mean};
use super::query::Query;
use super::recorder::Recorder;
use super::renderings::{Asked, Renderings};
use super::ring::Events;
use super::shown_keys::ShownKeys;
use super::words::Lasts;
use crate::breaker::CircuitBreaker;
use crate::config::{ExactDuration, nearest};
use crate::registry::{ConfigWatch, Registry};
use crate::sync::{Arc, AtomicU64, Ordering};
use crate::values::Actor;

/// What all requests to one `Admin` share.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) registry: Registry,
    pub(super) guard: Guard,
    pub(super) instance: Instance,
    pub(super) rules: ControlRules,
    pub(super) wrong_tokens: WrongTokens,
    pub(super) links: Vec<Link>,
    pub(super) keys: ShownKeys,
    pub(super) on_action: OnAction,
    /// The watch over the files of settings, if there is one.
    pub(super) watch: Option<Arc<ConfigWatch>>,
    pub(super) events: Arc<Events>,
    pub(super) recorder: Arc<Recorder>,
    pub(super) renderings: Renderings,
    /// The live members of the fleet.
    pub(super) members: Roll,
    /// The number of control requests that were granted, to any router of the `Admin`.
    pub(super) control_requests: Arc<AtomicU64>,
    /// Whether streams have to end.
    pub(super) streams_end: Arc<AtomicBool>,
}

/// What control requests have to give.
#[derive(Clone, Debug, Default)]
pub(super) struct ControlRules {
    pub(super) reason_is_optional: bool,
    pub(super) longest_ttl: Option<Duration>,
}

impl ControlRules {
    /// Returns what an override has to have, and durations to choose from.
    pub(super) fn to_json(&self) -> Value {
        let longest = self.longest_ttl.unwrap_or(Duration::MAX);
        let usual = [("15m", 15), ("30m", 30), ("2h", 2 * 60), ("8h", 8 * 60)];
        let usual = usual.map(|(ttl, minutes)| (ttl.to_owned(), Duration::from_secs(minutes * 60)));
        let mut offered: Vec<_> = usual.into_iter().collect();
        offered.retain(|(_, ttl)| *ttl <= longest);
        if offered.is_empty() {
            offered.push((ExactDuration(longest).to_string(), longest));
        }
        let offered = offered.into_iter();
        let offered =
            offered.map(|(ttl, time)| json!({"ttl": ttl, "text": Lasts(time).to_string()}));
        json!({
            "reason": if self.reason_is_optional { "optional" } else { "needed" },
            "longest": self.longest_ttl.map(ExactDuration),
            "offered": offered.collect::<Vec<_>>(),
        })
    }
}

/// A request that was granted what it needs.
#[derive(Debug)]
pub(super) struct Incoming<'a> {
    pub(super) site: &'a Arc<Site>,
    pub(super) request: &'a Parts,
    pub(super) query: Query,
    /// The name of the breaker in the path; empty if the route has none.
    pub(super) name: &'a str,
    pub(super) actor: Option<Actor>,
    pub(super) body: Bytes,
}

pub(super) type Answer = Result<Response<Body>, Problem>;

/// An answer that may have to wait for the store of a fleet.
pub(super) type LateAnswer<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// Work that blocks its thread.
pub(super) type Work = Box<dyn FnOnce() + Send>;

impl Incoming<'_> {
    /// Returns the breaker of the name in the path.
    pub(super) fn named(&self) -> Result<CircuitBreaker, Problem> {
        self.find(self.name)
    }

    /// Returns the breaker of a name. Makes none.
    pub(super) fn find(&self, name: &str) -> Result<CircuitBreaker, Problem> {
        let registry = &self.site.registry;
        registry.get(name).ok_or_else(|| {
            let breakers = registry.by_name();
            let meant = nearest(name, breakers.iter().map(CircuitBreaker::name));
            let shown = name.escape_debug();
            let detail = format!(
                "there is no circuit breaker `{shown}`{}",
                did_you_mean(meant)
            );
            Problem::new(StatusCode::NOT_FOUND, "unknown-breaker", detail).with("nearest", meant)
        })
    }

    /// Returns the breaker of the name in the path, or that of the parameter `key`. Makes none.
    pub(super) fn breaker(&self) -> Result<CircuitBreaker, Problem> {
        let named = self.named()?;
        let Some(key) = self.query.get("key") else {
            return Ok(named);
        };
        let Site {
            registry,
            keys: shown,
            ..
        } = &**self.site;
        shown.find(registry, &named, key).ok_or_else(|| {
            let mut keys = Vec::new();
            if let Some(keyed) = registry.keyed_of(&named) {
                let shown = |key: &str| shown.shown(key).into_owned();
                keyed.each_in_order(|breaker| keys.extend(breaker.key().map(shown)));
            }
            let meant = nearest(key, keys.iter().map(String::as_str));
            let (name, shown) = (named.name(), key.escape_debug());
            let detail = format!(
                "the circuit breaker `{name}` has no key `{shown}`{}",
                did_you_mean(meant)
            );
            Problem::new(StatusCode::NOT_FOUND, "unknown-key", detail).with("nearest", meant)
        })
    }

    /// Returns the format that the parameter `format` or else the header `Accept` asks for.
    pub(super) fn format(&self) -> Result<Format, Problem> {
        let words = [("json", Format::Json), ("text", Format::Text)];
        if let Some(format) = self.query.word("format", &words)? {
            return Ok(format);
        }
        let Some(accept) = self.request.headers.get(ACCEPT) else {
            return Ok(Format::Json);
        };
        let accept = accept.to_str().unwrap_or_default();
        accepted(accept).ok_or_else(|| {
            let detail = "only `application/json` and `text/plain` are available";
            Problem::new(StatusCode::NOT_ACCEPTABLE, "not-acceptable", detail)
        })
    }

    /// Answers with JSON, or with 304 if the client has this answer already.
    pub(super) fn json(&self, body: &Value) -> Response<Body> {
        self.json_text(body.to_string())
    }

    /// Answers with the text of JSON, or with 304 if the client has this answer already.
    pub(super) fn json_text(&self, body: String) -> Response<Body> {
        let tag = weak_tag_of(&body);
        self.tagged(Format::Json, body, &tag)
    }

    /// Answers with text, or with 304 if the client has this answer already.
    pub(super) fn text(&self, body: String) -> Response<Body> {
        let tag = weak_tag_of(&body);
        self.tagged(Format::Text, body, &tag)
    }

    /// Answers with Markdown, or with 304 if the client has this answer already.
    pub(super) fn markdown(&self, body: String) -> Response<Body> {
        let tag = weak_tag_of(&body);
        tagged(self.request, "text/markdown; charset=utf-8", body, &tag)
    }

    /// Answers with a list. The same request in the next 500 ms gets the same text.
    pub(super) fn list(&self, format: Format, render: impl FnOnce() -> String) -> Response<Body> {
        let asked = Asked {
            path: self.request.uri.to_string(),
            format,
            control_requests: self.site.control_requests.load(Ordering::SeqCst),
        };
        let now = self.site.registry.now();
        let list = self.site.renderings.get_or_render(asked, now, render);
        self.tagged(format, list.body, &list.tag)
    }

    /// Answers with a body that has a tag, or with 304 if the client has this answer already.
    pub(super) fn tagged(
        &self,
        format: Format,
        body: impl Into<Body>,
        tag: &str,
    ) -> Response<Body> {
        tagged(self.request, format.media_type(), body, tag)
    }
}

/// Makes an answer with a body that has a tag, or a 304 if the client has this answer already.
pub(super) fn tagged(
    request: &Parts,
    media_type: &'static str,
    body: impl Into<Body>,
    tag: &str,
) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    if is_known(request, tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = body.into();
        let media_type = HeaderValue::from_static(media_type);
        response.headers_mut().insert(CONTENT_TYPE, media_type);
    }
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    response
}

fn is_known(request: &Parts, tag: &str) -> bool {
    let known = request.headers.get_all(IF_NONE_MATCH).iter();
    let mut known = known.filter_map(|tags| tags.to_str().ok());
    known.any(|tags| tags.split(',').any(|known| known.trim() == tag))
}

/// Returns the path that a client has asked for, with the place where the `Admin` is mounted.
pub(super) fn asked_path(request: &Parts) -> &str {
    let asked = request.extensions.get::<OriginalUri>();
    asked.map_or(&request.uri, |asked| &asked.0).path()
}

/// Returns what a relative link in the answer to a request for the root begins with.
///
/// A client resolves a link against the path that it asked for. If that has no slash at the end, its last part is
/// replaced by the link, so the link has to repeat it.
pub(super) fn base_of_links(request: &Parts) -> String {
    let last = asked_path(request).rsplit('/').next().unwrap_or_default();
    match last {
        "" => String::new(),
        // Otherwise, what precedes the colon would be a scheme.
        last if last.contains(':') => format!("./{last}/"),
        last => format!("{last}/"),
    }
}
