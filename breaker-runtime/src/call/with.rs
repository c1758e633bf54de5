//! Calls through a breaker with options: what the attribute can do, for a closure or a future.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use super::answers::{AsyncFallback, FallbackOn};
use super::future::poll;
use super::guard::{Guard, enter};
use super::handle::Handle;
use super::judge::{Ended, classified};
use super::options::CallOptions;
use super::timeout::{Late, Limit, poll_limited};
use crate::breaker::CircuitBreaker;
use crate::values::{CallError, Cause, Outcome};

/// Calls with options.
impl CircuitBreaker {
    /// Runs `call` if the circuit admits it; the options say how the call is classified, and what answers instead.
    ///
    /// A panic of the call, of the classification or of the hint is a failure and continues to unwind.
    ///
    /// # Errors
    ///
    /// [`CallError::Breaker`] if the call was rejected, [`CallError::Inner`] with its own error if it returned one, or what
    /// the fallback returns instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{CallOptions, Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// payment.trip();
    /// let options = CallOptions::new().fallback(|_rejected| Ok(0));
    /// assert_eq!(payment.call_with(options, || "7".parse::<u32>()), Ok(0));
    /// assert_eq!(payment.snapshot().totals.fallback_successes, 1);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    ///
    /// [`CallOptions`] has another example.
    pub fn call_with<T, E, C, H, K, F>(
        &self,
        options: CallOptions<T, E, C, H, K, F>,
        call: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, CallError<E>>
    where
        C: Fn(&Result<T, E>) -> Outcome,
        H: FnOnce(&Result<T, E>) -> Option<Duration>,
        K: FnOnce(&Result<T, E>) -> Option<Cause>,
        F: FnOnce(CallError<E>) -> Result<T, CallError<E>>,
    {
        let CallOptions {
            judge,
            answers,
            fallback,
            ..
        } = options;
        let (ended, classify) = match begin(self, answers) {
            Err(ended) => (ended, judge.classify),
            Ok(guard) => {
                let answer = call();
                judge.settle(guard, answer, answers)
            }
        };
        match ended {
            Ended::Answered(answer) => answer,
            Ended::FallBack(counting, error) => {
                let (outcome, answer) = classified(&classify, fallback(error));
                counting.settle(outcome);
                answer
            }
        }
    }

    /// Awaits `call` if the circuit admits it at the first poll; the options say how the call is classified, how long it
    /// may take, and what answers instead.
    ///
    /// # Errors
    ///
    /// [`CallError::Breaker`] if the call was rejected or exceeded its `call_timeout`, [`CallError::Inner`] with its own
    /// error if it returned one, or what the fallback returns instead.
    ///
    /// # Panics
    ///
    /// If the options have a `call_timeout`, the registry has no timer, and a call that is not ready at once runs outside
    /// of a tokio runtime with its timer enabled.
    ///
    /// # Cancel safety
    ///
    /// As for [`call_async`](Self::call_async): a future that is dropped before it is ready returns its permit and counts as
    /// cancelled, or as a failure if it had been pending for at least `cancel_after`. A fallback that is dropped is not
    /// counted.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(not(feature = "tokio"))]
    /// # fn main() {}
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), breaker_runtime::ConfigError> {
    /// use std::time::Duration;
    /// use breaker_runtime::{CallOptions, Config, FallbackOn, Registry};
    ///
    /// let routes = Registry::new().get_or_create("routes", Config::new())?;
    /// let options = CallOptions::<u32, std::io::Error>::new()
    ///     .call_timeout(Duration::from_secs(2))
    ///     .fallback_async(FallbackOn::Any, |_error| async { Ok(12) });
    /// let route = routes.call_with_async(options, std::future::pending()).await;
    /// assert_eq!(route.ok(), Some(12));
    /// assert_eq!(routes.snapshot().totals.failures_by_kind.timed_out, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn call_with_async<T, E, C, H, K, F, L>(
        &self,
        options: CallOptions<T, E, C, H, K, F, L>,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, CallError<E>>
    where
        C: Fn(&Result<T, E>) -> Outcome,
        H: FnOnce(&Result<T, E>) -> Option<Duration>,
        K: FnOnce(&Result<T, E>) -> Option<Cause>,
        F: AsyncFallback<T, E>,
    {
        let CallOptions {
            judge,
            answers,
            fallback,
            call_timeout,
            ..
        } = options;
        let (ended, classify) = match begin(self, answers) {
            Err(ended) => {
                // The fallback may take a while, and must not wait for what a call that never runs holds.
                drop(call);
                (ended, judge.classify)
            }
            Ok(mut guard) => match run(&mut guard, call_timeout, call).await {
                Ok(answer) => judge.settle(guard, answer, answers),
                Err(TooLate(limit)) => judge.time_out(guard, limit, answers),
            },
        };
        let (mut counting, error) = match ended {
            Ended::Answered(answer) => return answer,
            Ended::FallBack(counting, error) => (counting, error),
        };
        let mut answer = pin!(fallback.answer(error));
        let answer = poll_fn(|context| poll(&mut counting, answer.as_mut(), context)).await;
        let (outcome, answer) = classified(&classify, answer);
        counting.settle(outcome);
        answer
    }
}

/// A call that exceeded this limit.
struct TooLate(Duration);

/// Requests permission to run the call.
fn begin<T, E>(
    breaker: &CircuitBreaker,
    answers: Option<FallbackOn>,
) -> Result<Guard<&CircuitBreaker>, Ended<T, E, &CircuitBreaker>> {
    enter(breaker).map_err(|rejected| {
        if answers.is_some_and(FallbackOn::answers_rejected) {
            let (counting, error) = rejected.fall_back();
            Ended::FallBack(counting, CallError::Breaker(error))
        } else {
            Ended::Answered(Err(CallError::Breaker(rejected.into_error())))
        }
    })
}

/// Runs the future of a call, at most for its limit, and drops it.
async fn run<H: Handle, F: Future>(
    guard: &mut Guard<H>,
    limit: Option<Duration>,
    call: F,
) -> Result<F::Output, TooLate> {
    let mut call = pin!(call);
    let Some(limit) = limit else {
        return Ok(poll_fn(|context| poll(guard, call.as_mut(), context)).await);
    };
    let mut timer = Limit::new(limit);
    let answer = poll_fn(|context| poll_limited(guard, &mut timer, call.as_mut(), context)).await;
    answer.map_err(|Late| TooLate(limit))
}

#[cfg(test)]
mod tests;
