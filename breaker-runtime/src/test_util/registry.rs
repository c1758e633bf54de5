//! A registry for one test.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::clocks::ManualClock;
use crate::registry::{Registry, current};
use crate::sync::{Arc, Ordering};
use crate::time::{Clock, Time};

/// A registry for one test, with a clock that the test moves.
///
/// It holds every declared breaker, closed and with nothing counted. While it is [entered](Self::enter), annotated
/// functions on this thread use its breakers instead of the global ones, so tests can run in parallel. A function
/// with the setting `registry` keeps the registry that it names. Every clone is the same registry.
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
/// #     #[error("stopped by its circuit breaker")]
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
    /// Makes a registry with every declared breaker that uses `clock`.
    pub fn with_clock(clock: C) -> Self {
        Self {
            registry: Registry::with_declared(Time::Injected(Arc::new(clock.clone()))),
            clock,
            strict: Arc::default(),
        }
    }

    /// Returns the clock that its breakers use.
    pub fn clock(&self) -> &C {
        &self.clock
    }

    /// Makes annotated functions on this thread use this registry until the guard is dropped.
    ///
    /// This includes the tasks of a current-thread runtime. A task must not keep the guard across an `.await`,
    /// because the registry would be in force for other tasks meanwhile: use [`scope`](Self::scope) there. Entering
    /// another registry hides this one until that guard is dropped.
    pub fn enter(&self) -> EnteredRegistry {
        EnteredRegistry {
            _entered: current::Entered::new(self.registry.clone()),
            not_send: PhantomData,
        }
    }

    /// Makes annotated functions use this registry whenever `future` is polled or dropped, on any thread.
    ///
    /// Use it for tasks that a test spawns.
    pub fn scope<F: Future>(&self, future: F) -> impl Future<Output = F::Output> + use<C, F> {
        Scoped {
            future: Some(future),
            registry: self.clone(),
        }
    }

    /// Makes annotated functions use this registry while `call` runs.
    ///
    /// Use it for threads that a test spawns.
    pub fn wrap<R, F: FnOnce() -> R>(&self, call: F) -> impl FnOnce() -> R + use<C, R, F> {
        let registry = self.clone();
        move || {
            let _entered = registry.enter();
            call()
        }
    }

    /// Makes calls through the global registry panic, on any thread, while this registry or a clone of it lives.
    ///
    /// This finds threads and tasks that were spawned without [`wrap`](Self::wrap) or [`scope`](Self::scope).
    #[must_use = "the returned registry keeps it strict"]
    pub fn strict(&self) -> Self {
        if !self.strict.0.swap(true, Ordering::SeqCst) {
            current::begin_strict();
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
    /// A future that runs and is dropped in a registry.
    struct Scoped<C, F>
    where
        C: Clock,
        C: Clone,
    {
        // `None` after the future has completed.
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
        let output = ready!(future.expect("polled after completion").poll(context));
        this.future.set(None);
        Poll::Ready(output)
    }
}

/// Whether this test registry is strict.
#[derive(Debug, Default)]
struct Strict(AtomicBool);

impl Drop for Strict {
    fn drop(&mut self) {
        if self.0.load(Ordering::SeqCst) {
            current::end_strict();
        }
    }
}

/// Keeps a [`TestRegistry`] in force on this thread until it is dropped.
#[must_use = "dropped at once, it changes nothing"]
pub struct EnteredRegistry {
    _entered: current::Entered,
    /// It must be dropped on the thread that made it.
    not_send: PhantomData<*const ()>,
}

impl fmt::Debug for EnteredRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnteredRegistry").finish_non_exhaustive()
    }
}
