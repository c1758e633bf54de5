//! Calls with a `call_timeout`, whose futures are polled at any time: also long after their timer was due.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use proptest::prelude::*;

use super::{Live, Made};
use crate::breaker::CircuitBreaker;
use crate::call::CallOptions;
use crate::config::Settings;
use crate::machine::model::{settings, units};
use crate::sync::{Arc, Mutex, lock};
use crate::time::Clock as _;
use crate::time::hand_clock::HandClock;
use crate::values::Outcome;

/// What a call or the clock does; the numbers are positions among the calls in flight.
#[derive(Clone, Debug)]
enum Step {
    Begin,
    Answer(usize, Outcome, Option<u64>),
    Poll(usize),
    Drop(usize),
    Pass(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let outcome = prop_oneof![
        4 => Just(Outcome::Success),
        5 => Just(Outcome::Failure),
        1 => Just(Outcome::Trip),
        1 => Just(Outcome::Ignored),
    ];
    let hint = proptest::option::weighted(0.2, 1..40_u64);
    let step = prop_oneof![
        6 => Just(Step::Begin),
        4 => (0..4_usize, outcome, hint).prop_map(|(at, outcome, hint)| Step::Answer(at, outcome, hint)),
        3 => (0..4_usize).prop_map(Step::Poll),
        1 => (0..4_usize).prop_map(Step::Drop),
        3 => (1..25_u64).prop_map(Step::Pass),
    ];
    proptest::collection::vec(step, 1..150)
}

/// Makes timers that a clock ends.
pub(super) fn timer(
    clock: HandClock,
) -> impl Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync + 'static {
    move |limit| {
        let clock = clock.clone();
        let due = clock.now().after(limit);
        Box::pin(poll_fn(move |_| {
            if clock.now() >= due {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        }))
    }
}

type Answer = (Outcome, Option<Duration>);

/// A call in flight, and where its answer arrives.
struct InFlight {
    future: Pin<Box<dyn Future<Output = ()>>>,
    answer: Arc<Mutex<Option<Answer>>>,
}

impl InFlight {
    fn begin(breaker: &CircuitBreaker, limit: Duration) -> Self {
        let answer: Arc<Mutex<Option<Answer>>> = Arc::default();
        let (breaker, arriving) = (breaker.clone(), Arc::clone(&answer));
        let future = async move {
            let options = CallOptions::<Answer, ()>::new()
                .classify(|answer| answer.map_or(Outcome::Ignored, |it| it.0))
                .open_for_hint(|answer| answer.ok()?.1)
                .call_timeout(limit);
            let arrived = poll_fn(move |_| match lock(&arriving).take() {
                Some(answer) => Poll::Ready(Ok(answer)),
                None => Poll::Pending,
            });
            let _ = breaker.call_with_async(options, arrived).await;
        };
        let mut call = Self {
            future: Box::pin(future),
            answer,
        };
        assert!(!call.is_over(), "shadow rejects nothing");
        call
    }

    /// Polls the call.
    fn is_over(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        self.future.as_mut().poll(&mut context).is_ready()
    }

    fn answer(mut self, outcome: Outcome, hint: Option<Duration>) {
        *lock(&self.answer) = Some((outcome, hint));
        assert!(self.is_over(), "a call that is answered ends");
    }
}

fn both(settings: Settings, limit: Duration, seed: u64, steps: &[Step]) -> (Vec<Made>, Vec<Made>) {
    let live = Live::start(settings, seed);
    let begin = || InFlight::begin(&live.breaker, limit);
    let mut held = vec![begin()];
    for step in steps {
        match *step {
            Step::Begin => held.push(begin()),
            Step::Answer(at, outcome, hint) if at < held.len() => {
                held.swap_remove(at).answer(outcome, hint.map(units));
            }
            Step::Poll(at) if at < held.len() => {
                if held[at].is_over() {
                    held.swap_remove(at);
                }
            }
            Step::Drop(at) if at < held.len() => drop(held.swap_remove(at)),
            Step::Answer(..) | Step::Poll(_) | Step::Drop(_) => {}
            Step::Pass(count) => live.clock.pass(units(count)),
        }
    }
    held.push(begin());
    for call in held {
        call.answer(Outcome::Ignored, None);
    }
    live.finish()
}

proptest! {
    #[test]
    fn a_rehearsal_of_limited_calls_makes_the_transitions_of_the_live_breaker(
        settings in settings(),
        limit in 1..30_u64,
        cancel_after in proptest::option::of(1..30_u64),
        seed in any::<u64>(),
        steps in steps(),
    ) {
        let settings = Settings {
            shadow: true,
            call_timeout: Some(units(limit)),
            cancel_after: cancel_after.map(units),
            ..settings
        };
        let (live, rehearsed) = both(settings, units(limit), seed, &steps);
        prop_assert_eq!(live, rehearsed);
    }
}
