//! A gRPC client behind a breaker: with the Tower layer around its channel, and with the attribute on a call.
//!
//! A tonic server on a loopback port keeps a shop's stock and answers with the status that the example
//! chooses. Statuses such as `NOT_FOUND` are normal answers, others indicate an outage. The layer sees the
//! head of a response, which contains the status only if the call failed before its first message. If it
//! failed later, the status is in the trailers, after the body. This layer does not read them: guard such
//! calls with the attribute, or have the layer judge them by their end with `until_body_end()`.
//!
//! ```text
//! cargo run -p example-grpc-client
//! ```

use std::convert::Infallible;
use std::error::Error;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::tower::{CircuitBreakerLayer, HttpClassifier};
use breaker_runtime::{BreakerError, Config, Outcome, Registry, State, circuit_breaker};
use futures::stream;
use http::uri::PathAndQuery;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tonic::body::Body;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::{BoxError, Layer, Service, service_fn};

/// The statuses that indicate a problem of the server rather than of the request.
const OUTAGES: [Code; 5] = [
    Code::Unavailable,
    Code::DeadlineExceeded,
    Code::Internal,
    Code::Unknown,
    Code::ResourceExhausted,
];

const ANSWERS: [Code; 6] = [
    Code::NotFound,
    Code::InvalidArgument,
    Code::AlreadyExists,
    Code::FailedPrecondition,
    Code::PermissionDenied,
    Code::Unauthenticated,
];

/// The largest error of the coarse clock.
const TOLERANCE: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let story = async {
        let server = StockServer::start().await?;
        by_the_layer(&server).await?;
        what_the_layer_cannot_see(&server).await?;
        by_the_attribute(&server).await
    };
    timeout(Duration::from_secs(20), story).await?
}

fn judge(code: Code) -> Outcome {
    match code {
        code if OUTAGES.contains(&code) => Outcome::Failure,
        // The caller cancelled the call.
        Code::Cancelled => Outcome::Ignored,
        _ => Outcome::Success,
    }
}

/// Classifies what the layer sees: the head of a response, or a transport error.
fn judge_head(answer: Result<&http::Response<Body>, &tonic::transport::Error>) -> Outcome {
    let Ok(response) = answer else {
        return Outcome::Failure;
    };
    match response.headers().get("grpc-status") {
        Some(status) => judge(Code::from_bytes(status.as_bytes())),
        // Messages follow, or a proxy answered instead of the gRPC server.
        None => HttpClassifier::outcome(response.status()),
    }
}

async fn by_the_layer(server: &StockServer) -> anyhow::Result<()> {
    let config = Config::new()
        .threshold(5)
        .open_for(Duration::from_millis(500))
        .success_threshold(1);
    let layer = CircuitBreakerLayer::new("stock-channel", config)?.classify(judge_head);
    let circuit = layer.breaker().clone();
    let channel = layer.layer(server.channel()?);

    println!("These statuses are normal answers, so the circuit stays closed:");
    for expected in ANSWERS {
        server.answer(expected);
        let answer = tell(pieces(channel.clone(), "tea").await);
        ensure!(code(&answer) == Some(expected));
    }
    ensure!(circuit.snapshot().totals.successes == 6);

    println!("These indicate an outage, and the fifth in a row opens the circuit:");
    for expected in OUTAGES {
        server.answer(expected);
        let answer = tell(pieces(channel.clone(), "tea").await);
        ensure!(code(&answer) == Some(expected));
    }
    ensure!(circuit.state() == State::Open);

    println!("A rejection is a status whose source is the breaker's error:");
    let hits = server.hits();
    let Err(StockError::Grpc(status)) = tell(pieces(channel.clone(), "tea").await) else {
        anyhow::bail!("the circuit should be open");
    };
    let source = status.source().and_then(|source| source.downcast_ref());
    let rejected: &BreakerError = source.context("the source of the status")?;
    ensure!(server.hits() == hits, "a rejected call reached the server");
    ensure!(!rejected.is_retryable(), "a retry would be rejected too");

    println!("The server has recovered, and the client retries when the rejection says:");
    server.answer(Code::Ok);
    let wait = rejected.retry_after().context("an open circuit knows it")?;
    sleep(wait + TOLERANCE).await;
    ensure!(tell(pieces(channel.clone(), "tea").await)? == 7);
    ensure!(circuit.state() == State::Closed);

    println!("Without a server the call fails, because the channel connects on first use:");
    let nobody = TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?;
    let layer = CircuitBreakerLayer::new("nobody", config)?.classify(judge_head);
    let circuit = layer.breaker().clone();
    let channel = layer.layer(Channel::from_shared(format!("http://{nobody}"))?.connect_lazy());
    let answer = tell(pieces(channel, "tea").await);
    ensure!(code(&answer) == Some(Code::Unavailable));
    ensure!(circuit.snapshot().totals.failures == 1);
    Ok(())
}

async fn what_the_layer_cannot_see(server: &StockServer) -> anyhow::Result<()> {
    let circuit = Registry::global().get("stock-channel").context("above")?;
    let layer = CircuitBreakerLayer::from(circuit.clone()).classify(judge_head);
    let before = circuit.snapshot().totals;

    println!("If a delivery breaks off after its first message, its status is in the trailers:");
    server.answer(Code::Unavailable);
    let answer = tell(delivery(layer.layer(server.channel()?), "tea").await);
    ensure!(code(&answer) == Some(Code::Unavailable));
    let after = circuit.snapshot().totals;
    println!("  the layer saw only the head and counted a success");
    ensure!((after.successes, after.failures) == (before.successes + 1, before.failures));
    Ok(())
}

#[derive(Debug, thiserror::Error)]
enum StockError {
    #[error(transparent)]
    Grpc(#[from] Status),
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

/// Reads the whole delivery, and returns its status whether it was in the head or in the trailers.
#[circuit_breaker(
    name = "delivery",
    threshold = 2,
    open_for = "500ms",
    call_timeout = "1s", // tonic's timeout ends in `CANCELLED`, as if the caller had given up
    success(Err(StockError::Grpc(status)) if judge(status.code()) == Outcome::Success),
    ignore(Err(StockError::Grpc(status)) if judge(status.code()) == Outcome::Ignored),
)]
async fn guarded_delivery(channel: &Channel, item: &str) -> Result<u32, StockError> {
    Ok(delivery(channel.clone(), item).await?)
}

async fn by_the_attribute(server: &StockServer) -> anyhow::Result<()> {
    let channel = server.channel()?;
    let circuit = Registry::global().get("delivery").context("declared")?;

    println!("The attribute sees that status, and calls that hang; both are failures:");
    server.answer(Code::NotFound);
    let answer = tell(guarded_delivery(&channel, "tea").await);
    ensure!(code(&answer) == Some(Code::NotFound));
    ensure!(circuit.snapshot().totals.successes == 1);
    server.answer(Code::Unavailable);
    let broken = tell(guarded_delivery(&channel, "tea").await);
    ensure!(code(&broken) == Some(Code::Unavailable));
    server.hang(true);
    let late = tell(guarded_delivery(&channel, "tea").await);
    ensure!(matches!(
        late,
        Err(StockError::Breaker(BreakerError::TimedOut(_)))
    ));
    ensure!(circuit.state() == State::Open);

    println!("So the next call is rejected:");
    let hits = server.hits();
    let rejected = tell(guarded_delivery(&channel, "tea").await);
    ensure!(matches!(
        rejected,
        Err(StockError::Breaker(BreakerError::Rejected(_)))
    ));
    ensure!(server.hits() == hits, "a rejected call reached the server");
    Ok(())
}

fn tell(answer: Result<u32, impl Into<StockError>>) -> Result<u32, StockError> {
    let answer = answer.map_err(Into::into);
    match &answer {
        Ok(pieces) => println!("  {pieces} pieces"),
        Err(StockError::Grpc(status)) => println!("  {:?}: {}", status.code(), status.message()),
        Err(error) => println!("  {error}"),
    }
    answer
}

fn code(answer: &Result<u32, StockError>) -> Option<Code> {
    match answer {
        Err(StockError::Grpc(status)) => Some(status.code()),
        _ => None,
    }
}

// The rest is the code that tonic would generate for the messages
//
//     message Item { string name = 1; }
//     message Stock { uint32 pieces = 1; }
//
// and a service with two methods.

#[derive(Clone, PartialEq, prost::Message)]
struct Item {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
struct Stock {
    #[prost(uint32, tag = "1")]
    pieces: u32,
}

const PIECES: &str = "/shop.Stock/Pieces";
const DELIVERY: &str = "/shop.Stock/Delivery";

/// Asks how many pieces are in stock: one message in each direction.
async fn pieces<S>(channel: S, item: &str) -> Result<u32, Status>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error: Into<BoxError>>,
{
    let mut client = tonic::client::Grpc::new(channel);
    client
        .ready()
        .await
        .map_err(|error| Status::from_error(error.into()))?;
    let codec = ProstCodec::<Item, Stock>::default();
    let request = Request::new(Item {
        name: item.to_owned(),
    });
    let response = client
        .unary(request, PathAndQuery::from_static(PIECES), codec)
        .await?;
    Ok(response.into_inner().pieces)
}

/// Orders a delivery, which answers with several messages. Returns how many pieces arrived.
async fn delivery<S>(channel: S, item: &str) -> Result<u32, Status>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error: Into<BoxError>>,
{
    let mut client = tonic::client::Grpc::new(channel);
    client
        .ready()
        .await
        .map_err(|error| Status::from_error(error.into()))?;
    let codec = ProstCodec::<Item, Stock>::default();
    let request = Request::new(Item {
        name: item.to_owned(),
    });
    let path = PathAndQuery::from_static(DELIVERY);
    let mut parts = client
        .server_streaming(request, path, codec)
        .await?
        .into_inner();
    let mut pieces = 0;
    while let Some(part) = parts.message().await? {
        pieces += part.pieces;
    }
    Ok(pieces)
}

/// A handle to the running server.
struct StockServer {
    address: SocketAddr,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    code: AtomicI32,
    hangs: AtomicBool,
    hits: AtomicU32,
}

impl StockServer {
    async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let desk = Arc::new(Desk::default());
        let handler = {
            let desk = Arc::clone(&desk);
            service_fn(move |request| serve(Arc::clone(&desk), request))
        };
        let incoming = TcpIncoming::from(listener);
        tokio::spawn(Server::builder().serve_with_incoming(handler, incoming));
        Ok(Self { address, desk })
    }

    fn channel(&self) -> anyhow::Result<Channel> {
        Ok(Channel::from_shared(format!("http://{}", self.address))?.connect_lazy())
    }

    /// Makes all calls end with this status from now on.
    fn answer(&self, code: Code) {
        self.desk.code.store(code.into(), Ordering::SeqCst);
    }

    /// Makes all calls hang from now on, or stops this.
    fn hang(&self, hangs: bool) {
        self.desk.hangs.store(hangs, Ordering::SeqCst);
    }

    fn hits(&self) -> u32 {
        self.desk.hits.load(Ordering::SeqCst)
    }
}

async fn serve(
    desk: Arc<Desk>,
    request: http::Request<Body>,
) -> Result<http::Response<Body>, Infallible> {
    desk.hits.fetch_add(1, Ordering::SeqCst);
    if desk.hangs.load(Ordering::SeqCst) {
        return pending().await;
    }
    let code = Code::from(desk.code.load(Ordering::SeqCst));
    let end = if code == Code::Ok {
        Ok(Stock { pieces: 7 })
    } else {
        Err(Status::new(code, "as requested"))
    };
    let mut grpc = tonic::server::Grpc::new(ProstCodec::<Stock, Item>::default());
    Ok(match request.uri().path() {
        PIECES => {
            let answer = service_fn(move |_: Request<Item>| {
                let end = end.clone();
                async move { end.map(Response::new) }
            });
            grpc.unary(answer, request).await
        }
        DELIVERY => {
            let answer = service_fn(move |_: Request<Item>| {
                let parts = stream::iter([Ok(Stock { pieces: 1 }), end.clone()]);
                async move { Ok::<_, Status>(Response::new(parts)) }
            });
            grpc.server_streaming(answer, request).await
        }
        path => Status::unimplemented(path).into_http(),
    })
}
