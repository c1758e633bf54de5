//! Permits, for calls that do not end where they begin.

use std::fmt::{self, Display};
use std::{panic, thread};

use crate::breaker::CircuitBreaker;
use crate::machine::Ticket;
use crate::values::{Cause, End, FailureKind, Origin, Outcome, Rejection};

/// The right to run one call, and the duty to report how it ended.
///
/// If a permit is dropped without a report, the call counts as a failure if the thread is unwinding and was not when
/// the permit was acquired. Otherwise the call counts as cancelled and decides nothing. In both cases the breaker gets
/// the permit back.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Outcome, Registry};
///
/// let payment = Registry::new().get_or_create("payment", Config::new())?;
/// let permit = payment.try_acquire().expect("the circuit is closed");
/// permit.record(Outcome::Ignored);
///
/// drop(payment.try_acquire());
/// let totals = payment.snapshot().totals;
/// assert_eq!((totals.ignored, totals.cancelled), (1, 1));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
///
/// # Streams
///
/// A stream that holds the permit counts as one call, from the request to the last item:
///
/// ```
/// use std::pin::Pin;
/// use std::task::{Context, Poll, ready};
///
/// use breaker_runtime::Permit;
/// # use breaker_runtime::{Config, Registry};
/// # pub trait Stream {
/// #     type Item;
/// #     fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>>;
/// # }
/// # struct Rows(Vec<Result<u32, String>>);
/// # impl Stream for Rows {
/// #     type Item = Result<u32, String>;
/// #     fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
/// #         Poll::Ready(self.0.pop())
/// #     }
/// # }
///
/// struct Guarded<S> {
///     stream: S,
///     /// `None` once the stream has ended or failed.
///     permit: Option<Permit>,
/// }
///
/// impl<T, E, S: Stream<Item = Result<T, E>> + Unpin> Stream for Guarded<S> {
///     type Item = Result<T, E>;
///
///     fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
///         let next = ready!(Pin::new(&mut self.stream).poll_next(cx));
///         match (&next, &mut self.permit) {
///             (None, permit) => drop(permit.take().map(Permit::success)),
///             (Some(Err(_)), permit) => drop(permit.take().map(Permit::failure)),
///             (Some(Ok(_)), Some(permit)) => permit.progress(),
///             (Some(Ok(_)), None) => {}
///         }
///         Poll::Ready(next)
///     }
/// }
///
/// let rows = Registry::new().get_or_create("rows", Config::new())?;
/// let permit = rows.try_acquire().expect("the circuit is closed");
/// # let stream = Rows(vec![Err("the connection was closed".to_owned()), Ok(7)]);
/// let mut stream = Guarded { stream, permit: Some(permit) };
/// // … read the stream …
/// # let mut cx = Context::from_waker(std::task::Waker::noop());
/// # for _ in 0..2 {
/// #     assert!(Pin::new(&mut stream).poll_next(&mut cx).is_ready());
/// # }
/// assert_eq!(rows.snapshot().totals.failures, 1);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
///
/// A stream that is dropped before its end counts as cancelled. A probe that neither ends nor
/// [makes progress](Self::progress) for `probe_timeout` counts as failed.
#[must_use = "a permit that is dropped at once is a cancelled call"]
pub struct Permit {
    /// Taken when the call is settled.
    open: Option<OpenPermit>,
}

struct OpenPermit {
    breaker: CircuitBreaker,
    ticket: Ticket,
    /// Whether the thread was unwinding when the permit was acquired.
    unwinding: bool,
}

impl CircuitBreaker {
    /// Requests permission to run one call, whose outcome the caller reports to the permit.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] if the circuit does not admit the call. The rejection is counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// let permit = payment.try_acquire().expect("the circuit is closed");
    /// // … send the request, read the answer …
    /// permit.success();
    /// assert_eq!(payment.snapshot().totals.successes, 1);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit, Rejection> {
        let ticket = self.admit()?;
        Ok(Permit {
            open: Some(OpenPermit {
                breaker: self.clone(),
                ticket: self.shared().end_nesting(ticket),
                unwinding: thread::panicking(),
            }),
        })
    }
}

impl Permit {
    /// Reports that the dependency answered.
    #[inline]
    pub fn success(self) {
        self.record(Outcome::Success);
    }

    /// Reports that the dependency failed.
    #[inline]
    pub fn failure(self) {
        self.record(Outcome::Failure);
    }

    /// Reports a failure that opens the circuit at once, as [`Outcome::Trip`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Reason, Registry, State};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new().threshold(5))?;
    /// let permit = payment.try_acquire().expect("the circuit is closed");
    /// // … the answer says that the credentials are revoked …
    /// permit.trip();
    /// assert_eq!(payment.state(), State::Open);
    /// assert_eq!(payment.snapshot().history[0].transition.reason, Reason::TrippedByCall);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[inline]
    pub fn trip(self) {
        self.record(Outcome::Trip);
    }

    /// Reports that the call says nothing about the dependency.
    #[inline]
    pub fn ignore(self) {
        self.record(Outcome::Ignored);
    }

    /// Reports how the call ended.
    #[inline]
    pub fn record(mut self, outcome: Outcome) {
        self.settle(outcome.into());
    }

    /// Reports that the dependency failed; if that opens the circuit, `cause` states the cause.
    ///
    /// `cause` runs at most once, and outside of every lock. Its text is kept in the [`Transition`](crate::Transition)
    /// with at most 256 characters; see [`Cause`](crate::Cause). A panic of `cause` is caught and
    /// [counted](crate::Registry::cause_panics).
    #[track_caller]
    pub fn failure_with_cause<D: Display>(mut self, cause: impl FnOnce() -> D) {
        let origin = Origin::of_caller(panic::Location::caller());
        if let Some(open) = self.open.take() {
            let end = End::from(Outcome::Failure).into();
            let cause = &mut Cause::once(cause, origin);
            open.breaker.settle_with_cause(open.ticket, end, cause);
        }
    }

    /// Reports that the call is still making progress.
    ///
    /// A probe counts as failed if nothing has been heard of it for `probe_timeout`. That time begins again with each
    /// report. The report decides nothing else: a call that has run for `slow_call` is slow, whatever progress it makes.
    ///
    /// For a call that is not a probe, this costs a comparison.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use std::time::Duration;
    /// use breaker_runtime::test_util::TestRegistry;
    /// use breaker_runtime::{Config, State};
    ///
    /// let registry = TestRegistry::new();
    /// let config = Config::new()
    ///     .probe_timeout(Duration::from_secs(10))
    ///     .success_threshold(1);
    /// let rows = registry.get_or_create("rows", config)?;
    /// rows.trip();
    /// registry.advance(rows.retry_after().expect("it is open"));
    ///
    /// let probe = rows.try_acquire().expect("the circuit is half open");
    /// for _ in 0..6 {
    ///     registry.advance(Duration::from_secs(9)); // … read a few more rows …
    ///     probe.progress();
    /// }
    /// probe.success();
    /// assert_eq!(rows.state(), State::Closed);
    /// # }
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[inline]
    pub fn progress(&self) {
        if let Some(open) = &self.open {
            open.breaker.progress(open.ticket);
        }
    }

    #[inline]
    fn settle(&mut self, end: End) {
        if let Some(open) = self.open.take() {
            open.breaker.settle(open.ticket, end, None);
        }
    }
}

impl Drop for Permit {
    #[inline]
    fn drop(&mut self) {
        let began_unwinding = |open: &OpenPermit| thread::panicking() && !open.unwinding;
        let end = if self.open.as_ref().is_some_and(began_unwinding) {
            End::Failure(FailureKind::Panicked)
        } else {
            End::Cancelled
        };
        self.settle(end);
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.open.as_ref().map(|open| open.breaker.name());
        f.debug_struct("Permit").field("breaker", &name).finish()
    }
}
