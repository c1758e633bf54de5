//! The table of `classifiers::tonic`, with a server of tonic.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use breaker_runtime::classifiers::tonic::{cause, classify, retry_after};
use breaker_runtime::tower::CircuitBreakerLayer;
use breaker_runtime::{
    BreakerError, ClassifyError, Config, Outcome, Registry, State, circuit_breaker, classifiers,
};
use bytes::Bytes;
use futures::stream;
use http::uri::PathAndQuery;
use tokio::net::TcpListener;
use tonic::body::Body;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{BoxError, Layer, Service, service_fn};

use crate::server::{hanging, nobody};

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
            let parts = stream::iter([Ok(Pieces { count: 1 }), end.clone()]);
            async move { Ok::<_, Status>(Response::new(parts)) }
        });
        grpc.server_streaming(answer, request).await
    })
}

fn endpoint(address: SocketAddr) -> Endpoint {
    Channel::from_shared(format!("http://{address}")).expect("an address")
}

/// Makes a client, and waits until its channel is ready.
async fn ready<S>(channel: S) -> Result<tonic::client::Grpc<S>, Status>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error: Into<BoxError>>,
{
    let mut client = tonic::client::Grpc::new(channel);
    let ready = client.ready().await;
    ready.map_err(|error| Status::from_error(error.into()))?;
    Ok(client)
}

async fn unary<S>(channel: S) -> Result<u32, Status>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error: Into<BoxError>>,
{
    let mut client = ready(channel).await?;
    let codec = ProstCodec::<Pieces, Pieces>::default();
    let path = PathAndQuery::from_static(UNARY);
    let response = client
        .unary(Request::new(Pieces::default()), path, codec)
        .await?;
    Ok(response.into_inner().count)
}

/// Reads a stream to its end.
async fn streamed(channel: Channel) -> Result<u32, Status> {
    let mut client = ready(channel).await?;
    let codec = ProstCodec::<Pieces, Pieces>::default();
    let path = PathAndQuery::from_static(STREAM);
    let response = client
        .server_streaming(Request::new(Pieces::default()), path, codec)
        .await?;
    let (mut parts, mut sum) = (response.into_inner(), 0);
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
