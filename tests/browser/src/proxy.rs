//! Proxies in front of the page, with the habits that proxies have.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The header of the instance that answers.
const INSTANCE: &str = "breaker-instance";

/// Returns the path and the query to ask for, or `None` for a path that the proxy does not forward.
type Route = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Changes an answer.
type Change = dyn Fn(&mut HeaderMap, &mut String) + Send + Sync;

/// A running proxy. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    pub(crate) url: String,
    server: JoinHandle<()>,
}

struct Shared {
    to: SocketAddr,
    http: Client<HttpConnector, Body>,
    route: Box<Route>,
    change: Option<Box<Change>>,
}

impl Proxy {
    /// Forwards what `route` says to another server.
    pub(crate) async fn start(
        to: SocketAddr,
        route: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        Self::with(to, Box::new(route), None).await
    }

    /// Forwards everything, and changes what comes back.
    pub(crate) async fn changing(
        to: SocketAddr,
        change: impl Fn(&mut HeaderMap, &mut String) + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let same = Box::new(|path: &str| Some(path.to_owned()));
        Self::with(to, same, Some(Box::new(change))).await
    }

    async fn with(
        to: SocketAddr,
        route: Box<Route>,
        change: Option<Box<Change>>,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Shared {
            to,
            http: Client::builder(TokioExecutor::new()).build_http(),
            route,
            change,
        };
        let routes = Router::new().fallback(forward).with_state(Arc::new(shared));
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, routes).await;
        });
        Ok(Self { url, server })
    }
}

/// Answers as a balancer in front of two instances: each second answer is that of another one.
pub(crate) fn two_instances() -> impl Fn(&mut HeaderMap, &mut String) + Send + Sync + 'static {
    let answers = AtomicU64::new(0);
    move |headers, body| {
        if headers.contains_key(INSTANCE) && answers.fetch_add(1, Ordering::Relaxed) % 2 == 1 {
            pretend(headers, body);
        }
    }
}

/// Answers as another instance. So the requests of the page are for that one, and reach this one.
pub(crate) fn other_instance() -> impl Fn(&mut HeaderMap, &mut String) + Send + Sync + 'static {
    pretend
}

/// Changes answers only after a number of them.
pub(crate) fn after(
    number: u64,
    change: impl Fn(&mut HeaderMap, &mut String) + Send + Sync + 'static,
) -> impl Fn(&mut HeaderMap, &mut String) + Send + Sync + 'static {
    let answers = AtomicU64::new(0);
    move |headers, body| {
        if headers.contains_key(INSTANCE) && answers.fetch_add(1, Ordering::Relaxed) >= number {
            change(headers, body);
        }
    }
}

/// Replaces the identity of the instance.
fn pretend(headers: &mut HeaderMap, body: &mut String) {
    const OTHER: &str = "0123456789abcdef";
    let own = headers.get(INSTANCE).and_then(|it| it.to_str().ok());
    if let Some(own) = own {
        *body = body.replace(own, OTHER);
        headers.insert(INSTANCE, HeaderValue::from_static(OTHER));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let asked = request.uri().path_and_query();
    let asked = asked.map_or("/", |it| it.as_str());
    let Some(path) = (shared.route)(asked) else {
        return (StatusCode::NOT_FOUND, "the proxy does not know this path").into_response();
    };
    let bad_gateway = |error: &dyn std::fmt::Display| {
        (StatusCode::BAD_GATEWAY, error.to_string()).into_response()
    };
    let (mut parts, body) = request.into_parts();
    match format!("http://{}{path}", shared.to).parse::<Uri>() {
        Ok(uri) => parts.uri = uri,
        Err(error) => return bad_gateway(&error),
    }
    match shared.http.request(Request::from_parts(parts, body)).await {
        Err(error) => bad_gateway(&error),
        Ok(answer) => match &shared.change {
            None => answer.map(Body::new).into_response(),
            Some(change) => {
                let (mut parts, body) = answer.into_parts();
                let bytes = body
                    .collect()
                    .await
                    .map_or_else(|_| Bytes::new(), http_body_util::Collected::to_bytes);
                let Ok(mut text) = String::from_utf8(bytes.to_vec()) else {
                    return bad_gateway(&"not a text");
                };
                change(&mut parts.headers, &mut text);
                parts.headers.remove(header::CONTENT_LENGTH);
                Response::from_parts(parts, Body::from(text))
            }
        },
    }
}
