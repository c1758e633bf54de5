//! The registry in force: for functions, for what a program reads, and for the requests of a server.

use std::future::IntoFuture;
use std::time::Duration;

use ::axum::extract::Request as AxumRequest;
use ::axum::middleware::{Next, from_fn};
use ::axum::{Router, body::Body, routing::get};
use breaker_runtime::axum::health_current;
use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, Registry, circuit_breaker};
use http::Request;
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

#[circuit_breaker(name = "in_force.bank", threshold = 1, critical = true)]
async fn charge() -> Result<&'static str, BreakerError> {
    Ok("charged")
}

/// A router as a program makes it: it knows no registry.
fn routes() -> Router {
    Router::new()
        .route("/charge", get(charge))
        .route("/health", health_current())
}

async fn fetch(routes: &Router, path: &str) -> (u16, String) {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    let response = routes.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[test]
fn the_current_registry_is_that_of_the_innermost_test_else_the_global_one() {
    let is_global = || {
        let made = Registry::current().get("in_force.bank").unwrap();
        made.same_as(&Registry::global().get("in_force.bank").unwrap())
    };
    assert!(is_global());
    let (outer, inner) = (TestRegistry::new(), TestRegistry::new());
    let is = |test: &TestRegistry| {
        let made = Registry::current().get("in_force.bank").unwrap();
        made.same_as(&test.get("in_force.bank").unwrap())
    };
    let entered = outer.enter();
    assert!(is(&outer));
    let entered_inner = inner.enter();
    assert!(is(&inner));
    drop(entered_inner);
    assert!(is(&outer));
    drop(entered);
    assert!(is_global());
}

#[tokio::test]
async fn one_router_answers_each_test_from_its_registry() {
    let routes = routes();
    let (sick, well) = (TestRegistry::new(), TestRegistry::new());
    sick.get("in_force.bank").unwrap().trip();
    let asks = |path| fetch(&routes, path);
    assert_eq!(sick.scope(asks("/charge")).await.0, 503);
    assert_eq!(
        well.scope(asks("/charge")).await,
        (200, "charged".to_owned())
    );
    let (status, body) = sick.scope(asks("/health")).await;
    assert_eq!(status, 503);
    assert!(
        body.contains(r#""name":"in_force.bank","state":"open""#),
        "{body}"
    );
    assert_eq!(well.scope(asks("/health")).await.0, 200);
}

/// Sends a request over a socket and returns the first line of the response.
async fn ask(address: std::net::SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response.lines().next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_on_other_threads_handles_requests_in_the_registry_of_its_test() {
    let test = TestRegistry::new();
    let scope = test.clone();
    let routes = routes().layer(from_fn(move |request: AxumRequest, next: Next| {
        scope.scope(next.run(request))
    }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(::axum::serve(listener, routes).into_future());

    assert_eq!(ask(address, "/charge").await, "HTTP/1.1 200 OK");
    test.get("in_force.bank").unwrap().trip();
    assert_eq!(
        ask(address, "/charge").await,
        "HTTP/1.1 503 Service Unavailable"
    );
    assert_eq!(
        ask(address, "/health").await,
        "HTTP/1.1 503 Service Unavailable"
    );
    test.clock().advance(Duration::from_secs(30));
    assert_eq!(ask(address, "/charge").await, "HTTP/1.1 200 OK");
    assert_eq!(
        test.get("in_force.bank").unwrap().snapshot().totals.calls,
        2
    );
    server.abort();
}

#[test]
fn publish_writes_the_registry_of_the_test_and_adds_each_call_once() {
    let scrape = |test: &TestRegistry, rounds: usize| {
        let prometheus = PrometheusBuilder::new().build_recorder();
        let _entered = test.enter();
        for _ in 0..rounds {
            metrics::with_local_recorder(&prometheus, breaker_runtime::metrics::publish);
        }
        prometheus.handle().render()
    };
    let (one, other) = (TestRegistry::new(), TestRegistry::new());
    let latency = breaker_runtime::Config::new().latency(true);
    let mail = one.get_or_create("in_force.mail", latency).unwrap();
    mail.call(|| Ok::<_, ()>(())).unwrap();
    let scraped = scrape(&one, 3);
    for line in [
        r#"circuit_breaker_calls_total{breaker="in_force.mail",outcome="success"} 1"#,
        r#"circuit_breaker_call_duration_seconds_count{breaker="in_force.mail"} 1"#,
    ] {
        assert!(scraped.lines().any(|other| other == line), "{scraped}");
    }
    assert!(!scrape(&other, 1).contains("in_force.mail"));
}
