//! One sequence of faults through the attribute, the layer and permits by hand gives the same totals. Time is
//! tokio's and paused.

use std::future::{Future, pending};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use breaker_runtime::test_util::{TestRegistry, TokioClock};
use breaker_runtime::tower::{CircuitBreakerLayer, ServiceError};
use breaker_runtime::{BreakerError, CircuitBreaker, Config, Outcome, circuit_breaker};
use futures::FutureExt;
use tokio::time::{advance, sleep, timeout};
use tower::{Layer, Service, ServiceExt, service_fn};

const SECOND: Duration = Duration::from_secs(1);

const CONFIG: Config = Config::new()
    .threshold(3)
    .slow_call(SECOND)
    .open_for(Duration::from_secs(30))
    .success_threshold(2);

#[derive(Clone, Copy, Debug)]
enum Step {
    Succeed,
    Decline,
    Fail,
    /// Succeeds after two seconds.
    Slow,
    Panic,
    /// The caller drops the call after half a second.
    Drop,
    /// The caller drops the call after two seconds.
    DropLate,
    /// Half a minute passes.
    Wait,
}

use Step::{Decline, Drop, DropLate, Fail, Panic, Slow, Succeed, Wait};

#[rustfmt::skip]
const STEPS: [Step; 33] = [
    Succeed, Fail, Fail, Succeed, Decline, Slow, Succeed, Drop, Panic, Fail, Drop, Decline, Fail,
    // Open.
    Succeed, Fail, Wait,
    // Half open, and open again.
    Drop, Decline, Succeed, Panic, Succeed, Wait,
    // Half open, and closed.
    Succeed, Drop, Succeed,
    Fail, DropLate, Slow, Succeed, Wait, DropLate, Wait, Succeed,
];

#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
enum Error {
    #[error("declined")]
    Declined,
    #[error("down")]
    Down,
    #[error("rejected")]
    Rejected,
}

impl From<BreakerError> for Error {
    fn from(_: BreakerError) -> Self {
        Self::Rejected
    }
}

/// The function that the breaker guards.
async fn body(step: Step) -> Result<(), Error> {
    match step {
        Succeed => Ok(()),
        Decline => Err(Error::Declined),
        Fail => Err(Error::Down),
        Slow => {
            sleep(2 * SECOND).await;
            Ok(())
        }
        Panic => panic!("boom"),
        Drop | DropLate | Wait => pending().await,
    }
}

#[circuit_breaker(
    name = "scenario",
    threshold = 3,
    slow_call = "1s",
    open_for = "30s",
    success_threshold = 2,
    ignore(Err(Error::Declined))
)]
async fn annotated(step: Step) -> Result<(), Error> {
    body(step).await
}

/// How a step ended for its caller.
#[derive(Debug, PartialEq)]
enum Seen {
    Answer(Result<(), Error>),
    Panicked,
    Dropped,
    Nothing,
}

/// Makes the call of a step and ends it as the step requires.
async fn play(step: Step, call: impl Future<Output = Result<(), Error>>) -> Seen {
    let limit = match step {
        Wait => {
            advance(Duration::from_secs(30)).await;
            return Seen::Nothing;
        }
        Drop => SECOND / 2,
        _ => 2 * SECOND + SECOND / 10,
    };
    let call = AssertUnwindSafe(call).catch_unwind();
    match timeout(limit, call).await {
        Ok(Ok(answer)) => Seen::Answer(answer),
        Ok(Err(_)) => Seen::Panicked,
        Err(_) => Seen::Dropped,
    }
}

fn classify(answer: Result<&(), &Error>) -> Outcome {
    match answer {
        Ok(()) => Outcome::Success,
        Err(Error::Declined) => Outcome::Ignored,
        Err(_) => Outcome::Failure,
    }
}

async fn by_attribute(test: &TestRegistry<TokioClock>) -> Vec<Seen> {
    let _entered = test.enter();
    let mut seen = Vec::new();
    for step in STEPS {
        seen.push(play(step, annotated(step)).await);
    }
    seen
}

async fn by_layer(test: &TestRegistry<TokioClock>) -> Vec<Seen> {
    let layer = CircuitBreakerLayer::in_registry(test, "scenario", CONFIG).unwrap();
    let service = layer.classify(classify).layer(service_fn(body));
    let mut seen = Vec::new();
    for step in STEPS {
        let call = async {
            let mut service = service.clone();
            let answer = service.ready().await.unwrap().call(step).await;
            answer.map_err(|error| match error {
                ServiceError::Breaker(error) => error.into(),
                ServiceError::Inner(error) => error,
            })
        };
        seen.push(play(step, call).await);
    }
    seen
}

async fn by_permit(breaker: &CircuitBreaker, step: Step) -> Result<(), Error> {
    let permit = breaker.try_acquire().map_err(|_| Error::Rejected)?;
    if let DropLate = step {
        // With a permit by hand, the caller decides whether a dropped call is a failure.
        sleep(2 * SECOND).await;
        permit.failure();
        return pending().await;
    }
    let answer = body(step).await;
    permit.record(classify(answer.as_ref()));
    answer
}

async fn by_hand(test: &TestRegistry<TokioClock>) -> Vec<Seen> {
    let breaker = test.get_or_create("scenario", CONFIG).unwrap();
    let mut seen = Vec::new();
    for step in STEPS {
        seen.push(play(step, by_permit(&breaker, step)).await);
    }
    seen
}

/// Formats all counts and the position of the state machine.
fn counted(test: &TestRegistry<TokioClock>) -> String {
    let snapshot = test.get("scenario").unwrap().snapshot();
    let totals = &snapshot.totals;
    let ends = (
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.cancelled,
    );
    let rest = (totals.calls, totals.slow, totals.rejected, totals.stale);
    let moves = (totals.opens, totals.half_opens, totals.closes);
    let now = (
        snapshot.state,
        snapshot.generation,
        snapshot.failures_in_a_row,
    );
    format!(
        "{ends:?} {rest:?} {moves:?} {now:?} {:?}",
        totals.rejections
    )
}

#[tokio::test(start_paused = true)]
async fn the_attribute_the_layer_and_permits_by_hand_give_the_same_totals() {
    let registry = || TestRegistry::with_clock(TokioClock::new());
    let attribute = registry();
    let seen = by_attribute(&attribute).await;
    let layer = registry();
    assert_eq!(by_layer(&layer).await, seen);
    let hand = registry();
    assert_eq!(by_hand(&hand).await, seen);

    let totals = counted(&attribute);
    assert_eq!(counted(&layer), totals);
    assert_eq!(counted(&hand), totals);
    let calls = seen.iter().filter(|seen| **seen != Seen::Nothing).count();
    let snapshot = attribute.get("scenario").unwrap().snapshot();
    assert_eq!(
        snapshot.totals.calls + snapshot.totals.rejected,
        calls as u64
    );
    assert!(
        snapshot.totals.opens >= 3 && snapshot.totals.closes >= 1,
        "{totals}"
    );
}
