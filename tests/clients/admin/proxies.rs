//! Proxies in front of the routes: one that strips the beginning of the path, one that rewrites it, and one that
//! decodes it.

use axum::Router;
use axum::body::Body;
use breaker_runtime::admin::{Access, Admin, Grant};
use breaker_runtime::{Actor, Config, Registry, State};
use http::{Request, Uri};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Reply, SECRET, send, token};

/// The public address of each proxy.
const PUBLIC: &str = "https://tools.example";

/// A proxy, the place of the admin in the program, and the public place.
#[derive(Clone, Copy, Debug)]
struct Proxy {
    mounted_at: &'static str,
    public: &'static str,
    /// Returns the path that the program gets for a public one.
    forward: fn(&str) -> String,
}

const PROXIES: [Proxy; 4] = [
    // nginx: `location /ops/ { proxy_pass http://program; }`, and a program that knows nothing of `/ops`.
    Proxy {
        mounted_at: "/circuits",
        public: "/ops/circuits",
        forward: |path| path.replacen("/ops", "", 1),
    },
    // The server on its own port, whose routes are at the root.
    Proxy {
        mounted_at: "",
        public: "/checkout/admin",
        forward: |path| match path.replacen("/checkout/admin", "", 1) {
            path if path.is_empty() => "/".to_owned(),
            path => path,
        },
    },
    // A path of another form.
    Proxy {
        mounted_at: "/circuits",
        public: "/services/checkout/breakers",
        forward: |path| path.replacen("/services/checkout/breakers", "/circuits", 1),
    },
    // nginx: `location /circuits/ { proxy_pass http://program/circuits/; }` decodes the path.
    Proxy {
        mounted_at: "/circuits",
        public: "/circuits",
        forward: |path| {
            path.replace("%2F", "/")
                .replace("%2f", "/")
                .replace("//", "/")
        },
    },
];

impl Proxy {
    /// Makes a proxy that shows the program only its internal host.
    fn before(self, program: &Router) -> Router {
        let program = program.clone();
        Router::new().fallback(move |mut request: Request<Body>| {
            let uri = request.uri();
            let mut target = (self.forward)(uri.path());
            if let Some(query) = uri.query() {
                target += "?";
                target += query;
            }
            *request.uri_mut() = target.parse().unwrap();
            let host = "program:8080".parse().unwrap();
            request.headers_mut().insert("host", host);
            program.clone().oneshot(request)
        })
    }
}

fn admin(access: Access) -> (Registry, Admin) {
    let registry = Registry::new();
    registry.get_or_create("payment/eu", Config::new()).unwrap();
    let admin = Admin::new(&registry, access);
    (registry, admin)
}

/// Asks the proxy for a path beneath the public place of the admin.
async fn ask(proxy: &Router, method: &str, path: &str, body: &Value) -> Reply {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {SECRET}"))
        .header("content-type", "application/json");
    send(proxy, request.body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn readings_and_actions_work_and_a_name_may_have_a_slash() {
    for proxy in PROXIES {
        let (registry, admin) = admin(token());
        let routes = proxy.before(&admin.at(proxy.mounted_at));
        let public = proxy.public;
        for name in ["payment/eu", "payment%2Feu"] {
            let path = format!("{public}/breakers/{name}");
            let answer = ask(&routes, "GET", &path, &Value::Null).await;
            assert_eq!(answer.status, 200, "{proxy:?}: {answer:?}");
            assert_eq!(answer.json()["breaker"]["name"], "payment/eu");

            let path = format!("{public}/force-open/{name}");
            let body = json!({"reason": "INC-42", "ttl": "30m"});
            let answer = ask(&routes, "POST", &path, &body).await;
            assert_eq!(answer.status, 200, "{proxy:?}: {answer:?}");
            let breaker = registry.get("payment/eu").unwrap();
            assert_eq!(breaker.state(), State::ForcedOpen);

            // The path of the request that takes it back is relative too.
            let undo = answer.json()["undo"]["path"].as_str().unwrap().to_owned();
            let path = format!("{public}/{undo}");
            assert_eq!(ask(&routes, "POST", &path, &json!({})).await.status, 200);
            assert_eq!(breaker.state(), State::Closed);
        }
    }
}

/// Returns the path to which a relative link leads from another path.
fn resolve(from: &str, link: &str) -> String {
    let (folder, _) = from.rsplit_once('/').unwrap();
    format!("{folder}/{link}")
}

#[tokio::test]
async fn links_and_the_way_to_the_page_lead_through_the_proxy() {
    for proxy in PROXIES {
        let (_registry, admin) = admin(token());
        let routes = proxy.before(&admin.at(proxy.mounted_at));
        // Without the slash at the end, the last part of the public path has to be that of the program.
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        let keeps_last_part = last(proxy.public) == last(proxy.mounted_at);
        let without_slash = keeps_last_part.then(|| proxy.public.to_owned());
        for path in [Some(format!("{}/", proxy.public)), without_slash] {
            let Some(path) = path else {
                continue;
            };
            let index = ask(&routes, "GET", &path, &Value::Null).await.json();
            let link = index["links"]["breakers"].as_str().unwrap();
            let target = resolve(&path, link);
            assert_eq!(target, format!("{}/breakers", proxy.public), "{proxy:?}");

            let request = Request::builder().uri(&path).header("accept", "text/html");
            let answer = send(&routes, request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 307);
            let target = resolve(&path, answer.header("location"));
            assert_eq!(target, format!("{}/ui", proxy.public), "{proxy:?}");
            let page = ask(&routes, "GET", &target, &Value::Null).await;
            assert_eq!(page.status, 200, "{proxy:?}");
        }
    }
}

#[tokio::test]
async fn a_page_behind_a_proxy_that_replaces_the_host_needs_fetch_metadata_or_an_origin() {
    let user = || Access::by(|_| Grant::Control(Actor::new("ana").unwrap()));
    let proxy = PROXIES[0];
    let public: Uri = PUBLIC.parse().unwrap();
    assert_eq!(public.host(), Some("tools.example"));
    for (metadata, allows, status) in [
        (Some("same-origin"), false, 200),
        (None, false, 403),
        (None, true, 200),
        (Some("cross-site"), false, 403),
    ] {
        let (_registry, mut admin) = admin(user());
        if allows {
            admin = admin.origin(PUBLIC);
        }
        let routes = proxy.before(&admin.at(proxy.mounted_at));
        let mut request = Request::builder()
            .method("POST")
            .uri("/ops/circuits/reset/payment/eu")
            .header("host", "tools.example")
            .header("origin", PUBLIC);
        if let Some(metadata) = metadata {
            request = request.header("sec-fetch-site", metadata);
        }
        let answer = send(&routes, request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{metadata:?}, {allows}: {answer:?}");
    }
}
