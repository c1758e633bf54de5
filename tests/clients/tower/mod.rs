//! The layer and its service.

mod calls;
mod layers;
mod own_errors;
mod readiness;

use std::future::{Future, Ready, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use breaker_runtime::Totals;
use breaker_runtime::tower::{CircuitBreakerLayer, ServiceError};
use tower::{Layer, Service, service_fn};

use crate::support::Bench;

/// Returns the output of a future that is ready at its first poll.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it is pending"),
    }
}

/// Polls a future once and returns whether it is pending.
fn is_pending<F: Future + Unpin>(future: &mut F) -> bool {
    let context = &mut Context::from_waker(Waker::noop());
    Pin::new(future).poll(context).is_pending()
}

fn echo(answer: Result<u32, &'static str>) -> Ready<Result<u32, &'static str>> {
    ready(answer)
}

type Echo = fn(Result<u32, &'static str>) -> Ready<Result<u32, &'static str>>;

fn guarded(
    bench: &Bench,
) -> impl Service<Result<u32, &'static str>, Response = u32, Error = ServiceError<&'static str>> + Clone
{
    let layer = CircuitBreakerLayer::from(bench.breaker.clone());
    layer.layer(service_fn(echo as Echo))
}

fn totals(bench: &Bench) -> Totals {
    bench.breaker.snapshot().totals
}

fn ends(bench: &Bench) -> [u64; 4] {
    let totals = totals(bench);
    [
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.cancelled,
    ]
}
