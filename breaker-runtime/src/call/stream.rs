//! Streams under a guard: the whole stream is one call (R34).

use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;
use pin_project_lite::pin_project;

use super::future::Recorded;
use super::guard::{Guard, enter};
use super::handle::{Handle, Owned};
use super::stream_guard::StreamGuard;
use crate::breaker::CircuitBreaker;
use crate::values::{CallError, Outcome};

/// How far the call of a stream is.
#[derive(Debug)]
enum Stage<N, H: Handle> {
    /// The stream was not polled yet.
    Waiting(N),
    Admitted(StreamGuard<H>),
    /// The call was rejected, and the stream has ended after the rejection.
    Rejected,
}

impl<N, H: Handle> Stage<N, H> {
    /// Polls the stream; asks for a permit first if that was not done yet.
    fn poll<S: Stream, T>(
        &mut self,
        stream: Pin<&mut S>,
        context: &mut Context<'_>,
        enter: impl FnOnce(N) -> Result<Guard<H>, T>,
        judge: impl FnOnce(&mut StreamGuard<H>, S::Item) -> T,
    ) -> Poll<Option<T>> {
        if matches!(self, Self::Waiting(_)) {
            if let Self::Waiting(request) = mem::replace(self, Self::Rejected) {
                match enter(request) {
                    Ok(guard) => *self = Self::Admitted(StreamGuard::new(guard)),
                    Err(rejection) => return Poll::Ready(Some(rejection)),
                }
            }
        }
        let Self::Admitted(guard) = self else {
            return Poll::Ready(None);
        };
        let mut running = guard.run();
        let polled = stream.poll_next(context).map(|item| {
            let judged = item.map(|item| judge(running.guard(), item));
            if judged.is_none() {
                running.guard().complete();
            }
            judged
        });
        running.rest();
        polled
    }

    /// Returns how many items the stream has left, of which the inner stream has `inner`.
    fn size_hint(&self, inner: (usize, Option<usize>)) -> (usize, Option<usize>) {
        match self {
            // A rejection is one item.
            Self::Waiting(_) => (inner.0.min(1), inner.1.map(|most| most.max(1))),
            Self::Admitted(_) => inner,
            Self::Rejected => (0, Some(0)),
        }
    }
}

pin_project! {
    /// A stream behind a circuit breaker, made by [`CircuitBreaker::guard_stream`].
    #[must_use = "a stream does nothing unless it is read"]
    pub struct GuardedStream<S, C = fn(&<S as Stream>::Item) -> Outcome>
    where
        S: Stream,
    {
        #[pin]
        stream: S,
        classify: C,
        // The last field, so that the permit is released after everything that the stream held.
        stage: Stage<Owned, Owned>,
    }
}

/// Calls without the attribute.
impl CircuitBreaker {
    /// Guards a stream of results: from its first poll to its end, the stream is one call.
    ///
    /// - The call is admitted or rejected when the stream is first polled. A rejected stream yields the rejection as its
    ///   only item.
    /// - The first `Err` is a failure, and is recorded at once. The stream can be read further, but nothing more is
    ///   counted. [`classify`](GuardedStream::classify) decides what counts.
    /// - The end of the stream is a success, or ignored if the classifier has ignored the last item.
    /// - As long as a probe yields items, `probe_timeout` does not end: each item renews it.
    ///
    /// # Cancel safety
    ///
    /// A stream that is dropped before its end returns its permit. If it has yielded an item, the dependency has answered,
    /// and a reader who leaves says nothing about it: the call is cancelled, and as a probe it is ignored. If it has
    /// yielded nothing, it counts as a future does: as cancelled, or as a failure if it had been pending for at least
    /// `cancel_after`. A stream that is never polled does not count at all.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), breaker_runtime::ConfigError> {
    /// use breaker_runtime::{CallError, Config, Registry, State};
    /// use tokio_stream::StreamExt;
    ///
    /// let rows = Registry::new().get_or_create("rows", Config::new().threshold(1))?;
    /// let connection = tokio_stream::iter([Ok(7), Err("the connection was closed")]);
    ///
    /// let mut guarded = rows.guard_stream(connection);
    /// assert_eq!(guarded.next().await, Some(Ok(7)));
    /// let broken = CallError::Inner("the connection was closed");
    /// assert_eq!(guarded.next().await, Some(Err(broken)));
    /// assert_eq!(rows.state(), State::Open);
    ///
    /// let mut rejected = rows.guard_stream(tokio_stream::iter([Ok::<_, &str>(8)]));
    /// assert!(matches!(rejected.next().await, Some(Err(CallError::Breaker(_)))));
    /// assert_eq!(rejected.next().await, None);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "tokio"))]
    /// # fn main() {}
    /// ```
    pub fn guard_stream<S, T, E>(&self, stream: S) -> GuardedStream<S>
    where
        S: Stream<Item = Result<T, E>>,
    {
        GuardedStream {
            stream,
            classify: |item| Outcome::of(item),
            stage: Stage::Waiting(Owned(self.clone())),
        }
    }
}

impl<S: Stream, C> GuardedStream<S, C> {
    /// Sets the classifier of the items: a function that takes a `&Result<T, E>` and returns an [`Outcome`].
    ///
    /// An item that it calls a failure ends the call. By default every `Err` is a failure.
    pub fn classify<D: FnMut(&S::Item) -> Outcome>(self, classify: D) -> GuardedStream<S, D> {
        GuardedStream {
            stream: self.stream,
            classify,
            stage: self.stage,
        }
    }
}

impl<S, C, T, E> Stream for GuardedStream<S, C>
where
    S: Stream<Item = Result<T, E>>,
    C: FnMut(&Result<T, E>) -> Outcome,
{
    type Item = Result<T, CallError<E>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let (stage, classify) = (this.stage, this.classify);
        stage.poll(
            this.stream,
            context,
            |breaker| enter(breaker).map_err(|it| Err(CallError::Breaker(it.into_error()))),
            |guard, item| {
                if !guard.is_over() {
                    let outcome = classify(&item);
                    if let Some(guard) = guard.fails(outcome) {
                        guard.settle(outcome);
                    }
                }
                item.map_err(CallError::Inner)
            },
        )
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stage.size_hint(self.stream.size_hint())
    }
}

impl<S: Stream, C> fmt::Debug for GuardedStream<S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuardedStream").finish_non_exhaustive()
    }
}

pin_project! {
    /// The stream that an annotated function returns.
    #[must_use = "a stream does nothing unless it is read"]
    pub struct StreamCall<S, N, J, H: Handle> {
        #[pin]
        stream: S,
        judge: J,
        stage: Stage<N, H>,
    }
}

impl<S, N, J, H> StreamCall<S, N, J, H>
where
    S: Stream,
    N: FnOnce() -> Result<Guard<H>, S::Item>,
    J: FnMut(&mut StreamGuard<H>, S::Item) -> Recorded<S::Item>,
    H: Handle,
{
    /// Makes the stream: `enter` asks for a permit at the first poll, and `judge` records an item that has failed.
    pub fn new(stream: S, enter: N, judge: J) -> Self {
        Self {
            stream,
            judge,
            stage: Stage::Waiting(enter),
        }
    }
}

impl<S, N, J, H> Stream for StreamCall<S, N, J, H>
where
    S: Stream,
    N: FnOnce() -> Result<Guard<H>, S::Item>,
    J: FnMut(&mut StreamGuard<H>, S::Item) -> Recorded<S::Item>,
    H: Handle,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let (stage, judge) = (this.stage, this.judge);
        let enter = |enter: N| enter();
        stage.poll(this.stream, context, enter, |guard, item| {
            if guard.is_over() {
                item
            } else {
                judge(guard, item).0
            }
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stage.size_hint(self.stream.size_hint())
    }
}

impl<S, N, J, H: Handle> fmt::Debug for StreamCall<S, N, J, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamCall").finish_non_exhaustive()
    }
}
