use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crate::breaker::CircuitBreaker;
use crate::call::{CallOptions, FallbackOn};
use crate::config::Config;
use crate::registry::Registry;
use crate::values::{BreakerError, CallError, ClassifyError, Outcome, State};

#[derive(Debug, PartialEq)]
enum Trouble {
    /// A failure, which names the seconds to wait.
    Down(u64),
    NotFound,
    OwnFault,
}

impl ClassifyError for Trouble {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Down(_) => Outcome::Failure,
            Self::NotFound => Outcome::Success,
            Self::OwnFault => Outcome::Ignored,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Down(seconds) => Some(Duration::from_secs(*seconds)),
            Self::NotFound | Self::OwnFault => None,
        }
    }

    fn cause_text(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}

type Options = CallOptions<u32, Trouble>;

fn breaker() -> CircuitBreaker {
    let config = Config::new().threshold(1).jitter(0.0);
    let registry = Registry::new();
    registry.get_or_create("payment", config).expect("in range")
}

/// Returns the totals as `successes failures ignored, fallback successes and failures`.
fn ends(breaker: &CircuitBreaker) -> [u64; 5] {
    let totals = breaker.snapshot().totals;
    [
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.fallback_successes,
        totals.fallback_failures,
    ]
}

fn cause_of_opening(breaker: &CircuitBreaker) -> Option<String> {
    let snapshot = breaker.snapshot();
    let cause = snapshot.history[0].transition.cause.as_ref();
    cause.map(|cause| cause.text.as_ref().to_owned())
}

/// Runs a future that never waits.
fn now<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("the future waits"),
    }
}

#[test]
fn without_options_ok_is_a_success_and_err_a_failure() {
    let breaker = breaker();
    assert_eq!(breaker.call_with(Options::new(), || Ok(7)), Ok(7));
    let failed = now(breaker.call_with_async(Options::default(), async { Err(Trouble::NotFound) }));
    assert_eq!(failed, Err(CallError::Inner(Trouble::NotFound)));
    assert_eq!(ends(&breaker), [1, 1, 0, 0, 0]);
    assert_eq!(cause_of_opening(&breaker), None);
    let rejected = breaker.call_with(Options::new(), || panic!("it is rejected"));
    assert!(matches!(
        rejected,
        Err(CallError::Breaker(BreakerError::Rejected(_)))
    ));
}

#[test]
fn a_classifier_decides_about_ok_and_err() {
    let breaker = breaker();
    let options = || {
        Options::new().classify(|answer| match answer {
            Ok(0) => Outcome::Failure,
            Ok(_) | Err(Trouble::NotFound) => Outcome::Success,
            Err(_) => Outcome::Ignored,
        })
    };
    assert!(
        breaker
            .call_with(options(), || Err(Trouble::NotFound))
            .is_err()
    );
    assert!(
        breaker
            .call_with(options(), || Err(Trouble::OwnFault))
            .is_err()
    );
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(
        now(breaker.call_with_async(options(), async { Ok(0) })),
        Ok(0)
    );
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(ends(&breaker), [1, 1, 1, 0, 0]);
}

#[test]
fn only_a_failure_is_asked_for_the_hint_and_only_an_opening_for_the_cause() {
    let breaker = breaker();
    let asked = RefCell::new(Vec::new());
    let options = || {
        CallOptions::new()
            .cause(|answer: &Result<u32, Trouble>| {
                asked.borrow_mut().push("cause");
                format!("it said {answer:?}")
            })
            .open_for_hint(|answer| {
                asked.borrow_mut().push("hint");
                answer.as_ref().err()?.retry_after()
            })
            .classify(|answer| {
                answer
                    .as_ref()
                    .err()
                    .map_or(Outcome::Success, ClassifyError::outcome)
            })
    };
    breaker
        .call_with(options(), || Ok(7))
        .expect("it is closed");
    assert!(
        breaker
            .call_with(options(), || Err(Trouble::OwnFault))
            .is_err()
    );
    assert_eq!(*asked.borrow(), [""; 0]);
    assert!(
        breaker
            .call_with(options(), || Err(Trouble::Down(60)))
            .is_err()
    );
    assert_eq!(*asked.borrow(), ["hint", "cause"]);
    let snapshot = breaker.snapshot();
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(60)));
    let cause = snapshot.history[0]
        .transition
        .cause
        .clone()
        .expect("it was stated");
    assert_eq!(&*cause.text, "it said Err(Down(60))");
    assert_eq!(cause.function, None);
    assert!(cause.file.ends_with("tests.rs"), "{cause}");
}

#[test]
fn an_error_that_classifies_itself_gives_outcome_hint_and_cause() {
    let breaker = breaker();
    for error in [Trouble::NotFound, Trouble::OwnFault] {
        let answer = breaker.call_with(Options::new().by_error(), || Err(error));
        assert!(matches!(answer, Err(CallError::Inner(_))));
    }
    let answer = breaker.call_with(Options::new().by_error(), || Err(Trouble::Down(90)));
    assert_eq!(answer, Err(CallError::Inner(Trouble::Down(90))));
    assert_eq!(ends(&breaker), [1, 1, 1, 0, 0]);
    assert_eq!(
        breaker.snapshot().open_period,
        Some(Duration::from_secs(90))
    );
    assert_eq!(cause_of_opening(&breaker).as_deref(), Some("Down(90)"));
}

#[test]
fn the_fallback_answers_the_calls_that_it_is_for() {
    use FallbackOn::{Any, Error, Rejected};

    // How the call ends, for which calls the fallback is, and whether it answers.
    let cases = [
        (None, Rejected, true),
        (None, Error, false),
        (None, Any, true),
        (Some(Trouble::Down(0)), Rejected, false),
        (Some(Trouble::Down(0)), Error, true),
        (Some(Trouble::Down(0)), Any, true),
        (Some(Trouble::OwnFault), Any, false),
        (Some(Trouble::NotFound), Any, false),
    ];
    for (call, calls, answers) in cases {
        let case = format!("{call:?} {calls:?}");
        let breaker = breaker();
        if call.is_none() {
            breaker.trip();
        }
        let options = Options::new().by_error().fallback_on(calls, |_| Ok(1));
        let answer = breaker.call_with(options, || Err(call.expect("it runs")));
        assert_eq!(answer.is_ok(), answers, "{case}");
        assert_eq!(ends(&breaker)[3], u64::from(answers), "{case}");
    }
}

#[test]
fn the_fallback_gets_the_error_and_may_pass_it_on() {
    let breaker = breaker();
    let seen = RefCell::new(Vec::new());
    let options = || {
        Options::new().fallback_on(FallbackOn::Any, |error| {
            seen.borrow_mut().push(error.rejection().is_some());
            Err(error)
        })
    };
    let failed = breaker.call_with(options(), || Err(Trouble::Down(0)));
    assert_eq!(failed, Err(CallError::Inner(Trouble::Down(0))));
    let rejected = breaker.call_with(options(), || Ok(7));
    assert!(matches!(rejected, Err(CallError::Breaker(_))));
    assert_eq!(*seen.borrow(), [false, true]);
    assert_eq!(ends(&breaker), [0, 1, 0, 0, 2]);
}

#[test]
fn the_answer_of_a_fallback_is_judged_like_the_value_of_the_call() {
    let breaker = breaker();
    breaker.trip();
    for (answer, counted) in [
        (Ok(1), [1, 0]),
        (Ok(0), [1, 1]),
        (Err(CallError::Inner(Trouble::NotFound)), [2, 1]),
    ] {
        let options = Options::new()
            .classify(|answer| {
                if *answer == Ok(0) {
                    Outcome::Failure
                } else {
                    Outcome::Success
                }
            })
            .fallback(|_| answer);
        let _ = breaker.call_with(options, || unreachable!("it is open"));
        assert_eq!(ends(&breaker)[3..], counted);
    }
}

#[test]
fn a_panic_anywhere_is_a_failure_and_continues() {
    /// An error that panics when it is formatted.
    struct Loud;

    impl fmt::Debug for Loud {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("while it is formatted")
        }
    }

    let breaker = breaker();
    let panics = |call: &dyn Fn()| catch_unwind(AssertUnwindSafe(call)).is_err();
    assert!(panics(&|| {
        let _ = breaker.call_with(Options::new(), || panic!("in the body"));
    }));
    breaker.reset();
    assert!(panics(&|| {
        let options = Options::new().classify(|_| panic!("in the classifier"));
        let _ = breaker.call_with(options, || Ok(7));
    }));
    breaker.reset();
    assert!(panics(&|| {
        let options = Options::new().open_for_hint(|_| panic!("in the hint"));
        let _ = breaker.call_with(options, || Err(Trouble::Down(0)));
    }));
    assert_eq!(breaker.snapshot().totals.failures_by_kind.panicked, 3);
    assert!(panics(&|| {
        let options = Options::new().fallback(|_| panic!("in the fallback"));
        let _ = breaker.call_with(options, || Ok(7));
    }));
    assert_eq!(ends(&breaker), [0, 3, 0, 0, 1]);
    // The cause is asked outside of the call, which has its own answer.
    breaker.reset();
    let options = CallOptions::new().cause(|answer: &Result<u32, Loud>| format!("{answer:?}"));
    assert!(breaker.call_with(options, || Err(Loud)).is_err());
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_dropped_call_is_cancelled_and_a_dropped_fallback_is_not_counted() {
    let breaker = breaker();
    let mut context = Context::from_waker(Waker::noop());
    let mut pending = Box::pin(breaker.call_with_async(Options::new(), std::future::pending()));
    assert!(pending.as_mut().poll(&mut context).is_pending());
    drop(pending);
    assert_eq!(breaker.snapshot().totals.cancelled, 1);

    breaker.trip();
    let options = Options::new().fallback_async(FallbackOn::Any, |_| std::future::pending());
    let mut pending = Box::pin(breaker.call_with_async(options, async { Ok(7) }));
    assert!(pending.as_mut().poll(&mut context).is_pending());
    drop(pending);
    assert_eq!(ends(&breaker), [0; 5]);
}

#[test]
fn an_async_fallback_begins_after_the_call_has_released_what_it_held() {
    struct Held<'a>(&'a RefCell<Vec<&'static str>>);

    impl Drop for Held<'_> {
        fn drop(&mut self) {
            self.0.borrow_mut().push("released");
        }
    }

    impl Future for Held<'_> {
        type Output = Result<u32, Trouble>;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            Poll::Ready(Err(Trouble::Down(0)))
        }
    }

    let breaker = breaker();
    let order = RefCell::new(Vec::new());
    let options = Options::new().fallback_async(FallbackOn::Error, |_| async {
        order.borrow_mut().push("fallback");
        Ok(1)
    });
    let answer = now(breaker.call_with_async(options, Held(&order)));
    assert_eq!(answer, Ok(1));
    assert_eq!(*order.borrow(), ["released", "fallback"]);
}

#[test]
fn the_future_of_a_call_is_send_if_its_parts_are() {
    fn require_send<T: Send>(_: &T) {}

    let breaker = breaker();
    let options = Options::new()
        .by_error()
        .fallback_async(FallbackOn::Any, |_| async { Ok(1) });
    require_send(&breaker.call_with_async(options, async { Ok(7) }));
}

#[cfg(feature = "tokio")]
mod limited {
    use std::future::pending;

    use tokio::time::Instant;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(2);

    #[tokio::test(start_paused = true)]
    async fn a_call_that_takes_too_long_is_dropped_and_a_failure() {
        let breaker = breaker();
        let began = Instant::now();
        let options = Options::new().cause(|_| "unused").call_timeout(LIMIT);
        let late = breaker.call_with_async(options, pending()).await;
        assert_eq!(began.elapsed(), LIMIT);
        let Err(CallError::Breaker(BreakerError::TimedOut(late))) = late else {
            panic!("{late:?}");
        };
        assert_eq!(late.limit(), LIMIT);
        assert_eq!(breaker.snapshot().totals.failures_by_kind.timed_out, 1);
        let cause = cause_of_opening(&breaker).expect("it was stated");
        assert_eq!(
            cause,
            "the call through circuit breaker `payment` took longer than 2s"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn the_fallback_of_failed_calls_answers_a_late_one() {
        for (calls, answers) in [(FallbackOn::Error, true), (FallbackOn::Rejected, false)] {
            let options =
                Options::new()
                    .call_timeout(LIMIT)
                    .fallback_on(calls, |error| match error {
                        CallError::Breaker(BreakerError::TimedOut(_)) => Ok(1),
                        error => Err(error),
                    });
            let answer = breaker().call_with_async(options, pending()).await;
            assert_eq!(answer.is_ok(), answers, "{calls:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_in_time_keeps_its_value() {
        let call = async {
            tokio::time::sleep(LIMIT / 2).await;
            Ok(7)
        };
        let options = Options::new().call_timeout(LIMIT);
        assert_eq!(breaker().call_with_async(options, call).await, Ok(7));
    }
}

#[test]
fn the_future_of_a_rejected_call_is_gone_before_its_fallback_answers() {
    let breaker = breaker();
    breaker.trip();
    let held = std::rc::Rc::new(());
    let connection = std::rc::Rc::clone(&held);
    let options = Options::new().fallback_async(FallbackOn::Any, |_| async {
        Ok(u32::try_from(std::rc::Rc::strong_count(&held)).expect("it is small"))
    });
    let answer = breaker.call_with_async(options, async move {
        drop(connection);
        Ok(7)
    });
    assert_eq!(now(answer), Ok(1));
}
