//! The body of a response whose call lasts until its end (R34).

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderMap, Response};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::classify::Classify;
use crate::call::{Handle, StreamGuard};
use crate::values::Outcome;

pin_project! {
    /// The body of a response from a [`BodyEndService`](super::BodyEndService), whose end ends the call.
    ///
    /// Frames, errors and the size hint are those of the inner body.
    pub struct GuardedBody<D, C, H: Handle> {
        #[pin]
        body: D,
        // `None` once the outcome is recorded. The last field, so that the permit is released after the body.
        call: Option<BodyCall<C, H>>,
    }
}

/// The call of a body.
struct BodyCall<C, H: Handle> {
    classify: C,
    judge: JudgeTrailers<C>,
    guard: StreamGuard<H>,
}

/// Returns the outcome of trailers, and how long they ask callers to stay away.
///
/// It is a function pointer, so that the type of the body does not name the error of the service.
type JudgeTrailers<C> = fn(&C, &HeaderMap) -> (Outcome, Option<Duration>);

impl<D, C, H: Handle> GuardedBody<D, C, H> {
    pub(super) fn guarded<E>(body: D, classify: C, guard: StreamGuard<H>) -> Self
    where
        C: Classify<Response<D>, E>,
    {
        let judge: JudgeTrailers<C> = |classify, trailers| {
            let outcome = classify.classify_trailers(trailers);
            let hint = outcome
                .is_failure()
                .then(|| classify.hint_of_trailers(trailers));
            (outcome, hint.flatten())
        };
        let call = Some(BodyCall {
            classify,
            judge,
            guard,
        });
        Self { body, call }
    }

    /// Makes the body of a call that its head has decided.
    pub(super) fn settled(body: D) -> Self {
        let call = None;
        Self { body, call }
    }
}

impl<D, C, H> Body for GuardedBody<D, C, H>
where
    D: Body,
    H: Handle,
{
    type Data = D::Data;
    type Error = D::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<D::Data>, D::Error>>> {
        let mut this = self.project();
        let Some(BodyCall {
            classify,
            judge,
            guard,
        }) = this.call
        else {
            return this.body.poll_frame(context);
        };
        let mut running = guard.run();
        let polled = this.body.as_mut().poll_frame(context);
        if let Poll::Ready(frame) = &polled {
            let guard = running.guard();
            note(guard, frame.as_ref(), |trailers| judge(classify, trailers));
            // Most readers stop at the end that the head has announced, without asking once more.
            if !guard.is_over() && this.body.is_end_stream() {
                guard.complete();
            }
        }
        running.rest();
        if guard.is_over() {
            *this.call = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Judges a frame of the body, an error or the end.
fn note<T, E>(
    guard: &mut StreamGuard<impl Handle>,
    frame: Option<&Result<Frame<T>, E>>,
    judge: impl FnOnce(&HeaderMap) -> (Outcome, Option<Duration>),
) {
    let trailers = match frame {
        None => return guard.complete(),
        Some(Ok(frame)) => frame.trailers_ref().map(judge),
        Some(Err(_)) => Some((Outcome::Failure, None)),
    };
    let Some((outcome, hint)) = trailers else {
        guard.fails(Outcome::Success);
        return;
    };
    match guard.fails(outcome) {
        Some(guard) => drop(guard.settle_with_hint(outcome, hint)),
        // Nothing follows trailers.
        None => guard.complete(),
    }
}

impl<D, C, H: Handle> fmt::Debug for GuardedBody<D, C, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedBody").finish_non_exhaustive()
    }
}
