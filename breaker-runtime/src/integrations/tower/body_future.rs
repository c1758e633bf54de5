//! The future of a call that lasts until the end of the response's body.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;

use super::classify::Classify;
use super::error::ServiceError;
use super::future::{Running, rejected, settle, settle_as};
use super::guarded_body::GuardedBody;
use crate::call::{Guard, Handle, StreamGuard, poll};
use crate::values::{BreakerError, Outcome};

pin_project! {
    /// The future of a call to a [`BodyEndService`](super::BodyEndService).
    ///
    /// # Cancel safety
    ///
    /// As that of a [`ResponseFuture`](super::ResponseFuture): until the head of the response has arrived, the call is one
    /// like any other.
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct BodyEndFuture<F, C, H: Handle> {
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
            // `None` once the head has arrived.
            classify: Option<C>,
            guard: Guard<H>,
        },
        Rejected {
            error: Option<BreakerError>,
        },
    }
}

impl<F, C, H: Handle> BodyEndFuture<F, C, H> {
    pub(super) fn called(future: F, classify: C, guard: Guard<H>) -> Self {
        Self {
            state: State::Called {
                future,
                classify: Some(classify),
                guard,
            },
        }
    }

    pub(super) fn rejected(error: BreakerError) -> Self {
        Self {
            state: State::Rejected { error: Some(error) },
        }
    }
}

impl<F, C, H, D, E> Future for BodyEndFuture<F, C, H>
where
    H: Handle,
    F: Future<Output = Result<Response<D>, E>>,
    C: Classify<Response<D>, E>,
    D: Body,
    E: 'static,
{
    type Output = Result<Response<GuardedBody<D, C, H>>, ServiceError<E>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Called {
                future,
                classify,
                guard,
            } => {
                let running = Running(guard);
                poll(running.0, future, context).map(|answer| {
                    let classify = classify
                        .take()
                        .expect("a future is not polled after completion");
                    match answer {
                        Ok(response) => Ok(begin(running.0, classify, response)),
                        Err(error) => {
                            settle(running.0, &classify, Err(&error));
                            ServiceError::<E>::note();
                            Err(ServiceError::Inner(error))
                        }
                    }
                })
            }
            StateProjection::Rejected { error } => Poll::Ready(Err(rejected(error))),
        }
    }
}

/// Judges the head of a response, and hands the guard on to its body if the head does not decide.
fn begin<C, H, D, E>(
    guard: &mut Guard<H>,
    classify: C,
    response: Response<D>,
) -> Response<GuardedBody<D, C, H>>
where
    H: Handle,
    C: Classify<Response<D>, E>,
    D: Body,
{
    let outcome = classify.classify(Ok(&response));
    if outcome == Outcome::Success && !response.body().is_end_stream() {
        let guard = StreamGuard::answered(guard.take());
        return response.map(|body| GuardedBody::guarded::<E>(body, classify, guard));
    }
    if !outcome.is_failure() {
        guard.note_head();
    }
    settle_as(guard, &classify, Ok(&response), outcome);
    response.map(GuardedBody::settled)
}

impl<F, C, H: Handle> fmt::Debug for BodyEndFuture<F, C, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyEndFuture").finish_non_exhaustive()
    }
}
