//! The timer of a registry.

use std::future::Future;
use std::time::Duration;

use super::by_name::Registry;

/// The timer.
impl Registry {
    /// Sets the timer that ends calls after their `call_timeout`, and returns the registry, as
    /// [`set_timer`](Self::set_timer) does. Needs the feature `timer`.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(not(feature = "macros"))]
    /// # fn main() {}
    /// # #[cfg(feature = "macros")]
    /// # fn main() {
    /// use std::sync::LazyLock;
    /// use breaker_runtime::{BreakerError, Registry, circuit_breaker};
    ///
    /// // The timer of smol.
    /// static REGISTRY: LazyLock<Registry> =
    ///     LazyLock::new(|| Registry::new().with_timer(async_io::Timer::after));
    ///
    /// #[circuit_breaker(name = "tides", registry = &REGISTRY, call_timeout = "5ms")]
    /// async fn tides() -> Result<f64, BreakerError> {
    ///     std::future::pending().await
    /// }
    ///
    /// let late = async_io::block_on(tides());
    /// assert!(matches!(late, Err(BreakerError::TimedOut(_))));
    /// # }
    /// ```
    #[must_use = "this is the registry"]
    pub fn with_timer<S: Future + Send + 'static>(
        self,
        timer: impl Fn(Duration) -> S + Send + Sync + 'static,
    ) -> Self {
        self.set_timer(timer);
        self
    }

    /// Sets the timer that ends calls after their `call_timeout`: a function that returns a future, which is ready after
    /// the given time. Needs the feature `timer`.
    ///
    /// A registry without a timer uses that of tokio, if the feature `tokio` is on. A program that does not run on tokio
    /// sets a timer before its first call. Another timer replaces the first; calls that are pending keep theirs. The
    /// function is called when a call with a limit is first pending. If it or the future panics, that is a failure of the
    /// call. Whether an open period has ended depends on the clock of the registry, not on the timer.
    ///
    /// The future must be `Send`, because guarded futures may move between threads. The timers of glommio or of a browser
    /// are not. Their tasks stay on one thread, so a wrapper such as `send_wrapper::SendWrapper` makes such a timer `Send`.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use breaker_runtime::Registry;
    ///
    /// Registry::global().set_timer(async_io::Timer::after); // the timer of smol
    /// ```
    pub fn set_timer<S: Future + Send + 'static>(
        &self,
        timer: impl Fn(Duration) -> S + Send + Sync + 'static,
    ) {
        self.inner.link.timer.set(timer);
    }
}
