//! Permits, for calls that do not end where they begin.

use std::{fmt, thread};

use crate::breaker::CircuitBreaker;
use crate::machine::Ticket;
use crate::sync::fixed::AtomicBool;
use crate::sync::{AtomicU64, Ordering};
use crate::time::Tick;
use crate::values::{End, FailureKind, Rejection};

/// The right to run one call, and the duty to report how it ended.
///
/// If a permit is dropped without a report, the call counts as a failure if the thread is unwinding and was not when
/// the permit was acquired. Otherwise the call counts as cancelled and decides nothing, or as
/// [`with_cancel_after`](Self::with_cancel_after) says. In each case the breaker gets the permit back.
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
/// With the feature `stream`, `CircuitBreaker::guard_stream` guards a stream, and an annotated function can return one.
#[must_use = "a permit that is dropped at once is a cancelled call"]
pub struct Permit {
    /// Taken when the call is settled.
    pub(super) open: Option<OpenPermit>,
}

pub(super) struct OpenPermit {
    pub(super) breaker: CircuitBreaker,
    pub(super) ticket: Ticket,
    /// Whether the thread was unwinding when the permit was acquired.
    unwinding: bool,
    /// When nothing was heard of the call since, in ticks, if a drop is judged by that; otherwise [`UNJUDGED`].
    silent_since: AtomicU64,
    /// Whether progress was reported.
    progressed: AtomicBool,
}

/// No instant: a drop decides nothing.
const UNJUDGED: u64 = u64::MAX;

impl OpenPermit {
    /// Records the first progress: the dependency has answered.
    #[cold]
    fn begin_progress(&self) {
        if !self.progressed.swap(true, Ordering::Relaxed) {
            self.breaker.shared().note_begun_answer();
        }
    }

    /// Judges a drop by the time from now on.
    fn hear(&self) {
        let now = self.breaker.shared().now().as_nanos();
        // No other memory depends on it: whoever drops the permit owns it.
        self.silent_since
            .store(now.min(UNJUDGED - 1), Ordering::Relaxed);
    }

    fn silent_since(&self) -> Option<Tick> {
        let since = self.silent_since.load(Ordering::Relaxed);
        (since != UNJUDGED).then(|| Tick::from_nanos(since))
    }
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
                silent_since: AtomicU64::new(UNJUDGED),
                progressed: AtomicBool::new(false),
            }),
        })
    }
}

impl Permit {
    /// Reports that the call is still making progress.
    ///
    /// A probe counts as failed if nothing has been heard of it for `probe_timeout`. That time begins again with each
    /// report, and so does the time that [`with_cancel_after`](Self::with_cancel_after) measures. The report decides
    /// nothing else: a call that has run for `slow_call` is slow, whatever progress it makes.
    ///
    /// For a call that is not a probe, this costs three comparisons, and with `with_cancel_after` a reading of the clock.
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
    /// registry.clock().advance(rows.snapshot().retry_after.expect("it is open"));
    ///
    /// let probe = rows.try_acquire().expect("the circuit is half open");
    /// for _ in 0..6 {
    ///     registry.clock().advance(Duration::from_secs(9)); // … read a few more rows …
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
            if !open.progressed.load(Ordering::Relaxed) {
                open.begin_progress();
            }
            if open.silent_since().is_some() {
                open.hear();
            }
        }
    }

    /// Makes a late drop of this permit a failure, as the setting `cancel_after` does for a future.
    ///
    /// If the permit is dropped without a report, and nothing has been heard of the call for `cancel_after`, the call
    /// counts as a failure. The time begins now, and again with each [`progress`](Self::progress). A permit that is
    /// dropped earlier is cancelled, and so is one that is dropped at any age inside
    /// [`neutral_drops`](crate::neutral_drops()) or with `cancel_after = "off"`. A row of permits that are dropped without
    /// any progress opens the circuit, as the setting `cancelled_in_a_row` says.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "test-util")] {
    /// use std::time::Duration;
    /// use breaker_runtime::test_util::TestRegistry;
    /// use breaker_runtime::Config;
    ///
    /// let registry = TestRegistry::new();
    /// let config = Config::new().cancel_after(Some(Duration::from_secs(5)));
    /// let printer = registry.get_or_create("printer", config)?;
    ///
    /// let job = printer.try_acquire().expect("the circuit is closed").with_cancel_after();
    /// registry.clock().advance(Duration::from_secs(60));
    /// drop(job); // The printer never reported it.
    /// assert_eq!(printer.snapshot().totals.failures_by_kind.dropped, 1);
    /// # }
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[must_use = "a permit that is dropped at once is a cancelled call"]
    pub fn with_cancel_after(self) -> Self {
        if let Some(open) = &self.open {
            open.hear();
        }
        self
    }
}

impl Drop for Permit {
    #[inline]
    fn drop(&mut self) {
        let Some(open) = self.open.take() else {
            return;
        };
        if thread::panicking() && !open.unwinding {
            let end = End::Failure(FailureKind::Panicked);
            open.breaker.settle(open.ticket, end, None);
        } else if let Some(since) = open.silent_since() {
            if open.progressed.into_inner() {
                open.breaker.cancel_after_progress(open.ticket, since);
            } else {
                open.breaker.cancel_silent_since(open.ticket, Some(since));
            }
        } else {
            open.breaker.settle(open.ticket, End::Cancelled, None);
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.open.as_ref().map(|open| open.breaker.name());
        f.debug_struct("Permit").field("breaker", &name).finish()
    }
}
