//! How the value of a call with options is judged.

use std::time::Duration;

use super::answers::FallbackOn;
use super::fallback::FallbackGuard;
use super::guard::{Guard, Settled};
use super::handle::Handle;
use crate::values::{BreakerError, CallError, Cause, Origin, Outcome};

/// How the value of a call is judged.
pub(super) struct Judge<C, H, K> {
    pub(super) classify: C,
    pub(super) hint: H,
    pub(super) cause: K,
    /// Where `cause` was given.
    pub(super) origin: Option<Origin>,
}

/// How a call ended.
pub(super) enum Ended<T, E, G: Handle> {
    /// The caller gets this.
    Answered(Result<T, CallError<E>>),
    /// The fallback answers instead of this error.
    FallBack(FallbackGuard<G>, CallError<E>),
}

/// What the value of a call says. Only a failure has a hint and a cause.
pub(super) struct Judged<K> {
    pub(super) outcome: Outcome,
    pub(super) hint: Option<Duration>,
    pub(super) cause: Option<K>,
}

impl<C, H, K> Judge<C, H, K> {
    /// Judges the value of a call. Returns the classification too.
    pub(super) fn judge<T, E>(self, answer: &Result<T, E>) -> (Judged<K>, C)
    where
        C: Fn(&Result<T, E>) -> Outcome,
        H: FnOnce(&Result<T, E>) -> Option<Duration>,
    {
        let outcome = (self.classify)(answer);
        let failed = outcome.is_failure();
        let judged = Judged {
            outcome,
            hint: if failed { (self.hint)(answer) } else { None },
            cause: self.origin.filter(|_| failed).map(|_| self.cause),
        };
        (judged, self.classify)
    }

    /// Judges the value of a call and records its outcome.
    ///
    /// Returns the classification too, which judges the answer of the fallback.
    pub(super) fn settle<T, E, G: Handle>(
        self,
        guard: Guard<G>,
        answer: Result<T, E>,
        answers: Option<FallbackOn>,
    ) -> (Ended<T, E, G>, C)
    where
        C: Fn(&Result<T, E>) -> Outcome,
        H: FnOnce(&Result<T, E>) -> Option<Duration>,
        K: FnOnce(&Result<T, E>) -> Option<Cause>,
    {
        let (judged, classify) = self.judge(&answer);
        let Judged { outcome, hint, .. } = judged;
        let settled = match judged.cause {
            Some(cause) => guard.settle_with_cause(outcome, hint, &mut stating(cause, &answer)),
            None => guard.settle_with_hint(outcome, hint),
        };
        let ended = match answer {
            Err(error)
                if outcome.is_failure() && answers.is_some_and(FallbackOn::answers_failed) =>
            {
                Ended::FallBack(settled.fall_back(), CallError::Inner(error))
            }
            answer => Ended::Answered(answer.map_err(CallError::Inner)),
        };
        (ended, classify)
    }

    /// Records that a call exceeded its limit.
    pub(super) fn time_out<T, E, G: Handle>(
        self,
        guard: Guard<G>,
        limit: Duration,
        answers: Option<FallbackOn>,
    ) -> (Ended<T, E, G>, C) {
        let (settled, error): (Settled<G>, BreakerError) = match self.origin {
            Some(origin) => guard.time_out_with_cause(limit, origin),
            None => guard.time_out(limit),
        };
        let error = CallError::Breaker(error);
        let ended = if answers.is_some_and(FallbackOn::answers_failed) {
            Ended::FallBack(settled.fall_back(), error)
        } else {
            Ended::Answered(Err(error))
        };
        (ended, self.classify)
    }
}

/// Returns the code that states the cause of a failed call.
pub(super) fn stating<T, E>(
    cause: impl FnOnce(&Result<T, E>) -> Option<Cause>,
    answer: &Result<T, E>,
) -> impl FnMut() -> Option<Cause> {
    let mut cause = Some(cause);
    move || cause.take()?(answer)
}

/// Judges the answer of a fallback as the function's own value would be; an error of a breaker is a failure.
pub(super) fn classified<T, E>(
    classify: impl Fn(&Result<T, E>) -> Outcome,
    answer: Result<T, CallError<E>>,
) -> (Outcome, Result<T, CallError<E>>) {
    let own = match answer {
        Err(CallError::Breaker(error)) => {
            return (Outcome::Failure, Err(CallError::Breaker(error)));
        }
        Err(CallError::Inner(error)) => Err(error),
        Ok(value) => Ok(value),
    };
    (classify(&own), own.map_err(CallError::Inner))
}
