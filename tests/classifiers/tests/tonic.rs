//! The table of `classifiers::tonic`, with a server of tonic.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use breaker_runtime::classifiers::tonic::{cause, classify, retry_after};
use breaker_runtime::tower::{BodyEndLayer, CircuitBreakerLayer, GrpcClassifier, InRegistry};
use breaker_runtime::{
    BreakerError, CircuitBreaker, ClassifyError, Config, Outcome, Registry, State, circuit_breaker,
    classifiers,
};
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::uri::PathAndQuery;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tonic::body::Body;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::{BoxError, Layer, Service, service_fn};

use crate::server::{hanging, nobody, serving};

/// A message with one number.
#[derive(Clone, PartialEq, prost::Message)]
struct Pieces {
    #[prost(uint32, tag = "1")]
    count: u32,
}

const UNARY: &str = "/shop.Stock/Pieces";
const STREAM: &str = "/shop.Stock/Delivery";

/// Starts a server whose calls end with this status: unary calls in the head, streams after a first message.
async fn ending(status: Status, timeout: Option<Duration>) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let handler = service_fn(move |request| serve(status.clone(), request));
    let mut server = Server::builder();
    if let Some(timeout) = timeout {
        server = server.timeout(timeout);
    }
    tokio::spawn(server.serve_with_incoming(handler, TcpIncoming::from(listener)));
    address
}

async fn serve(
    status: Status,
    request: http::Request<Body>,
) -> Result<http::Response<Body>, Infallible> {
    if status.message() == "hang" {
        return std::future::pending().await;
    }
    let end = match status.code() {
        Code::Ok => Ok(Pieces { count: 7 }),
        _ => Err(status),
    };
    let mut grpc = tonic::server::Grpc::new(ProstCodec::<Pieces, Pieces>::default());
    Ok(if request.uri().path() == UNARY {
        let answer = service_fn(move |_: Request<Pieces>| {
            let end = end.clone();
            async move { end.map(Response::new) }
        });
        grpc.unary(answer, request).await
    } else {
        let answer = service_fn(move |_: Request<Pieces>| {
            let first = Ok(Pieces { count: 1 });
            let parts = if end.as_ref().is_err_and(|end| end.message() == "pause") {
                stream::iter([first]).chain(stream::pending()).boxed()
            } else {
                stream::iter([first, end.clone()]).boxed()
            };
            async move { Ok::<_, Status>(Response::new(parts)) }
        });
        grpc.server_streaming(answer, request).await
    })
}

fn endpoint(address: SocketAddr) -> Endpoint {
    Channel::from_shared(format!("http://{address}")).expect("an address")
}

/// Makes a client, and waits until its channel is ready.
async fn ready<S, D>(channel: S) -> Result<tonic::client::Grpc<S>, Status>
where
    S: Service<http::Request<Body>, Response = http::Response<D>, Error: Into<BoxError>>,
    D: hyper::body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let mut client = tonic::client::Grpc::new(channel);
    let ready = client.ready().await;
    ready.map_err(|error| Status::from_error(error.into()))?;
    Ok(client)
}

async fn unary<S, D>(channel: S) -> Result<u32, Status>
where
    S: Service<http::Request<Body>, Response = http::Response<D>, Error: Into<BoxError>>,
    D: hyper::body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let mut client = ready(channel).await?;
    let codec = ProstCodec::<Pieces, Pieces>::default();
    let path = PathAndQuery::from_static(UNARY);
    let response = client
        .unary(Request::new(Pieces::default()), path, codec)
        .await?;
    Ok(response.into_inner().count)
}

/// Begins a stream.
async fn begun<S, D>(channel: S) -> Result<Streaming<Pieces>, Status>
where
    S: Service<http::Request<Body>, Response = http::Response<D>, Error: Into<BoxError>>,
    D: hyper::body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let mut client = ready(channel).await?;
    let codec = ProstCodec::<Pieces, Pieces>::default();
    let path = PathAndQuery::from_static(STREAM);
    let response = client
        .server_streaming(Request::new(Pieces::default()), path, codec)
        .await?;
    Ok(response.into_inner())
}

/// Reads a stream to its end.
async fn streamed<S, D>(channel: S) -> Result<u32, Status>
where
    S: Service<http::Request<Body>, Response = http::Response<D>, Error: Into<BoxError>>,
    D: hyper::body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    let (mut parts, mut sum) = (begun(channel).await?, 0);
    while let Some(part) = parts.message().await? {
        sum += part.count;
    }
    Ok(sum)
}

async fn asked(code: Code) -> Result<u32, Status> {
    let address = ending(Status::new(code, "as asked"), None).await;
    unary(endpoint(address).connect_lazy()).await
}

const CODES: [(Code, Outcome); 16] = [
    (Code::NotFound, Outcome::Success),
    (Code::AlreadyExists, Outcome::Success),
    (Code::InvalidArgument, Outcome::Success),
    (Code::OutOfRange, Outcome::Success),
    (Code::FailedPrecondition, Outcome::Success),
    (Code::Aborted, Outcome::Success),
    (Code::PermissionDenied, Outcome::Success),
    (Code::Unauthenticated, Outcome::Success),
    (Code::Unimplemented, Outcome::Success),
    (Code::Unavailable, Outcome::Failure),
    (Code::ResourceExhausted, Outcome::Failure),
    (Code::DeadlineExceeded, Outcome::Failure),
    (Code::Internal, Outcome::Failure),
    (Code::Unknown, Outcome::Failure),
    (Code::DataLoss, Outcome::Failure),
    (Code::Cancelled, Outcome::Ignored),
];

#[tokio::test]
async fn an_ok_is_a_success() {
    let answer = asked(Code::Ok).await;
    assert_eq!(answer.as_ref().ok(), Some(&7));
    assert_eq!(classify(&answer), Outcome::Success);
}

#[tokio::test]
async fn a_status_in_the_head_is_classified_by_its_code() {
    for (code, expected) in CODES {
        let answer = asked(code).await;
        assert_eq!(answer.as_ref().unwrap_err().code(), code);
        assert_eq!(classify(&answer), expected, "{code:?}");
        assert_eq!(cause(&answer), format!("{code:?}: as asked"));
    }
}

#[tokio::test]
async fn a_status_in_the_trailers_is_classified_by_its_code() {
    for (code, expected) in CODES {
        let address = ending(Status::new(code, "as asked"), None).await;
        let answer = streamed(endpoint(address).connect_lazy()).await;
        assert_eq!(answer.as_ref().unwrap_err().code(), code);
        assert_eq!(classify(&answer), expected, "{code:?}");
    }
}

#[tokio::test]
async fn a_layer_for_grpc_judges_the_head() {
    for (code, expected) in CODES {
        let address = ending(Status::new(code, "as asked"), None).await;
        let config = Config::new().threshold(1);
        let layer = CircuitBreakerLayer::in_registry(&Registry::new(), "stock", config);
        let layer = layer.unwrap().grpc();
        let breaker = layer.breaker().clone();
        assert!(
            unary(layer.layer(endpoint(address).connect_lazy()))
                .await
                .is_err()
        );
        let totals = breaker.snapshot().totals;
        let seen = match (totals.successes, totals.ignored, totals.failures) {
            (1, 0, 0) => Outcome::Success,
            (0, 1, 0) => Outcome::Ignored,
            (0, 0, 1) => Outcome::Failure,
            other => panic!("{other:?}"),
        };
        assert_eq!(seen, expected, "{code:?}");
    }
}

/// Returns the numbers of successes, failures, ignored and cancelled calls.
fn ends(breaker: &CircuitBreaker) -> [u64; 4] {
    let totals = breaker.snapshot().totals;
    [
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.cancelled,
    ]
}

fn until_body_end() -> BodyEndLayer<GrpcClassifier, InRegistry> {
    let config = Config::new().threshold(1);
    let layer = CircuitBreakerLayer::in_registry(&Registry::new(), "stock", config);
    layer.unwrap().grpc().until_body_end()
}

#[tokio::test]
async fn a_layer_until_the_end_of_the_body_judges_the_trailers() {
    let all = CODES.into_iter().chain([(Code::Ok, Outcome::Success)]);
    for (code, outcome) in all {
        let expected = match outcome {
            Outcome::Success => [1, 0, 0, 0],
            Outcome::Failure => [0, 1, 0, 0],
            _ => [0, 0, 1, 0],
        };
        let address = ending(Status::new(code, "as asked"), None).await;
        let layer = until_body_end();
        let answer = streamed(layer.layer(endpoint(address).connect_lazy())).await;
        assert_eq!(answer.is_ok(), code == Code::Ok);
        assert_eq!(ends(layer.breaker()), expected, "{code:?} in the trailers");

        let layer = until_body_end();
        let answer = unary(layer.layer(endpoint(address).connect_lazy())).await;
        assert_eq!(answer.is_ok(), code == Code::Ok);
        assert_eq!(ends(layer.breaker()), expected, "{code:?} in the head");
    }
}

#[tokio::test]
async fn a_reader_who_leaves_a_stream_opens_nothing() {
    let address = ending(Status::unavailable("pause"), None).await;
    let layer = until_body_end();
    let channel = layer.layer(endpoint(address).connect_lazy());
    for _ in 0..30 {
        let mut parts = begun(channel.clone()).await.unwrap();
        assert!(parts.message().await.unwrap().is_some());
        drop(parts);
    }
    assert_eq!(ends(layer.breaker()), [0, 0, 0, 30]);
    assert_eq!(layer.breaker().state(), State::Closed);
}

#[tokio::test]
async fn a_connection_that_breaks_in_a_stream_is_a_failure() {
    let server = ending(Status::unavailable("pause"), None).await;
    let cut = Arc::new(Notify::new());
    let at = Arc::clone(&cut);
    let address = serving(move |mut client| {
        let cut = Arc::clone(&at);
        async move {
            let mut server = TcpStream::connect(server).await.expect("it listens");
            let relay = copy_bidirectional(&mut client, &mut server);
            tokio::select! {
                _ = relay => {}
                () = cut.notified() => {}
            }
        }
    })
    .await;
    let layer = until_body_end();
    let channel = layer.layer(endpoint(address).connect_lazy());
    let mut parts = begun(channel).await.unwrap();
    assert!(parts.message().await.unwrap().is_some());
    assert_eq!(ends(layer.breaker()), [0; 4]);
    cut.notify_one();
    assert!(parts.message().await.is_err());
    assert_eq!(ends(layer.breaker()), [0, 1, 0, 0]);
}

#[tokio::test]
async fn a_guarded_stream_of_tonic_is_judged_by_its_status() {
    for (code, expected) in [
        (Code::Ok, [1, 0, 0, 0]),
        (Code::NotFound, [1, 0, 0, 0]),
        (Code::Unavailable, [0, 1, 0, 0]),
        (Code::Cancelled, [0, 0, 1, 0]),
    ] {
        let address = ending(Status::new(code, "as asked"), None).await;
        let registry = Registry::new();
        let stock = registry.get_or_create("stock", Config::new()).unwrap();
        let parts = begun(endpoint(address).connect_lazy()).await.unwrap();
        let parts = stock.guard_stream(parts).classify(classify);
        assert_eq!(parts.count().await, 2);
        assert_eq!(ends(&stock), expected, "{code:?}");
    }
}

#[tokio::test]
async fn no_server_is_a_failure() {
    let answer = unary(endpoint(nobody().await).connect_lazy()).await;
    assert_eq!(answer.as_ref().unwrap_err().code(), Code::Unavailable);
    assert_eq!(classify(&answer), Outcome::Failure);
    let connected = endpoint(nobody().await).connect().await.map(drop);
    assert_eq!(classify(&connected), Outcome::Failure); // tonic's transport error
    assert!(!cause(&connected).is_empty());
}

#[tokio::test]
async fn a_timeout_of_tonic_is_a_failure_although_its_code_is_cancelled() {
    let limit = Duration::from_millis(50);
    let address = ending(Status::unavailable("hang"), None).await;
    let answer = unary(endpoint(address).timeout(limit).connect_lazy()).await;
    assert_eq!(answer.as_ref().unwrap_err().code(), Code::Cancelled);
    assert_eq!(classify(&answer), Outcome::Failure);

    // The limit of the server.
    let address = ending(Status::unavailable("hang"), Some(limit)).await;
    let answer = unary(endpoint(address).connect_lazy()).await;
    assert_eq!(classify(&answer), Outcome::Failure, "{answer:?}");

    // A server that accepts connections and says nothing.
    let answer = unary(endpoint(hanging().await).timeout(limit).connect_lazy()).await;
    assert_eq!(classify(&answer), Outcome::Failure, "{answer:?}");
}

#[tokio::test]
async fn the_hint_is_the_longest_time_that_the_server_asks_for() {
    let hint = async |metadata: &[(&'static str, &'static str)], details: &'static [u8]| {
        let mut status = Status::with_details(Code::Unavailable, "", Bytes::from_static(details));
        for (key, value) in metadata {
            status.metadata_mut().insert(*key, value.parse().unwrap());
        }
        let address = ending(status, None).await;
        retry_after(&unary(endpoint(address).connect_lazy()).await)
    };
    // google.rpc.Status { details: [Any { type_url: …RetryInfo, value: RetryInfo { retry_delay: 9 s } }] }
    let nine_seconds =
        b"\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x09";
    assert_eq!(hint(&[], b"").await, None);
    assert_eq!(hint(&[], nine_seconds).await, Some(Duration::from_secs(9)));
    assert_eq!(
        hint(&[("retry-after", "7")], b"").await,
        Some(Duration::from_secs(7))
    );
    let pushback = ("grpc-retry-pushback-ms", "1500");
    assert_eq!(
        hint(&[pushback], b"").await,
        Some(Duration::from_millis(1_500))
    );
    let all = [("retry-after", "7"), pushback];
    assert_eq!(hint(&all, nine_seconds).await, Some(Duration::from_secs(9)));
    assert_eq!(hint(&[("grpc-retry-pushback-ms", "-1")], b"").await, None);
}

fn rejection() -> BreakerError {
    let breaker = Registry::new()
        .get_or_create("inner", Config::new())
        .unwrap();
    breaker.trip();
    breaker.try_acquire().unwrap_err().into()
}

#[tokio::test]
async fn the_error_of_a_breaker_is_ignored() {
    let answer: anyhow::Result<()> = Err(rejection().into());
    assert_eq!(classify(&answer), Outcome::Ignored);
    assert_eq!(Status::from(rejection()).outcome(), Outcome::Ignored);
    // A layer around the channel has rejected the call.
    let layer = CircuitBreakerLayer::in_registry(&Registry::new(), "stock", Config::new());
    let layer = layer.unwrap().grpc();
    layer.breaker().trip();
    let address = ending(Status::ok(""), None).await;
    let answer = unary(layer.layer(endpoint(address).connect_lazy())).await;
    assert!(answer.is_err());
    assert_eq!(classify(&answer), Outcome::Ignored);
}

#[tokio::test]
async fn the_settings_of_the_attribute_take_the_functions_and_a_rejection_is_a_status() {
    #[circuit_breaker(
        name = "tonic",
        threshold = 1,
        classify = classifiers::tonic::classify,
        open_for_hint = classifiers::tonic::retry_after,
        cause = classifiers::tonic::cause,
    )]
    async fn pieces(code: Code) -> Result<u32, Status> {
        let mut status = Status::new(code, "as asked");
        status.metadata_mut().insert("retry-after", 90.into());
        let address = ending(status, None).await;
        unary(endpoint(address).connect_lazy()).await
    }

    assert!(pieces(Code::NotFound).await.is_err());
    assert!(pieces(Code::Unavailable).await.is_err());
    let snapshot = Registry::global().get("tonic").unwrap().snapshot();
    assert_eq!(
        (snapshot.totals.successes, snapshot.totals.failures),
        (1, 1)
    );
    assert_eq!(snapshot.state, State::Open);
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(90)));
    let cause = snapshot.history[0].transition.cause.as_ref().unwrap();
    assert_eq!(&*cause.text, "Unavailable: as asked");
    let rejected = pieces(Code::Ok).await.unwrap_err();
    assert_eq!(rejected.code(), Code::Unavailable);
    assert_eq!(rejected.retry_after(), Some(Duration::from_secs(90)));
}
