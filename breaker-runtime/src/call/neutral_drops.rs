//! A scope in which dropped calls say nothing about the dependency.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::breaker::as_neutral;

/// Runs `future` so that every guarded call that it drops counts as cancelled, however long it was pending.
///
/// A call that is dropped after `cancel_after` counts as a failure, because a caller that gives up on a hanging
/// dependency leaves no other trace. Where the program drops calls for reasons unrelated to the dependency, put the
/// code that drops them into this scope, such as the losers of a hedge. Calls that are dropped with the future itself are
/// included. An aborted task drops its calls by itself and not inside the scope of the code that aborts it, so put the
/// scope into the task: `tokio::spawn(neutral_drops(work))`.
///
/// For the length of a shutdown, use [`Registry::neutral_drops`](crate::Registry::neutral_drops).
///
/// # Cancel safety
///
/// The returned future is as cancel safe as `future`.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "test-util")] {
/// # fn main() { futures_block_on(example()) }
/// # fn futures_block_on<F: std::future::Future>(future: F) -> F::Output {
/// #     let mut future = std::pin::pin!(future);
/// #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// #     loop {
/// #         if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) { return value; }
/// #     }
/// # }
/// # async fn example() {
/// use std::time::Duration;
/// use breaker_runtime::test_util::ManualClock;
/// use breaker_runtime::{Config, Registry, State, neutral_drops};
///
/// let clock = ManualClock::new();
/// let registry = Registry::with_clock(clock.clone());
/// let search = registry.get_or_create("search", Config::new().threshold(1)).unwrap();
///
/// let mut slow = Box::pin(search.call_async(std::future::pending::<Result<(), ()>>()));
/// # let mut context = std::task::Context::from_waker(std::task::Waker::noop());
/// # assert!(slow.as_mut().poll(&mut context).is_pending());
/// // The other replica answered first: this call lost the race, long after `cancel_after`.
/// clock.advance(Duration::from_secs(5));
/// neutral_drops(async move { drop(slow) }).await;
///
/// assert_eq!(search.snapshot().totals.cancelled, 1);
/// assert_eq!(search.state(), State::Closed);
/// # }
/// # main();
/// # }
/// ```
pub fn neutral_drops<F: Future>(future: F) -> impl Future<Output = F::Output> {
    NeutralDrops {
        future: Some(future),
    }
}

pin_project! {
    struct NeutralDrops<F> {
        // `None` after the future has completed.
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for NeutralDrops<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut future = this.project().future;
            as_neutral(|| future.set(None));
        }
    }
}

impl<F: Future> Future for NeutralDrops<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let mut future = self.project().future;
        as_neutral(|| {
            let inner = future.as_mut().as_pin_mut();
            let polled = inner.expect("polled after completion").poll(context);
            if polled.is_ready() {
                future.set(None);
            }
            polled
        })
    }
}
