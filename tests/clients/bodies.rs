//! R34: a layer with `until_body_end()` judges a call by the end of the response's body.

use std::convert::Infallible;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::body::Bytes;
use breaker_runtime::tower::{CircuitBreakerLayer, ServiceError};
use breaker_runtime::{Config, Outcome, State};
use futures::FutureExt as _;
use futures::channel::mpsc;
use futures::stream::{self, BoxStream, StreamExt as _};
use http::{HeaderMap, HeaderValue, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt as _, Empty, Full, StreamBody};
use tower::{Layer, Service, ServiceExt as _, service_fn};

use crate::support::{Bench, OPEN_FOR};

type Part = io::Result<Frame<Bytes>>;
type Parts = StreamBody<BoxStream<'static, Part>>;

const SECOND: Duration = Duration::from_secs(1);

fn data(text: &'static str) -> Part {
    Ok(Frame::data(Bytes::from_static(text.as_bytes())))
}

fn broken() -> Part {
    Err(io::Error::from(io::ErrorKind::ConnectionReset))
}

fn trailers(status: &'static str) -> Part {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(status));
    trailers.insert("grpc-retry-pushback-ms", HeaderValue::from_static("70000"));
    Ok(Frame::trailers(trailers))
}

fn parts(parts: impl IntoIterator<Item = Part>) -> Parts {
    let parts: Vec<_> = parts.into_iter().collect();
    StreamBody::new(stream::iter(parts).boxed())
}

/// Makes a body of what is sent, which ends with the sender.
fn connection() -> (mpsc::UnboundedSender<Part>, Parts) {
    let (sender, receiver) = mpsc::unbounded();
    (sender, StreamBody::new(receiver.boxed()))
}

fn grpc_head() -> http::response::Builder {
    Response::builder().header("content-type", "application/grpc")
}

/// Answers one call with this response, and returns the response that the caller gets.
fn call<D: Body>(
    bench: &Bench,
    response: Response<D>,
) -> Response<impl Body<Data = D::Data, Error = D::Error> + use<D>> {
    let layer = CircuitBreakerLayer::from(bench.breaker.clone()).grpc();
    let mut response = Some(response);
    let service = service_fn(move |()| {
        let response = response.take().expect("it is called once");
        async { Ok::<_, Infallible>(response) }
    });
    let mut service = layer.until_body_end().layer(service);
    let answer = service.call(()).now_or_never().expect("the head is ready");
    answer.unwrap_or_else(|error| panic!("{error}"))
}

/// Answers one call with a gRPC response of these parts.
fn begin(
    bench: &Bench,
    parts: Parts,
) -> impl Body<Data = Bytes, Error = io::Error> + Unpin + use<> {
    call(bench, grpc_head().body(parts).unwrap()).into_body()
}

/// Returns whether a frame arrived; `None` while none does.
fn next(body: &mut (impl Body<Error = io::Error> + Unpin)) -> Option<Option<bool>> {
    let frame = Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()));
    match frame {
        Poll::Pending => None,
        Poll::Ready(frame) => Some(frame.map(|frame| frame.is_ok())),
    }
}

#[test]
fn r34_the_end_of_the_body_is_the_success() {
    let bench = Bench::default();
    let mut body = begin(&bench, parts([data("a"), data("b")]));
    for _ in 0..2 {
        assert_eq!(next(&mut body), Some(Some(true)));
        assert_eq!(bench.ends(), [0; 4]);
    }
    assert_eq!(next(&mut body), Some(None));
    assert_eq!(bench.ends(), [1, 0, 0, 0]);
    drop(body);
    assert_eq!(bench.ends(), [1, 0, 0, 0]);
}

#[test]
fn r34_an_announced_end_needs_no_further_poll() {
    let bench = Bench::default();
    let body = call(
        &bench,
        grpc_head()
            .body(Full::new(Bytes::from_static(b"all")))
            .unwrap(),
    );
    let mut body = body.into_body();
    assert_eq!(bench.ends(), [0; 4]);
    let frame = body.frame().now_or_never();
    assert!(matches!(frame, Some(Some(Ok(_)))));
    assert_eq!(bench.ends(), [1, 0, 0, 0]);

    drop(call(
        &bench,
        grpc_head().body(Empty::<Bytes>::new()).unwrap(),
    ));
    assert_eq!(bench.ends(), [2, 0, 0, 0]);
}

#[test]
fn r34_a_body_that_breaks_is_a_failure() {
    let bench = Bench::new(Config::new().threshold(1));
    let mut body = begin(&bench, parts([data("a"), broken()]));
    assert_eq!(next(&mut body), Some(Some(true)));
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(next(&mut body), Some(Some(false)));
    assert_eq!(bench.state(), State::Open);
    drop(body);
    assert_eq!(bench.ends(), [0, 1, 0, 0]);
}

#[test]
fn r34_the_status_in_the_trailers_decides() {
    for (status, expected) in [
        ("0", [1, 0, 0, 0]),
        ("5", [1, 0, 0, 0]),
        ("1", [0, 0, 1, 0]),
        ("14", [0, 1, 0, 0]),
        ("no number", [0, 1, 0, 0]),
    ] {
        let bench = Bench::default();
        let mut body = begin(&bench, parts([data("a"), trailers(status)]));
        assert_eq!(next(&mut body), Some(Some(true)));
        assert_eq!(bench.ends(), [0; 4]);
        assert_eq!(next(&mut body), Some(Some(true)));
        assert_eq!(bench.ends(), expected, "{status}");
    }
}

#[test]
fn r34_trailers_lengthen_the_open_period() {
    let bench = Bench::new(Config::new().threshold(1).jitter(0.0));
    let mut body = begin(&bench, parts([trailers("14")]));
    assert_eq!(next(&mut body), Some(Some(true)));
    assert_eq!(bench.breaker.snapshot().open_period, Some(70 * SECOND));
}

#[test]
fn r34_a_head_that_is_no_success_decides_at_once() {
    let bench = Bench::new(Config::new().threshold(1));
    let (_sender, body) = connection();
    let response = call(&bench, Response::builder().status(503).body(body).unwrap());
    assert_eq!(bench.ends(), [0, 1, 0, 0]);
    drop(response);
    assert_eq!(bench.ends(), [0, 1, 0, 0]);
}

#[tokio::test]
async fn r34_without_a_head_the_error_is_the_failure() {
    let bench = Bench::new(Config::new().threshold(1));
    let layer = CircuitBreakerLayer::from(bench.breaker.clone())
        .http()
        .until_body_end();
    let service = layer.layer(service_fn(|()| async {
        Err::<Response<Parts>, _>(io::Error::other("reset"))
    }));
    let answer = service.clone().oneshot(()).await;
    assert!(matches!(answer, Err(ServiceError::Inner(_))));
    assert_eq!(bench.ends(), [0, 1, 0, 0]);
    let answer = service.oneshot(()).await;
    assert!(matches!(answer, Err(ServiceError::Breaker(_))));
    assert_eq!(bench.breaker.snapshot().totals.rejected, 1);
}

#[test]
fn r34_a_reader_who_drops_the_body_opens_nothing_however_late() {
    let bench = Bench::new(Config::new().threshold(1));
    for round in 0..100 {
        let (sender, body) = connection();
        let mut body = begin(&bench, body);
        if round % 2 == 0 {
            sender.unbounded_send(data("a")).unwrap();
            assert_eq!(next(&mut body), Some(Some(true)));
        }
        assert_eq!(next(&mut body), None);
        bench.advance(60 * SECOND);
    }
    assert_eq!(bench.ends(), [0, 0, 0, 100]);
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r34_a_reader_who_drops_the_body_of_a_probe_does_not_open_the_circuit() {
    let bench = Bench::new(Config::new().half_open_calls(1).success_threshold(2));
    bench.half_open();
    for _ in 0..3 {
        let (_sender, body) = connection();
        let body = begin(&bench, body);
        assert!(bench.rejects());
        drop(body);
    }
    assert_eq!(bench.ends(), [0, 5, 3, 0]);
    assert_eq!(bench.state(), State::HalfOpen);
}

#[test]
fn r34_a_body_that_panics_is_a_failure() {
    let bench = Bench::default();
    let body =
        StreamBody::new(stream::poll_fn(|_| -> Poll<Option<Part>> { panic!("broken") }).boxed());
    let mut body = begin(&bench, body);
    assert!(catch_unwind(AssertUnwindSafe(|| next(&mut body))).is_err());
    drop(body);
    assert_eq!(bench.breaker.snapshot().totals.failures_by_kind.panicked, 1);
}

#[test]
fn r34_each_frame_of_a_probe_renews_its_timeout() {
    let bench = Bench::new(Config::new().probe_timeout(OPEN_FOR));
    bench.half_open();
    bench.advance(SECOND);
    let (sender, body) = connection();
    let mut body = begin(&bench, body);
    for _ in 0..5 {
        bench.advance(OPEN_FOR - SECOND);
        sender.unbounded_send(data("a")).unwrap();
        assert_eq!(next(&mut body), Some(Some(true)));
        assert_eq!(bench.state(), State::HalfOpen);
    }
    bench.advance(OPEN_FOR);
    assert_eq!(bench.state(), State::Open);
}

#[test]
fn r34_the_times_to_the_head_and_to_the_end_are_measured() {
    let bench = Bench::new(Config::new().latency(true));
    let clock = bench.clock.clone();
    let layer = CircuitBreakerLayer::from(bench.breaker.clone()).http();
    let service = service_fn(move |()| {
        clock.advance(SECOND);
        let response = Response::new(parts([data("a")]));
        async { Ok::<_, Infallible>(response) }
    });
    let mut service = layer.until_body_end().layer(service);
    let answer = service.call(()).now_or_never().expect("the head is ready");
    let mut body = answer.unwrap().into_body();
    bench.advance(2 * SECOND);
    assert_eq!(next(&mut body), Some(Some(true)));
    assert_eq!(next(&mut body), Some(None));
    let snapshot = bench.breaker.snapshot();
    let (end, head) = (snapshot.latency.unwrap(), snapshot.latency_to_head.unwrap());
    assert_eq!((end.count(), end.sum()), (1, 3 * SECOND));
    assert_eq!((head.count(), head.sum()), (1, SECOND));
}

#[test]
fn r34_the_time_to_a_head_that_ends_the_call_is_measured_unless_it_has_failed() {
    let bench = Bench::new(Config::new().latency(true));
    let answer = |status: u16| {
        let layer = CircuitBreakerLayer::from(bench.breaker.clone());
        let layer = layer.classify(|answer: Result<&Response<Full<Bytes>>, &Infallible>| {
            match answer.map_or(0, |response| response.status().as_u16()) {
                404 => Outcome::Ignored,
                500 => Outcome::Failure,
                _ => Outcome::Success,
            }
        });
        let clock = bench.clock.clone();
        let service = service_fn(move |()| {
            clock.advance(SECOND);
            let body = if status == 204 { "" } else { "text" };
            let response = Response::builder().status(status).body(Full::from(body));
            async { Ok::<_, Infallible>(response.unwrap()) }
        });
        let mut service = layer.until_body_end().layer(service);
        let answer = service.call(()).now_or_never();
        drop(answer.expect("the head is ready").unwrap());
    };
    answer(404);
    answer(500);
    answer(204);
    assert_eq!(bench.ends(), [1, 1, 1, 0]);
    let head = bench.breaker.snapshot().latency_to_head.unwrap();
    assert_eq!((head.count(), head.sum()), (2, 2 * SECOND));
}
