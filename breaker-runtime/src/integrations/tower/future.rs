//! The future of a guarded call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::classify::Classify;
use super::error::ServiceError;
use crate::call::{Guard, Handle, poll};
use crate::values::{BreakerError, Outcome};

pin_project! {
    /// The future of a call to a [`CircuitBreakerService`](super::CircuitBreakerService).
    ///
    /// # Cancel safety
    ///
    /// If an admitted call is dropped before it is ready, it first drops the inner future and then gives its permit
    /// back. It counts as cancelled, or as a failure if it had been pending for `cancel_after`. For a probe, and with
    /// `slow_call` or `latency` for every call, this time is measured from the admission, otherwise from the first
    /// pending poll. A call that was never polled counts as cancelled, however long ago it was admitted: it is counted
    /// because the inner service was called.
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct ResponseFuture<F, C, H: Handle> {
        #[pin]
        state: State<F, C, H>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, C, H: Handle> {
        // The guard is the last field, so that the permit is released after everything that the call held.
        Called {
            #[pin]
            future: F,
            classify: C,
            guard: Guard<H>,
        },
        Rejected {
            error: Option<BreakerError>,
        },
    }
}

impl<F, C, H: Handle> ResponseFuture<F, C, H> {
    #[inline]
    pub(super) fn called(future: F, classify: C, guard: Guard<H>) -> Self {
        Self {
            state: State::Called {
                future,
                classify,
                guard,
            },
        }
    }

    #[inline]
    pub(super) fn rejected(error: BreakerError) -> Self {
        Self {
            state: State::Rejected { error: Some(error) },
        }
    }
}

impl<F, C, H, R, E> Future for ResponseFuture<F, C, H>
where
    H: Handle,
    F: Future<Output = Result<R, E>>,
    C: Classify<R, E>,
    E: 'static,
{
    type Output = Result<R, ServiceError<E>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Called {
                future,
                classify,
                guard,
            } => {
                let running = Running(guard);
                poll(running.0, future, context).map(|answer| {
                    settle(running.0, classify, answer.as_ref());
                    answer.map_err(|error| {
                        ServiceError::<E>::note();
                        ServiceError::Inner(error)
                    })
                })
            }
            StateProjection::Rejected { error } => Poll::Ready(Err(rejected(error))),
        }
    }
}

/// Returns the error of a rejected call, once.
pub(super) fn rejected<E: 'static>(error: &mut Option<BreakerError>) -> ServiceError<E> {
    let error = error
        .take()
        .expect("a future is not polled after completion");
    ServiceError::<E>::note();
    ServiceError::Breaker(error)
}

/// A call while it is polled.
///
/// Dropping it suspends the call, also during a panic: the caller may catch the panic and keep the future.
pub(super) struct Running<'a, H: Handle>(pub(super) &'a mut Guard<H>);

impl<H: Handle> Drop for Running<'_, H> {
    #[inline]
    fn drop(&mut self) {
        self.0.suspend();
    }
}

/// Records how the call ended.
#[inline]
pub(super) fn settle<R, E>(
    guard: &mut Guard<impl Handle>,
    classify: &impl Classify<R, E>,
    answer: Result<&R, &E>,
) {
    settle_as(guard, classify, answer, classify.classify(answer));
}

/// Records an outcome, with the hint and the cause of the answer if it is a failure.
#[inline]
pub(super) fn settle_as<R, E>(
    guard: &mut Guard<impl Handle>,
    classify: &impl Classify<R, E>,
    answer: Result<&R, &E>,
    outcome: Outcome,
) {
    if outcome.is_failure() {
        let hint = classify.hint(answer);
        guard.record_failure(outcome, hint, &mut || classify.cause(answer));
    } else {
        guard.record(outcome);
    }
}

impl<F, C, H: Handle> fmt::Debug for ResponseFuture<F, C, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
