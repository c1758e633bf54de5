//! For tests: a clock that is moved by hand, and a registry per test.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime};

use pin_project_lite::pin_project;

use crate::registry::Registry;
use crate::sync::{Arc, Ordering};
use crate::time::{Clock, Tick, Time, nanos};

/// A clock that stands still until it is moved; every clone is the same clock.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::test_util::ManualClock;
/// use breaker_runtime::{Config, Registry, State};
///
/// let clock = ManualClock::new();
/// let registry = Registry::with_clock(clock.clone());
/// let payment = registry.get_or_create("payment", Config::new())?;
///
/// payment.trip();
/// clock.advance(Duration::from_secs(30));
/// assert_eq!(payment.state(), State::HalfOpen);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock {
    elapsed: Arc<AtomicU64>,
    began: SystemTime,
}

impl ManualClock {
    /// Makes a clock; its wall clock begins with the system's.
    pub fn new() -> Self {
        Self {
            elapsed: Arc::default(),
            began: SystemTime::now(),
        }
    }

    /// Moves the clock; it stops at the last instant there is.
    pub fn advance(&self, by: Duration) {
        let moved = |elapsed: u64| Some(elapsed.saturating_add(nanos(by)));
        let _ = self
            .elapsed
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, moved);
    }

    /// Returns how far the clock was moved since it was made.
    pub fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.elapsed.load(Ordering::SeqCst))
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(self.elapsed.load(Ordering::SeqCst))
    }

    fn wall(&self) -> SystemTime {
        let wall = self.began.checked_add(self.elapsed());
        wall.unwrap_or(self.began)
    }
}

/// The clock of a tokio runtime, which a test can pause and move.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), breaker_runtime::ConfigError> {
/// use std::time::Duration;
/// use breaker_runtime::test_util::TokioClock;
/// use breaker_runtime::{Config, Registry, State};
///
/// // In a test under `#[tokio::test(start_paused = true)]`:
/// let registry = Registry::with_clock(TokioClock::new());
/// let payment = registry.get_or_create("payment", Config::new())?;
/// payment.trip();
/// tokio::time::advance(Duration::from_secs(30)).await;
/// assert_eq!(payment.state(), State::HalfOpen);
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "tokio")]
#[derive(Clone, Copy, Debug)]
pub struct TokioClock {
    origin: tokio::time::Instant,
    began: SystemTime,
}

#[cfg(feature = "tokio")]
impl TokioClock {
    /// Makes a clock that begins now; its wall clock begins with the system's.
    pub fn new() -> Self {
        Self {
            origin: tokio::time::Instant::now(),
            began: SystemTime::now(),
        }
    }
}

#[cfg(feature = "tokio")]
impl Default for TokioClock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(feature = "tokio")]
impl Clock for TokioClock {
    fn now(&self) -> Tick {
        Tick::from_nanos(nanos(self.origin.elapsed()))
    }

    fn wall(&self) -> SystemTime {
        let wall = self.began.checked_add(self.origin.elapsed());
        wall.unwrap_or(self.began)
    }
}

/// A registry of one test, with a clock moved by hand, that annotated functions see.
///
/// It has every declared breaker, closed and with nothing counted. While it is
/// [entered](Self::enter), annotated functions that run on this thread go through its breakers
/// instead of the global ones, so that tests run in parallel. A function with the key `registry`
/// keeps the registry that it names. Every clone is the same registry.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::test_util::TestRegistry;
/// use breaker_runtime::{BreakerError, State, circuit_breaker};
///
/// #[circuit_breaker(name = "doc_test_registry", threshold = 1)]
/// fn fetch(up: bool) -> Result<&'static str, BreakerOrDown> {
///     if up { Ok("here") } else { Err(BreakerOrDown::Down) }
/// }
/// # #[derive(Debug, thiserror::Error)]
/// # enum BreakerOrDown {
/// #     #[error("down")]
/// #     Down,
/// #     #[error(transparent)]
/// #     Breaker(#[from] BreakerError),
/// # }
///
/// let test = TestRegistry::new();
/// let _entered = test.enter();
/// let breaker = test.get("doc_test_registry").expect("declared above");
///
/// assert!(fetch(false).is_err());
/// assert_eq!(breaker.state(), State::Open);
///
/// test.clock().advance(Duration::from_secs(30));
/// assert_eq!(fetch(true).ok(), Some("here"));
/// assert_eq!(breaker.state(), State::HalfOpen);
/// ```
#[derive(Clone, Debug)]
pub struct TestRegistry<C = ManualClock> {
    registry: Registry,
    clock: C,
    strict: Arc<Strict>,
}

impl TestRegistry {
    /// Makes a registry with every declared breaker and a clock that stands still.
    pub fn new() -> Self {
        Self::with_clock(ManualClock::new())
    }
}

impl<C: Clock + Clone> TestRegistry<C> {
    /// Makes a registry with every declared breaker and that clock.
    pub fn with_clock(clock: C) -> Self {
        Self {
            registry: Registry::with_declared(Time::Injected(Arc::new(clock.clone()))),
            clock,
            strict: Arc::default(),
        }
    }

    /// Returns the clock of its breakers.
    pub fn clock(&self) -> &C {
        &self.clock
    }

    /// Makes annotated functions on this thread see this registry until the guard is dropped.
    ///
    /// That holds for the tasks of a current-thread runtime too, but for a task that keeps the guard
    /// across an `.await`: it would be in force for the others meanwhile, [`scope`](Self::scope) is
    /// for that. Entering another one inside hides this one for that long.
    pub fn enter(&self) -> Entered {
        let entry = ENTRIES.fetch_add(1, Ordering::Relaxed);
        let registry = self.registry.clone();
        // A thread that is ending has no list any more; what runs there sees the global registry.
        let _ = CURRENT.try_with(|current| current.borrow_mut().push((entry, registry)));
        Entered {
            entry,
            here: PhantomData,
        }
    }

    /// Makes annotated functions see this registry whenever `future` is polled or dropped, on whatever
    /// thread: for a task that is spawned.
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<C, F> {
        Scoped {
            future: Some(future),
            registry: self.clone(),
        }
    }

    /// Makes annotated functions see this registry while `call` runs: for a thread that is spawned.
    pub fn wrap<R, F: FnOnce() -> R>(&self, call: F) -> impl FnOnce() -> R + use<C, R, F> {
        let registry = self.clone();
        move || {
            let _entered = registry.enter();
            call()
        }
    }

    /// Makes a call on the global registry panic, on any thread, for as long as this registry or a
    /// clone of it lives: it finds the thread or task that was spawned without
    /// [`wrap`](Self::wrap) or [`scope`](Self::scope).
    #[must_use = "the returned registry keeps it strict"]
    pub fn strict(&self) -> Self {
        if !self.strict.0.swap(true, Ordering::SeqCst) {
            STRICT.fetch_add(1, Ordering::SeqCst);
        }
        self.clone()
    }
}

impl Default for TestRegistry {
    fn default() -> Self {
        Self::new()
    }
}

impl<C> Deref for TestRegistry<C> {
    type Target = Registry;

    fn deref(&self) -> &Registry {
        &self.registry
    }
}

pin_project! {
    /// A future that runs, and ends, in a registry.
    struct Scoped<C, F>
    where
        C: Clock,
        C: Clone,
    {
        // Gone once it has come to its end.
        #[pin]
        future: Option<F>,
        registry: TestRegistry<C>,
    }

    impl<C, F> PinnedDrop for Scoped<C, F>
    where
        C: Clock,
        C: Clone,
    {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.registry.enter();
            this.future.set(None);
        }
    }
}

impl<C: Clock + Clone, F: Future> Future for Scoped<C, F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        let _entered = this.registry.enter();
        let future = this.future.as_mut().as_pin_mut();
        let output = ready!(future.expect("polled after its end").poll(context));
        this.future.set(None);
        Poll::Ready(output)
    }
}

/// Whether one test registry is strict.
#[derive(Debug, Default)]
struct Strict(AtomicBool);

impl Drop for Strict {
    fn drop(&mut self) {
        if self.0.load(Ordering::SeqCst) {
            STRICT.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// How many strict test registries there are.
static STRICT: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// What is entered on this thread, the innermost last.
    static CURRENT: RefCell<Vec<(u64, Registry)>> = const { RefCell::new(Vec::new()) };
}

static ENTRIES: AtomicU64 = AtomicU64::new(0);

/// Keeps a [`TestRegistry`] in force on this thread until it is dropped.
#[must_use = "dropped at once, it changes nothing"]
pub struct Entered {
    entry: u64,
    /// It has to be dropped on the thread that it was made on.
    here: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        // Guards may be dropped in any order; and the thread may be ending, and with it the list.
        let left = CURRENT.try_with(|current| {
            let mut current = current.borrow_mut();
            let at = current.iter().position(|(entry, _)| *entry == self.entry);
            at.map(|at| current.remove(at))
        });
        drop(left);
    }
}

impl fmt::Debug for Entered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entered").finish_non_exhaustive()
    }
}

/// The registry that an annotated function on this thread has to use instead of the global one.
#[track_caller]
pub(crate) fn registry_in_force(name: &str) -> Option<Registry> {
    let innermost = |current: &RefCell<Vec<(u64, Registry)>>| {
        let current = current.borrow();
        current.last().map(|(_, registry)| registry.clone())
    };
    let current = CURRENT.try_with(innermost).ok().flatten();
    if current.is_none() {
        refuse_global(name);
    }
    current
}

/// Panics where a call is about to use the global registry while a test is strict.
#[track_caller]
pub(crate) fn refuse_global(name: &str) {
    assert!(
        STRICT.load(Ordering::SeqCst) == 0,
        "`{name}` was called outside of every test registry, while one is strict"
    );
}
