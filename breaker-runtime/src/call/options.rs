//! What one call asks for beyond the settings of its breaker: the options of `call_with`.

use std::fmt::{self, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use super::answers::{Awaited, FallbackOn};
use super::judge::Judge;
use crate::values::{CallError, Cause, ClassifyError, Origin, Outcome};

/// How one call is classified, limited and answered, as the settings of the attribute do it for a function.
///
/// [`CircuitBreaker::call_with`](crate::CircuitBreaker::call_with) and
/// [`call_with_async`](crate::CircuitBreaker::call_with_async) take it for a closure and a future,
/// [`Permit::record_value`](crate::Permit::record_value) for a value that somebody else has received. Each method has the
/// name of its setting. The settings of the breaker itself, such as `threshold`, are in
/// [`Config`](crate::Config).
///
/// The options belong to one call, so that the closures can use what the call borrows. A closure that returns options
/// makes them for many calls.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::{CallError, CallOptions, Config, FallbackOn, Outcome, Registry};
///
/// #[derive(Debug)]
/// enum QuoteError {
///     UnknownShare,
///     Busy { seconds: u64 },
/// }
///
/// let quotes = Registry::new().get_or_create("quotes", Config::new().threshold(1))?;
/// let yesterday = 17;
/// let options = || {
///     CallOptions::<u32, QuoteError>::new()
///         .classify(|answer| match answer {
///             Ok(_) | Err(QuoteError::UnknownShare) => Outcome::Success,
///             Err(QuoteError::Busy { .. }) => Outcome::Failure,
///         })
///         .open_for_hint(|answer| match answer {
///             Err(QuoteError::Busy { seconds }) => Some(Duration::from_secs(*seconds)),
///             _ => None,
///         })
///         .cause(|answer| format!("{answer:?}"))
///         .fallback_on(FallbackOn::Any, |_error| Ok(yesterday))
/// };
///
/// // An answer, although it is an `Err`.
/// let answer = quotes.call_with(options(), || Err(QuoteError::UnknownShare));
/// assert!(matches!(answer, Err(CallError::Inner(QuoteError::UnknownShare))));
///
/// // A failure, which opens the circuit for a minute. The fallback answers.
/// let answer = quotes.call_with(options(), || Err(QuoteError::Busy { seconds: 60 }));
/// assert_eq!(answer.ok(), Some(17));
/// let snapshot = quotes.snapshot();
/// assert_eq!(snapshot.open_period, Some(Duration::from_secs(60)));
/// let opening = &snapshot.history[0].transition;
/// assert_eq!(&*opening.cause.as_ref().unwrap().text, "Err(Busy { seconds: 60 })");
///
/// // Rejected: the closure does not run.
/// let answer = quotes.call_with(options(), || unreachable!());
/// assert_eq!(answer.ok(), Some(17));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
///
/// A value that is not a `Result` becomes one that cannot fail:
///
/// ```
/// use std::convert::Infallible;
/// use breaker_runtime::{CallOptions, Config, Outcome, Registry};
///
/// let disk = Registry::new().get_or_create("disk", Config::new())?;
/// let options = CallOptions::new().classify(|answer: &Result<Option<u8>, Infallible>| match answer {
///     Ok(Some(_)) => Outcome::Success,
///     Ok(None) => Outcome::Failure,
///     Err(never) => match *never {},
/// });
/// let byte = disk.call_with(options, || Ok([1_u8, 2].get(7).copied()));
/// assert!(matches!(byte, Ok(None)));
/// assert_eq!(disk.snapshot().totals.failures, 1);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[must_use = "options have no effect until a call takes them"]
pub struct CallOptions<
    T,
    E,
    C = fn(&Result<T, E>) -> Outcome,
    H = fn(&Result<T, E>) -> Option<Duration>,
    K = fn(&Result<T, E>) -> Option<Cause>,
    F = fn(CallError<E>) -> Result<T, CallError<E>>,
    L = AnyCall,
> {
    pub(super) judge: Judge<C, H, K>,
    /// When `fallback` answers; `None` without a fallback.
    pub(super) answers: Option<FallbackOn>,
    pub(super) fallback: F,
    /// Some only for an [`AsyncCall`].
    pub(super) call_timeout: Option<Duration>,
    of: PhantomData<fn() -> Result<T, E>>,
    calls: PhantomData<L>,
}

/// Marks [`CallOptions`] for calls of both kinds.
#[derive(Debug)]
pub enum AnyCall {}

/// Marks [`CallOptions`] for async calls only, because they have a `call_timeout` or an async fallback.
#[derive(Debug)]
pub enum AsyncCall {}

impl<T, E> CallOptions<T, E> {
    /// Makes the options of [`CircuitBreaker::call`](crate::CircuitBreaker::call): `Ok` is a success, `Err` a failure, and
    /// nothing answers rejected calls.
    pub fn new() -> Self {
        Self {
            judge: Judge {
                classify: Outcome::of,
                hint: |_| None,
                cause: |_| None,
                origin: None,
            },
            answers: None,
            fallback: Err,
            call_timeout: None,
            of: PhantomData,
            calls: PhantomData,
        }
    }
}

impl<T, E> Default for CallOptions<T, E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, E, C, H, K, F, L> CallOptions<T, E, C, H, K, F, L> {
    /// Classifies the value of the call, as the setting `classify` does.
    ///
    /// [`Outcome::Trip`] opens the circuit at once. The functions in `classifiers` fit too. Without a type for the
    /// options, as in `CallOptions::<Row, DbError>::new()`, a closure needs one for its argument:
    /// `|answer: &Result<Row, DbError>| …`.
    pub fn classify<N: Fn(&Result<T, E>) -> Outcome>(
        self,
        classify: N,
    ) -> CallOptions<T, E, N, H, K, F, L> {
        self.judging(
            |Judge {
                 hint,
                 cause,
                 origin,
                 ..
             }| Judge {
                classify,
                hint,
                cause,
                origin,
            },
        )
    }

    /// Asks the value of a failed call how long the circuit should stay open, as the setting `open_for_hint` does.
    pub fn open_for_hint<N: FnOnce(&Result<T, E>) -> Option<Duration>>(
        self,
        hint: N,
    ) -> CallOptions<T, E, C, N, K, F, L> {
        self.judging(
            |Judge {
                 classify,
                 cause,
                 origin,
                 ..
             }| Judge {
                classify,
                hint,
                cause,
                origin,
            },
        )
    }

    /// States the cause if the call opens the circuit, as the setting `cause` does.
    ///
    /// `cause` runs at most once, only for a call that has opened the circuit, and outside of every lock. Its text is kept
    /// and shown, so it must not contain secrets. For a call that exceeded its `call_timeout`, the cause is that.
    #[expect(clippy::type_complexity, reason = "a type with an `impl` has no alias")]
    #[track_caller]
    pub fn cause<D: Display, N: FnOnce(&Result<T, E>) -> D>(
        self,
        cause: N,
    ) -> CallOptions<T, E, C, H, impl FnOnce(&Result<T, E>) -> Option<Cause>, F, L> {
        let origin = Origin::of_caller(Location::caller());
        self.judging(|Judge { classify, hint, .. }| Judge {
            classify,
            hint,
            cause: move |answer: &Result<T, E>| Some(Cause::new(cause(answer), origin)),
            origin: Some(origin),
        })
    }

    /// Asks the error for the outcome, the hint and the cause, as the setting `classify = by_error` does.
    ///
    /// It replaces what [`classify`](Self::classify), [`open_for_hint`](Self::open_for_hint) and [`cause`](Self::cause) were
    /// given before.
    #[expect(clippy::type_complexity, reason = "a type with an `impl` has no alias")]
    #[track_caller]
    pub fn by_error(
        self,
    ) -> CallOptions<
        T,
        E,
        impl Fn(&Result<T, E>) -> Outcome,
        impl FnOnce(&Result<T, E>) -> Option<Duration>,
        impl FnOnce(&Result<T, E>) -> Option<Cause>,
        F,
        L,
    >
    where
        E: ClassifyError,
    {
        let origin = Origin::of_caller(Location::caller());
        self.judging(|_| Judge {
            classify: |answer: &Result<T, E>| match answer {
                Ok(_) => Outcome::Success,
                Err(error) => error.outcome(),
            },
            hint: |answer: &Result<T, E>| answer.as_ref().err()?.retry_after(),
            cause: move |answer: &Result<T, E>| {
                Some(Cause::new(answer.as_ref().err()?.cause_text()?, origin))
            },
            origin: Some(origin),
        })
    }

    /// Answers rejected calls, as the setting `fallback` does.
    ///
    /// The argument is the error that the caller would get, and the fallback may return it. What the fallback returns
    /// does not change the circuit; it is counted as a success or failure of a fallback.
    pub fn fallback<N: FnOnce(CallError<E>) -> Result<T, CallError<E>>>(
        self,
        fallback: N,
    ) -> CallOptions<T, E, C, H, K, N, L> {
        self.fallback_on(FallbackOn::Rejected, fallback)
    }

    /// Answers rejected calls, failed calls or both, as the settings `fallback_on` and `fallback` do.
    ///
    /// A failed call may have had its effect: see the setting `fallback_on`
    /// [of the attribute](macro@crate::circuit_breaker#fallback_on).
    pub fn fallback_on<N: FnOnce(CallError<E>) -> Result<T, CallError<E>>>(
        self,
        calls: FallbackOn,
        fallback: N,
    ) -> CallOptions<T, E, C, H, K, N, L> {
        self.answering(calls, fallback)
    }

    /// Awaits the answer to rejected calls, failed calls or both; only for
    /// [`call_with_async`](crate::CircuitBreaker::call_with_async).
    ///
    /// The future of a call that failed has been dropped by then, with all that it held.
    pub fn fallback_async<N, A>(
        self,
        calls: FallbackOn,
        fallback: N,
    ) -> CallOptions<T, E, C, H, K, Awaited<N>, AsyncCall>
    where
        N: FnOnce(CallError<E>) -> A,
        A: Future<Output = Result<T, CallError<E>>>,
    {
        self.answering(calls, Awaited(fallback))
    }

    /// Drops the call when it has taken this long, as the setting `call_timeout` does; only for
    /// [`call_with_async`](crate::CircuitBreaker::call_with_async).
    ///
    /// Needs a tokio runtime with its timer enabled, or [another timer](crate::Registry::set_timer). If `call_timeout` is
    /// set for the breaker, by a file or by [`Registry::configure`](crate::Registry::configure), that value applies
    /// instead. The default of `cancel_after` does not depend on this limit, because other calls of the breaker may have
    /// another one.
    #[cfg(feature = "timer")]
    pub fn call_timeout(self, limit: Duration) -> CallOptions<T, E, C, H, K, F, AsyncCall> {
        CallOptions {
            judge: self.judge,
            answers: self.answers,
            fallback: self.fallback,
            call_timeout: Some(limit),
            of: PhantomData,
            calls: PhantomData,
        }
    }

    fn judging<C2, H2, K2>(
        self,
        judge: impl FnOnce(Judge<C, H, K>) -> Judge<C2, H2, K2>,
    ) -> CallOptions<T, E, C2, H2, K2, F, L> {
        CallOptions {
            judge: judge(self.judge),
            answers: self.answers,
            fallback: self.fallback,
            call_timeout: self.call_timeout,
            of: PhantomData,
            calls: PhantomData,
        }
    }

    fn answering<F2, L2>(
        self,
        calls: FallbackOn,
        fallback: F2,
    ) -> CallOptions<T, E, C, H, K, F2, L2> {
        CallOptions {
            judge: self.judge,
            answers: Some(calls),
            fallback,
            call_timeout: self.call_timeout,
            of: PhantomData,
            calls: PhantomData,
        }
    }
}

impl<T, E, C, H, K, F, L> fmt::Debug for CallOptions<T, E, C, H, K, F, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallOptions")
            .field("fallback_on", &self.answers)
            .field("call_timeout", &self.call_timeout)
            .finish_non_exhaustive()
    }
}
