//! Answers that arrive in parts, from real servers: bodies that end, break and are left, trailers of gRPC, and streams.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use breaker_runtime::test_util::ManualClock;
use breaker_runtime::tower::{BodyEndLayer, CircuitBreakerLayer, InRegistry};
use breaker_runtime::{BreakerError, CircuitBreaker, Config, Registry, State, circuit_breaker};
use bytes::Bytes;
use futures::channel::mpsc;
use futures::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::body::{Body, Frame};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tower::{Layer, ServiceExt};

use crate::server::{answering, serving};

type Parts = BoxStream<'static, io::Result<Bytes>>;

/// A breaker that opens at the first failure, and the clock of its registry.
struct Bench {
    clock: ManualClock,
    registry: Registry,
    breaker: CircuitBreaker,
}

const OPEN_FOR: Duration = Duration::from_secs(30);

impl Bench {
    fn new() -> Self {
        let clock = ManualClock::new();
        let registry = Registry::with_clock(clock.clone());
        let breaker = registry.get_or_create("remote", config()).expect("a name");
        Self {
            clock,
            registry,
            breaker,
        }
    }

    fn layer(&self) -> CircuitBreakerLayer<breaker_runtime::tower::ByResult, InRegistry> {
        CircuitBreakerLayer::in_registry(&self.registry, "remote", config()).expect("a name")
    }

    fn http(&self) -> BodyEndLayer<breaker_runtime::tower::HttpClassifier, InRegistry> {
        self.layer().http().until_body_end()
    }

    /// Returns the numbers of successes, failures, ignored and cancelled calls.
    fn ends(&self) -> [u64; 4] {
        let totals = self.breaker.snapshot().totals;
        [
            totals.successes,
            totals.failures,
            totals.ignored,
            totals.cancelled,
        ]
    }
}

fn config() -> Config {
    Config::new().threshold(1).success_threshold(1)
}

#[allow(clippy::unnecessary_wraps, reason = "the item of a body")]
fn part(text: &'static str) -> io::Result<Bytes> {
    Ok(Bytes::from_static(text.as_bytes()))
}

/// A body that breaks after its first part: an error makes hyper close the connection without an end of the body.
fn breaking() -> Parts {
    // While the body is pending, hyper sends what it has.
    let broken = stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::other("the server has failed"))
    });
    stream::iter([part("a")]).chain(broken).boxed()
}

/// Starts a server of hyper whose responses have this status and the body that the function makes.
async fn sending(
    status: StatusCode,
    body: impl Fn() -> Parts + Clone + Send + 'static,
) -> SocketAddr {
    serving(move |connection| {
        let body = body.clone();
        async move {
            let serve = hyper::service::service_fn(move |_| {
                let body = StreamBody::new(body().map_ok(Frame::data));
                let response = Response::builder().status(status).body(body);
                async { response }
            });
            let http = hyper::server::conn::http1::Builder::new();
            // An error of the connection is what the tests are about.
            let _ = http.serve_connection(TokioIo::new(connection), serve).await;
        }
    })
    .await
}

/// Starts a server that sends what the test sends, to one client.
async fn relaying() -> (SocketAddr, mpsc::UnboundedSender<io::Result<Bytes>>) {
    let (sender, receiver) = mpsc::unbounded();
    let receiver = std::sync::Arc::new(std::sync::Mutex::new(Some(receiver)));
    let address = sending(StatusCode::OK, move || {
        let receiver = receiver.lock().expect("no panic").take();
        receiver.expect("one request").boxed()
    });
    (address.await, sender)
}

/// Sends a request with the client of hyper.
async fn ask(
    bench: &Bench,
    server: SocketAddr,
) -> Response<impl Body<Data = Bytes, Error = hyper::Error> + Unpin + use<>> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let request = Request::get(format!("http://{server}/")).body(Empty::new());
    let service = bench.http().layer(client);
    let response = service.oneshot(request.expect("an address")).await;
    response.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn hyper_a_body_that_ends_is_a_success() {
    let bench = Bench::new();
    let server = sending(StatusCode::OK, || {
        stream::iter([part("a"), part("b")]).boxed()
    })
    .await;
    let response = ask(&bench, server).await;
    assert_eq!(bench.ends(), [0; 4]);
    let body = response.into_body().collect().await.expect("it is whole");
    assert_eq!(body.to_bytes(), "ab");
    assert_eq!(bench.ends(), [1, 0, 0, 0]);
}

#[tokio::test]
async fn hyper_a_body_of_known_length_ends_with_its_last_byte() {
    let bench = Bench::new();
    let server = answering(crate::server::http("200 OK", "", "hello")).await;
    let mut body = ask(&bench, server).await.into_body();
    let frame = body.frame().await.expect("a frame").expect("data");
    assert_eq!(frame.into_data().expect("data"), "hello");
    assert_eq!(bench.ends(), [1, 0, 0, 0]);

    // A head that announces nothing is the whole answer.
    let server = answering(crate::server::http("204 No Content", "", "")).await;
    drop(ask(&bench, server).await);
    assert_eq!(bench.ends(), [2, 0, 0, 0]);
}

#[tokio::test]
async fn hyper_a_body_that_breaks_in_the_middle_is_a_failure() {
    let chunked = sending(StatusCode::OK, breaking).await;
    let cut = answering("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this").await;
    for server in [chunked, cut] {
        let bench = Bench::new();
        let response = ask(&bench, server).await;
        assert_eq!(bench.breaker.state(), State::Closed);
        assert!(response.into_body().collect().await.is_err());
        assert_eq!(bench.ends(), [0, 1, 0, 0]);
        assert_eq!(bench.breaker.state(), State::Open);
    }
}

#[tokio::test]
async fn hyper_a_reader_who_leaves_opens_nothing() {
    let bench = Bench::new();
    for round in 0..30 {
        let (server, sender) = relaying().await;
        sender.unbounded_send(part("a")).expect("it listens");
        let mut body = ask(&bench, server).await.into_body();
        if round % 2 == 0 {
            body.frame().await.expect("a frame").expect("data");
        }
        bench.clock.advance(Duration::from_mins(1));
    }
    assert_eq!(bench.ends(), [0, 0, 0, 30]);
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[tokio::test]
async fn hyper_a_503_is_a_failure_before_its_body() {
    let bench = Bench::new();
    let server = sending(StatusCode::SERVICE_UNAVAILABLE, || {
        stream::pending().boxed()
    })
    .await;
    let response = ask(&bench, server).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(bench.ends(), [0, 1, 0, 0]);
}

#[tokio::test]
async fn hyper_each_frame_of_a_probe_renews_its_timeout() {
    let bench = Bench::new();
    bench.breaker.trip();
    bench.clock.advance(OPEN_FOR);
    let (server, sender) = relaying().await;
    let mut body = ask(&bench, server).await.into_body();
    for _ in 0..5 {
        bench.clock.advance(Duration::from_secs(29));
        sender.unbounded_send(part("a")).expect("it listens");
        body.frame().await.expect("a frame").expect("data");
    }
    assert_eq!(bench.breaker.state(), State::HalfOpen);
    drop(sender);
    assert!(body.frame().await.is_none());
    assert_eq!(bench.breaker.state(), State::Closed);
}

#[tokio::test]
async fn reqwest_bodies_are_judged_to_their_end() {
    let whole = sending(StatusCode::OK, || stream::iter([part("a")]).boxed()).await;
    let broken = sending(StatusCode::OK, breaking).await;
    for (server, expected) in [(whole, [1, 0, 0, 0]), (broken, [0, 1, 0, 0])] {
        let bench = Bench::new();
        let client = reqwest::Client::new();
        let request = client
            .get(format!("http://{server}/"))
            .build()
            .expect("an address");
        let client = client.map_response(Response::<reqwest::Body>::from);
        let response = bench.http().layer(client).oneshot(request).await;
        let response = response.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(bench.ends(), [0; 4]);
        let read = response.into_body().collect().await;
        assert_eq!(read.is_ok(), expected[0] == 1);
        assert_eq!(bench.ends(), expected);
    }
}

#[derive(Debug, thiserror::Error)]
enum DownloadError {
    #[error("the server does not answer as it should")]
    Http(#[from] reqwest::Error),
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(name = "bodies.download", registry = registry, threshold = 1)]
fn download(
    registry: &Registry,
    server: SocketAddr,
) -> impl Stream<Item = Result<Bytes, DownloadError>> {
    let response = reqwest::Client::new()
        .get(format!("http://{server}/"))
        .send();
    let body = stream::once(response).map_ok(reqwest::Response::bytes_stream);
    body.try_flatten().map_err(DownloadError::from)
}

#[tokio::test]
async fn reqwest_a_function_that_returns_a_stream_is_judged_by_its_end() {
    let whole = sending(StatusCode::OK, || stream::iter([part("a")]).boxed()).await;
    let broken = sending(StatusCode::OK, breaking).await;
    let registry = Registry::new();
    let read = async |server| {
        let stream = download(&registry, server);
        stream.collect::<Vec<_>>().await
    };

    let parts = read(whole).await;
    assert!(matches!(&parts[..], [Ok(part)] if part == "a"));
    let breaker = registry.get("bodies.download").expect("it was called");
    assert_eq!(breaker.snapshot().totals.successes, 1);

    let parts = read(broken).await;
    assert!(matches!(&parts[..], [Ok(_), Err(DownloadError::Http(_))]));
    assert_eq!(breaker.state(), State::Open);
    let parts = read(whole).await;
    assert!(matches!(&parts[..], [Err(DownloadError::Breaker(_))]));
}
