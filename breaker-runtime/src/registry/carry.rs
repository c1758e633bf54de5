//! Carrying what breakers know about the current task into another one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

#[cfg(feature = "test-util")]
use super::current;
use crate::breaker::Nesting;

/// Carries what breakers know about the current task into a future that runs in another task.
///
/// A call that a running probe makes through the same breaker belongs to the probe (rule R7). Breakers recognise such
/// a call by its thread. If the body of a guarded function spawns a task and calls through the same breaker there,
/// wrap the task's future: otherwise, while the circuit is half open, the inner call competes with other probes for a
/// permit, and its rejection fails the probe. With the feature `test-util`, the future also keeps the registry in
/// force, as `TestRegistry::scope` does.
///
/// If there is nothing to carry, the future costs one check per poll.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "tokio")]
/// # async fn example() -> Result<u32, breaker_runtime::BreakerError> {
/// use breaker_runtime::{BreakerError, carry, circuit_breaker};
///
/// #[circuit_breaker(name = "doc_carry_redis")]
/// async fn get() -> Result<u32, BreakerError> {
///     Ok(7)
/// }
///
/// #[circuit_breaker(name = "doc_carry_redis")]
/// async fn session() -> Result<u32, BreakerError> {
///     tokio::spawn(carry(get())).await.expect("the task does not panic")
/// }
/// # session().await
/// # }
/// ```
pub fn carry<F: Future>(future: F) -> impl Future<Output = F::Output> {
    Carried {
        future: Some(future),
        context: CallContext::current(),
    }
}

/// Carries what breakers know about the current task into a closure that runs on another thread.
///
/// It is the counterpart of [`carry`] for `std::thread::spawn` and `tokio::task::spawn_blocking`.
///
/// # Examples
///
/// ```
/// use breaker_runtime::carry_fn;
///
/// let answer = std::thread::spawn(carry_fn(|| 7)).join();
/// assert_eq!(answer.ok(), Some(7));
/// ```
pub fn carry_fn<R, F: FnOnce() -> R>(call: F) -> impl FnOnce() -> R {
    let context = CallContext::current();
    move || context.within(call)
}

/// What breakers know about a task.
struct CallContext {
    nesting: Nesting,
    #[cfg(feature = "test-util")]
    registry: Option<super::by_name::Registry>,
}

impl CallContext {
    fn current() -> Self {
        Self {
            nesting: Nesting::current(),
            #[cfg(feature = "test-util")]
            registry: current::innermost(),
        }
    }

    fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        #[cfg(feature = "test-util")]
        let _entered = self.registry.clone().map(current::Entered::new);
        if self.nesting.is_empty() {
            run()
        } else {
            self.nesting.within(run)
        }
    }
}

pin_project! {
    /// A future that runs and is dropped in the context of another task.
    struct Carried<F> {
        // `None` after the future has completed.
        #[pin]
        future: Option<F>,
        context: CallContext,
    }

    impl<F> PinnedDrop for Carried<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            this.context.within(|| this.future.set(None));
        }
    }
}

impl<F: Future> Future for Carried<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        this.context.within(|| {
            let inner = this.future.as_mut().as_pin_mut();
            let polled = inner.expect("polled after completion").poll(context);
            if polled.is_ready() {
                this.future.set(None);
            }
            polled
        })
    }
}
