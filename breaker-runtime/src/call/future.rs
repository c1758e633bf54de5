//! Polling a future under its guard.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::fallback::FallbackGuard;
use super::guard::Guard;
use super::handle::Handle;

/// A guard that must know whether user code is running.
pub trait Marked {
    /// Records that user code runs from now on.
    fn mark_running(&mut self);

    /// Records that the call is pending and none of its code runs.
    fn mark_idle(&mut self);
}

impl<H: Handle> Marked for Guard<H> {
    #[inline]
    fn mark_running(&mut self) {
        Self::mark_running(self);
    }

    #[inline]
    fn mark_idle(&mut self) {
        Self::mark_idle(self);
    }
}

impl<H: Handle> Marked for FallbackGuard<H> {
    #[inline]
    fn mark_running(&mut self) {
        self.set_running(true);
    }

    #[inline]
    fn mark_idle(&mut self) {
        self.set_running(false);
    }
}

/// Polls user code, and marks the guard while that code runs.
///
/// After the last poll the mark stays, because the code up to the outcome runs without a pause.
#[inline]
pub fn poll<F: Future>(
    marked: &mut impl Marked,
    future: Pin<&mut F>,
    context: &mut Context<'_>,
) -> Poll<F::Output> {
    marked.mark_running();
    let polled = future.poll(context);
    if polled.is_pending() {
        marked.mark_idle();
    }
    polled
}

/// The value of a call whose outcome is recorded.
///
/// A closure returns it: if the closure returned the `Result` itself, lints would judge the closure by a return type
/// that the annotated function has chosen.
#[derive(Debug)]
pub struct Recorded<R>(pub R);

pin_project! {
    /// A future that runs under a guard until its end is recorded.
    ///
    /// It owns the guard: otherwise the future of the annotated function would store the guard a second time. The guard
    /// is the last field, so that a dropped call releases its permit after everything else that it held: the permit must
    /// not be free while the connection is still in use.
    #[derive(Debug)]
    #[must_use = "a future does nothing unless it is awaited"]
    pub struct Guarded<H: Handle, F, S> {
        #[pin]
        future: F,
        settle: S,
        guard: Guard<H>,
    }
}

impl<H, F, S> Guarded<H, F, S>
where
    H: Handle,
    F: Future,
    S: FnMut(&mut Guard<H>, F::Output) -> Recorded<F::Output>,
{
    /// Makes the future; `settle` records its end.
    #[inline]
    pub fn new(guard: Guard<H>, future: F, settle: S) -> Self {
        Self {
            future,
            settle,
            guard,
        }
    }
}

impl<H, F, S> Future for Guarded<H, F, S>
where
    H: Handle,
    F: Future,
    S: FnMut(&mut Guard<H>, F::Output) -> Recorded<F::Output>,
{
    type Output = F::Output;

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a call would pass the value through memory"
    )]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        match poll(this.guard, this.future, context) {
            Poll::Ready(answer) => Poll::Ready((this.settle)(this.guard, answer).0),
            Poll::Pending => Poll::Pending,
        }
    }
}
