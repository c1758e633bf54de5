//! What the attribute has to keep of the function below it, one module per group of traps.
//!
//! The functions here are as strange as those of real code: they are taken as they are, so the style lints are off.

#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::todo,
    clippy::unimplemented,
    clippy::clone_on_ref_ptr,
    unused_qualifications,
    unreachable_pub,
    reason = "the functions under test are written as users write them"
)]

mod arguments;
mod asynchronous;
mod bodies;
mod crates;
mod fallbacks;
mod forms;
mod judging;
mod keys;
mod paths_and_lints;
mod results;
mod return_types;
mod shapes;

use std::fmt::Write as _;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use breaker_runtime::{BreakerError, CircuitBreaker, Registry};

/// The error of most functions under test.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("the dependency is down")]
    Down,
    #[error("declined: {0}")]
    Declined(u32),
    #[error("no number")]
    Number(#[from] std::num::ParseIntError),
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

impl Error {
    /// Whether the breaker refused the call.
    pub(crate) fn is_rejection(&self) -> bool {
        matches!(self, Error::Breaker(BreakerError::Rejected(_)))
    }
}

/// The breaker that a declaration registered, before or after its first call.
pub(crate) fn breaker(name: &str) -> CircuitBreaker {
    Registry::global()
        .get(name)
        .unwrap_or_else(|| panic!("`{name}` is declared"))
}

/// Makes the next calls through `name` be rejected.
pub(crate) fn open(name: &str) {
    breaker(name).force_open("test", None);
}

/// What was counted, in words: only what is not zero, `nothing` if all is.
pub(crate) fn ends(name: &str) -> String {
    let totals = breaker(name).snapshot().totals;
    assert_eq!(
        totals.calls,
        totals.successes + totals.failures + totals.ignored + totals.cancelled,
        "each call of `{name}` ends in one way"
    );
    let mut words = String::new();
    for (word, count) in [
        ("success", totals.successes),
        ("failure", totals.failures),
        ("ignored", totals.ignored),
        ("cancelled", totals.cancelled),
        ("rejected", totals.rejected),
        ("fallback success", totals.fallback_successes),
        ("fallback failure", totals.fallback_failures),
    ] {
        if count > 0 {
            let comma = if words.is_empty() { "" } else { ", " };
            write!(words, "{comma}{count} {word}").unwrap();
        }
    }
    if words.is_empty() {
        words.push_str("nothing");
    }
    words
}

/// Polls once, with a waker that does nothing.
pub(crate) fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls to the end on this thread.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll_once(future.as_mut()) {
            return output;
        }
    }
}

/// Is pending once.
pub(crate) async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if paused {
            return Poll::Ready(());
        }
        paused = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The message of the panic in `body`.
pub(crate) fn panic_of<R>(body: impl FnOnce() -> R) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else {
        panic!("a panic was expected");
    };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_string(),
    }
}

/// Compiles only if the value may move to another thread.
pub(crate) fn assert_send<T: Send>(value: T) -> T {
    value
}

/// Compiles only if the value may be shared between threads.
pub(crate) fn assert_sync<T: Sync>(value: T) -> T {
    value
}

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    pub(crate) fn say(&self, word: &'static str) {
        self.0.lock().unwrap().push(word);
    }

    /// A value that says `word` when it is dropped.
    pub(crate) fn noisy(&self, word: &'static str) -> Noisy {
        Noisy(word, self.clone())
    }

    /// What was said since the last look.
    pub(crate) fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Says its word when it is dropped.
pub(crate) struct Noisy(&'static str, Log);

impl Noisy {
    pub(crate) fn log(&self) -> &Log {
        &self.1
    }
}

impl Drop for Noisy {
    fn drop(&mut self) {
        self.1.say(self.0);
    }
}
