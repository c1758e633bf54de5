//! The function of the setting `probe`.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use crate::values::Outcome;

/// A run of a probe; its output is what the probe says about the dependency.
pub type ProbeRun = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A function without arguments that returns a `Result` or a future of one.
///
/// `Kind` distinguishes the two; it is inferred.
#[diagnostic::on_unimplemented(
    message = "`probe` needs a function without arguments that returns a `Result`",
    label = "this function does not fit",
    note = "write a `fn() -> Result<_, _>`, or an `async fn() -> Result<_, _>`"
)]
pub trait ProbeFunction<Kind> {
    /// What a call waits for.
    type Run: Future;

    /// Calls the function.
    fn run(self) -> Self::Run;

    /// Returns what the probe says about the dependency.
    fn judge(answer: <Self::Run as Future>::Output) -> Outcome;
}

#[diagnostic::do_not_recommend]
impl<T, E, F> ProbeFunction<(T, E)> for F
where
    F: FnOnce() -> Result<T, E>,
{
    // The answer is judged at once, so that it need not be `Send`.
    type Run = Ready<Outcome>;

    fn run(self) -> Ready<Outcome> {
        ready(Outcome::of(&self()))
    }

    fn judge(answer: Outcome) -> Outcome {
        answer
    }
}

#[diagnostic::do_not_recommend]
impl<A, T, E, F> ProbeFunction<(A, T, E)> for F
where
    F: FnOnce() -> A,
    A: Future<Output = Result<T, E>>,
{
    type Run = A;

    fn run(self) -> A {
        self()
    }

    fn judge(answer: Result<T, E>) -> Outcome {
        Outcome::of(&answer)
    }
}

/// Makes a run of the function of the setting `probe`, which calls the function when it is polled.
///
/// `Send` is a bound of this function and not of the trait, so that rustc says what in a future is not `Send`.
pub fn probe_run<Kind, F>(function: F) -> ProbeRun
where
    F: ProbeFunction<Kind, Run: Send> + Send + 'static,
    Kind: 'static,
{
    Box::pin(async move { F::judge(function.run().await) })
}

/// Rejects the setting `probe` in a build without a timer.
#[cfg(not(feature = "tokio"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_probed {
    () => {
        ::core::compile_error!(
            "`probe` needs a timer: add `features = [\"tokio\"]` to `breaker-runtime`"
        );
    };
}

/// Accepts the setting `probe`.
#[cfg(feature = "tokio")]
#[doc(hidden)]
#[macro_export]
macro_rules! __circuit_breaker_probed {
    () => {};
}
