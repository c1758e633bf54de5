//! What the holder of a permit reports: how the call ended.

use std::fmt::Display;
use std::panic;
use std::time::Duration;

use super::judge::{Judged, stating};
use super::options::CallOptions;
use super::permit::{OpenPermit, Permit};
use crate::machine::CallEnd;
use crate::values::{Cause, End, Origin, Outcome};

/// How the call ended.
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

    /// Reports how the call ended, and how long the circuit should stay open if that opens it, as the setting
    /// `open_for_hint` does.
    ///
    /// Only a failure or a trip has a hint; any other outcome is recorded without it. `max_open_for` limits the open period.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use breaker_runtime::{Config, Outcome, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new().threshold(1))?;
    /// let permit = payment.try_acquire().expect("the circuit is closed");
    /// let retry_after = Some(Duration::from_secs(120)); // … from the answer
    /// permit.record_with_hint(Outcome::Failure, retry_after);
    /// assert_eq!(payment.snapshot().open_period, retry_after);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn record_with_hint(mut self, outcome: Outcome, hint: Option<Duration>) {
        if let Some(open) = self.open.take() {
            let end = End::from(outcome);
            let hint = hint.filter(|_| end.failure().is_some());
            open.breaker.settle(open.ticket, end, hint);
        }
    }

    /// Judges the value that the call has received, records the outcome, and returns it.
    ///
    /// The options classify the value, and ask it for the hint and the cause. A panic of theirs is a failure and
    /// continues to unwind.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{CallOptions, Config, Outcome, Registry};
    ///
    /// #[derive(Debug, PartialEq)]
    /// enum PrintError {
    ///     OutOfPaper,
    ///     Withdrawn,
    /// }
    ///
    /// let options = || {
    ///     CallOptions::<u32, PrintError>::new()
    ///         .classify(|report| match report {
    ///             Ok(_) => Outcome::Success,
    ///             Err(PrintError::OutOfPaper) => Outcome::Failure,
    ///             Err(PrintError::Withdrawn) => Outcome::Ignored,
    ///         })
    ///         .cause(|report| format!("{report:?}"))
    /// };
    ///
    /// let printer = Registry::new().get_or_create("printer", Config::new().threshold(1))?;
    /// let (first, second) = (printer.try_acquire(), printer.try_acquire());
    /// let (first, second) = (first.expect("it is closed"), second.expect("it is closed"));
    /// assert_eq!(first.record_value(options(), &Err(PrintError::Withdrawn)), Outcome::Ignored);
    /// assert_eq!(second.record_value(options(), &Err(PrintError::OutOfPaper)), Outcome::Failure);
    ///
    /// let opening = &printer.snapshot().history[0].transition;
    /// assert_eq!(&*opening.cause.as_ref().unwrap().text, "Err(OutOfPaper)");
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    pub fn record_value<T, E, C, H, K>(
        mut self,
        options: CallOptions<T, E, C, H, K>,
        value: &Result<T, E>,
    ) -> Outcome
    where
        C: Fn(&Result<T, E>) -> Outcome,
        H: FnOnce(&Result<T, E>) -> Option<Duration>,
        K: FnOnce(&Result<T, E>) -> Option<Cause>,
    {
        let (judged, _) = options.judge.judge(value);
        let Judged {
            outcome,
            hint,
            cause,
        } = judged;
        if let Some(OpenPermit {
            breaker, ticket, ..
        }) = self.open.take()
        {
            let end = End::from(outcome);
            match cause {
                Some(cause) => {
                    let ended = CallEnd { end, hint };
                    breaker.settle_with_cause(ticket, ended, &mut stating(cause, value));
                }
                None => breaker.settle(ticket, end, hint),
            }
        }
        outcome
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

    #[inline]
    fn settle(&mut self, end: End) {
        if let Some(open) = self.open.take() {
            open.breaker.settle(open.ticket, end, None);
        }
    }
}
