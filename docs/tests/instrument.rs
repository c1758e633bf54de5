//! What `docs/operations.md` says about `#[instrument(err)]` above and below `#[circuit_breaker]`.

use std::sync::{Arc, Mutex};

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, circuit_breaker};
use tracing::span::{Attributes, Id};
use tracing::{Level, Subscriber, instrument};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("down")]
    Down,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[instrument(err)]
#[circuit_breaker(name = "instrument.above", threshold = 1)]
fn above() -> Result<(), Error> {
    Err(Error::Down)
}

#[instrument(err)]
#[circuit_breaker(name = "instrument.above.async", threshold = 1)]
async fn above_async() -> Result<(), Error> {
    tokio::task::yield_now().await;
    Err(Error::Down)
}

#[circuit_breaker(name = "instrument.below", threshold = 1)]
#[instrument(err)]
fn below() -> Result<(), Error> {
    Err(Error::Down)
}

#[circuit_breaker(name = "instrument.below.async", threshold = 1)]
#[instrument(err)]
async fn below_async() -> Result<(), Error> {
    tokio::task::yield_now().await;
    Err(Error::Down)
}

#[instrument(err)]
#[circuit_breaker(
    name = "instrument.above.fallback",
    fallback_on = any,
    fallback = |_error| Ok(())
)]
fn above_with_fallback() -> Result<(), Error> {
    Err(Error::Down)
}

#[circuit_breaker(
    name = "instrument.below.fallback",
    fallback_on = any,
    fallback = |_error| Ok(())
)]
#[instrument(err)]
fn below_with_fallback() -> Result<(), Error> {
    Err(Error::Down)
}

#[instrument(err)]
#[circuit_breaker(name = "instrument.above.timeout", threshold = 99, call_timeout = "1s")]
async fn above_with_timeout() -> Result<(), Error> {
    std::future::pending().await
}

#[circuit_breaker(name = "instrument.below.timeout", threshold = 99, call_timeout = "1s")]
#[instrument(err)]
async fn below_with_timeout() -> Result<(), Error> {
    std::future::pending().await
}

/// Counts the spans and the errors of one thread.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<(u32, u32)>>);

impl<S: Subscriber> Layer<S> for Counts {
    fn on_new_span(&self, _: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        self.0.lock().unwrap().0 += 1;
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            self.0.lock().unwrap().1 += 1;
        }
    }
}

/// Returns how many spans and errors one failed call and nine further calls make.
fn spans_and_errors(mut call: impl FnMut() -> Result<(), Error>) -> (u32, u32) {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let counts = Counts::default();
    let subscriber = tracing_subscriber::registry().with(counts.clone());
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..10 {
            let _ = call();
        }
    });
    *counts.0.lock().unwrap()
}

fn wait_for(future: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future)
}

#[test]
fn above_the_breaker_a_rejection_has_no_span_and_is_no_error() {
    assert_eq!(spans_and_errors(above), (1, 1));
    assert_eq!(spans_and_errors(|| wait_for(above_async())), (1, 1));
}

#[test]
fn below_the_breaker_each_rejection_has_a_span_and_is_an_error() {
    assert_eq!(spans_and_errors(below), (10, 10));
    assert_eq!(spans_and_errors(|| wait_for(below_async())), (10, 10));
}

#[test]
fn above_the_breaker_a_failure_is_logged_though_the_fallback_answers() {
    assert_eq!(spans_and_errors(above_with_fallback), (5, 5));
    assert_eq!(spans_and_errors(below_with_fallback), (10, 0));
}

#[test]
fn above_the_breaker_a_call_over_its_limit_is_no_error() {
    assert_eq!(spans_and_errors(|| wait_for(above_with_timeout())), (10, 0));
    assert_eq!(
        spans_and_errors(|| wait_for(below_with_timeout())),
        (10, 10)
    );
}
