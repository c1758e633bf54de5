//! The function with the settings that only some breakers have, and the calls that end in another way.

use std::future::{pending, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use breaker_runtime::{CircuitBreaker, Registry, circuit_breaker};

use crate::ours::KEYS;
use crate::{Answer, BAD, Error, body};

/// Would reject, but does not.
#[circuit_breaker(name = "shadow", open_for = "1h", shadow = true)]
#[inline(never)]
pub fn shadow(value: u64) -> Answer {
    body(value)
}

/// Would be rejected, once [`trip_shadow`] has been called.
#[circuit_breaker(name = "shadow_open", open_for = "1h", shadow = true)]
#[inline(never)]
pub fn shadow_open(value: u64) -> Answer {
    body(value)
}

/// Opens the circuit of [`shadow_open`].
pub fn trip_shadow() {
    if let Some(breaker) = Registry::global().get("shadow_open") {
        breaker.trip();
    }
}

/// Counts the calls in flight, and never has too many.
#[circuit_breaker(name = "max_in_flight", max_in_flight = 1_000)]
#[inline(never)]
pub fn max_in_flight(value: u64) -> Answer {
    body(value)
}

/// One breaker for each key, of which there are 16; half of them may be open.
#[circuit_breaker(name = "max_open_share", key = KEYS[(value % 16) as usize], max_open_share = 0.5)]
#[inline(never)]
pub fn max_open_share(value: u64) -> Answer {
    body(value)
}

/// Opens its circuit whenever it fails.
#[circuit_breaker(name = "trips", open_for = "1h", trip(Err(Error::Failed)))]
#[inline(never)]
fn trips(value: u64) -> Answer {
    body(value)
}

/// Returns the breaker whose circuit [`trip_and_reset`] opens.
pub fn tripping() -> Option<CircuitBreaker> {
    Registry::global().get("trips")
}

/// Fails a call, which opens the circuit at once, and closes the circuit.
#[inline(never)]
pub fn trip_and_reset(breaker: &CircuitBreaker) -> Answer {
    let answer = trips(BAD);
    breaker.reset();
    answer
}

/// An async function that waits and gets no answer.
#[inline]
async fn hanging(value: u64) -> Answer {
    ready(()).await;
    pending::<()>().await;
    body(value)
}

/// Has a breaker whose circuit no number of dropped calls opens.
#[circuit_breaker(name = "dropped", cancelled_in_a_row = u32::MAX)]
async fn guarded(value: u64) -> Answer {
    ready(()).await;
    pending::<()>().await;
    body(value)
}

/// Polls the function without a breaker once, and drops it.
#[inline(never)]
pub fn bare_dropped(value: u64) -> Answer {
    poll_once(hanging(value))
}

/// Polls the function with a breaker once, and drops it.
#[inline(never)]
pub fn dropped(value: u64) -> Answer {
    poll_once(guarded(value))
}

/// Polls a future that is never ready once, as its caller does before it gives up.
#[inline]
fn poll_once(future: impl Future<Output = Answer>) -> Answer {
    let mut context = Context::from_waker(Waker::noop());
    let future = pin!(future);
    match future.poll(&mut context) {
        Poll::Ready(answer) => answer,
        Poll::Pending => Err(Error::Failed),
    }
}
