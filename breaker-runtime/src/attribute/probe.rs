//! The function of the setting `probe`.

use std::future::Future;
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
    note = "write a `fn() -> Result<_, _>`, or an `async fn() -> Result<_, _>` whose future is `Send`"
)]
pub trait ProbeFunction<Kind> {
    /// Makes a run, which calls the function when it is polled.
    fn run(self) -> ProbeRun;
}

#[diagnostic::do_not_recommend]
impl<T, E, F> ProbeFunction<(T, E)> for F
where
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    fn run(self) -> ProbeRun {
        Box::pin(async move { Outcome::of(&self()) })
    }
}

#[diagnostic::do_not_recommend]
impl<A, T, E, F> ProbeFunction<(A, T, E)> for F
where
    F: FnOnce() -> A + Send + 'static,
    A: Future<Output = Result<T, E>> + Send + 'static,
{
    fn run(self) -> ProbeRun {
        Box::pin(async move { Outcome::of(&self().await) })
    }
}

/// Makes a run of the function of the setting `probe`.
pub fn probe_run<Kind>(function: impl ProbeFunction<Kind>) -> ProbeRun {
    function.run()
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
