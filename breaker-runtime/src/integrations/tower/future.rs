//! The future of a guarded call.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::classify::Classify;
use super::error::ServiceError;
use crate::call::{Guard, Handle, poll};
use crate::values::BreakerError;
use crate::values::Outcome;

pin_project! {
    /// The future of a call to a [`CircuitBreakerService`](super::CircuitBreakerService).
    ///
    /// # Cancel safety
    ///
    /// An admitted call that is dropped before it is ready gives its permit back, after what the inner
    /// future held is gone. It counts as cancelled, or as a failure if it had been pending for
    /// `cancel_after`: a probe since it was let through, as with `slow_call` or `latency` every call, and
    /// any other since the first poll that was pending. One that was never polled is cancelled, however
    /// long it was kept; it is not nothing, since the inner service has been called.
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct ResponseFuture<F, C, H: Handle> {
        #[pin]
        state: State<F, C, H>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F, C, H: Handle> {
        // The guard comes last, as in `Guarded`.
        Called {
            #[pin]
            future: F,
            classify: C,
            guard: Guard<H>,
        },
        Refused {
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
    pub(super) fn refused(error: BreakerError) -> Self {
        Self {
            state: State::Refused { error: Some(error) },
        }
    }
}

impl<F, C, H, R, E> Future for ResponseFuture<F, C, H>
where
    H: Handle,
    F: Future<Output = Result<R, E>>,
    C: Classify<R, E>,
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
                    answer.map_err(ServiceError::Inner)
                })
            }
            StateProjection::Refused { error } => {
                let error = error.take().expect("a future is not polled after its end");
                Poll::Ready(Err(ServiceError::Breaker(error)))
            }
        }
    }
}

/// A call while it is polled. What panics leaves it here, and whoever catches that may keep it.
struct Running<'a, H: Handle>(&'a mut Guard<H>);

impl<H: Handle> Drop for Running<'_, H> {
    #[inline]
    fn drop(&mut self) {
        self.0.suspend();
    }
}

/// Records how the call ended.
#[inline]
fn settle<R, E>(
    guard: &mut Guard<impl Handle>,
    classify: &impl Classify<R, E>,
    answer: Result<&R, &E>,
) {
    let outcome = classify.classify(answer);
    let hint = match outcome {
        Outcome::Failure => classify.hint(answer),
        Outcome::Success | Outcome::Ignored => None,
    };
    guard.record_with_hint(outcome, hint);
}

impl<F, C, H: Handle> fmt::Debug for ResponseFuture<F, C, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
