//! The HTTP API for whoever is on call.

mod access;
mod access_table;
mod config;
mod control;
mod details;
mod events;
mod fleet;
mod hidden_keys;
mod keys;
mod log;
mod mounts;
mod on_action;
mod page;
mod proxies;
mod readings;
mod recorder;
mod rehearse;
mod renderings;
mod server;
mod settings;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use breaker_runtime::admin::{Access, Admin};
use breaker_runtime::test_util::ManualClock;
use breaker_runtime::{CircuitBreaker, Config, Overrides, Registry};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// The chapter that describes each problem.
const CHAPTER: &str = include_str!("../../../docs/admin.md");

/// The secret of the token of `on-call`.
pub(crate) const SECRET: &str = "0123456789abcdef";

/// A registry with two breakers, `bank` and `mail`, and routes under `/circuits`.
pub(crate) struct Desk {
    pub(crate) clock: ManualClock,
    pub(crate) registry: Registry,
    pub(crate) bank: CircuitBreaker,
    pub(crate) mail: CircuitBreaker,
    pub(crate) routes: Router,
}

impl Desk {
    /// Makes a desk where the token of `on-call` may control.
    pub(crate) fn new() -> Self {
        Self::with(token())
    }

    pub(crate) fn with(access: Access) -> Self {
        Self::with_admin(access, |admin| admin)
    }

    pub(crate) fn with_admin(access: Access, change: impl FnOnce(Admin) -> Admin) -> Self {
        Self::with_registry(access, |_, admin| change(admin))
    }

    /// Makes a desk whose admin needs the registry.
    pub(crate) fn with_registry(
        access: Access,
        change: impl FnOnce(&Registry, Admin) -> Admin,
    ) -> Self {
        let clock = ManualClock::new();
        let registry = Registry::with_clock(clock.clone());
        let make = |name| registry.get_or_create(name, Config::new()).unwrap();
        let (bank, mail) = (make("bank"), make("mail"));
        let admin = Admin::new(&registry, access);
        Self {
            bank,
            mail,
            routes: change(&registry, admin).at("/circuits"),
            clock,
            registry,
        }
    }

    /// Changes a setting of `mail` at run time.
    pub(crate) fn configure_mail(&self) {
        let overrides = Overrides {
            threshold: Some(9),
            ..Overrides::default()
        };
        self.registry.configure("mail", overrides).unwrap();
    }

    pub(crate) fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Asks with the token of `on-call`.
    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(operator("GET", path)).await
    }

    /// Asks for a list as text with the token of `on-call`.
    pub(crate) async fn text(&self, path: &str) -> String {
        let reply = self.get(path).await;
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
        reply.text
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reply {
        send(&self.routes, request).await
    }
}

pub(crate) fn token() -> Access {
    Access::token("on-call", SECRET).unwrap()
}

/// Makes a request with the token of `on-call`; the path is relative to `/circuits`.
pub(crate) fn operator(method: &str, path: &str) -> Request<Body> {
    request(
        method,
        path,
        &[("authorization", &format!("Bearer {SECRET}"))],
    )
}

/// Makes a request with the token of `on-call` and JSON as its body.
pub(crate) fn with_body(method: &str, path: &str, body: &Value) -> Request<Body> {
    let mut request = operator(method, path);
    let json = "application/json".parse().unwrap();
    request.headers_mut().insert("content-type", json);
    *request.body_mut() = Body::from(body.to_string());
    request
}

pub(crate) fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let path = format!("/circuits{path}");
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

/// An answer that has been read.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// Returns the status and the kind of a problem, which has to have the form of one.
    pub(crate) fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let body = self.json();
        assert_eq!(body["status"], self.status);
        assert!(
            body["title"].is_string() && body["detail"].is_string() && body["instance"].is_string()
        );
        let kind = body["type"].as_str().unwrap();
        let kind = kind.strip_prefix("urn:breaker:problem:").unwrap();
        let section = format!("\n### `{kind}`\n\nStatus {}.", self.status);
        assert!(CHAPTER.contains(&section), "docs/admin.md lacks {kind}");
        (self.status, kind.to_owned())
    }
}

pub(crate) async fn send(routes: &Router, request: Request<Body>) -> Reply {
    read(routes.clone().oneshot(request).await.unwrap()).await
}

async fn read(response: Response<Body>) -> Reply {
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Reply {
        status: head.status.as_u16(),
        headers: head.headers,
        text: String::from_utf8(body.to_vec()).unwrap(),
    }
}

/// Returns the names in the list of breakers of an answer, in order.
pub(crate) fn names(list: &Value) -> Vec<&str> {
    let rows = list["breakers"].as_array().unwrap().iter();
    rows.map(|row| row["name"].as_str().unwrap()).collect()
}

/// Returns the answer that a dry run would have got.
pub(crate) fn as_dry_run(mut done: Value) -> Value {
    assert_eq!(done["dry_run"], false);
    assert!(done["event"].is_string(), "{done}");
    done["dry_run"] = json!(true);
    done["event"] = Value::Null;
    done
}

/// A file of settings, which is removed at the end of a test.
pub(crate) struct SettingsFile(PathBuf);

impl SettingsFile {
    pub(crate) fn new(text: &str) -> Self {
        static FILES: AtomicUsize = AtomicUsize::new(0);
        let nth = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("breaker-admin-{}-{nth}.toml", std::process::id());
        let file = Self(std::env::temp_dir().join(name));
        file.write(text);
        file
    }

    pub(crate) fn write(&self, text: &str) {
        std::fs::write(&self.0, text).unwrap();
    }

    pub(crate) fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for SettingsFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
