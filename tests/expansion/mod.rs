//! The attribute on every form of function: what it expands to behaves as the function does without it.
//!
//! The functions under test are as unusual as those of real code. They are written as users write them, so
//! the style lints are off; the lints that the expansion could trigger are denied.
//!
//! # What the expansion keeps
//!
//! The result
//!
//! - `return`, `?` and a `return` hidden in a macro leave the body, not the code around it: the body is a
//!   closure or an `async` block (`returns::early_returns`).
//! - That closure goes straight to a function that takes `FnOnce`, so that borrows can leave it
//!   (`returns::borrows`).
//! - The body knows its type before its first `?` and coerces to it (`returns::coercions`).
//! - `impl Trait` in the return type becomes `_` where it cannot be written (`returns::impl_trait`). A closure that
//!   the function returns still gets the types of its arguments from the bound (`returns::closures`).
//! - The body is not in an inner `fn`, which would lose `Self` and the generics of the `impl`
//!   (`functions::methods`).
//! - A trait decides whether a type is a `Result` (`returns::result_types`, `returns::outcomes`).
//!
//! Arguments
//!
//! - A pattern gets a name in the signature and is taken apart inside (`arguments::patterns`).
//! - Every argument is bound again, in order, so that drops and captures stay as they were
//!   (`arguments::drop_order`).
//! - Body and fallback are in different arms, so that each may move the arguments (`fallbacks`).
//! - Generated names are hygienic and long, and the receiver keeps its `self` token
//!   (`attributes::generated_names`, `functions::receivers`).
//! - `#[cfg]` and lint attributes on arguments are kept (`arguments::attributes`).
//! - The attribute adds no bounds, except `Clone` under `fallback_on = error` and `any`
//!   (`arguments::bounds`).
//!
//! Futures
//!
//! - The future is guarded, not the call that makes it (`futures::async_fn`).
//! - `Box::pin(async move { … })` and a bare `async move { … }` are guarded inside; in other bodies the part
//!   before the future stays eager (`futures::boxed`, `futures::impl_future`, `futures::async_trait`).
//! - The output of a boxed future is that of its type, whatever the parameters of an alias say
//!   (`futures::boxed`).
//! - `Send` is kept, also if the error that the fallback gets is not `Send` (`futures::send`), and a dropped
//!   future is cancelled (`futures::dropped`).
//! - Recursion through a box stays legal (`futures::recursion`).
//! - The future does not double in size, and stores no argument once more that the body only reads in place
//!   (`futures::size`).
//!
//! Streams
//!
//! - The stream is guarded, not the call that makes it, and each item is classified as a value is (`streams`).
//!
//! Bodies
//!
//! - The tokens of the body are passed on as they are, with the braces that the user wrote
//!   (`bodies::tokens`).
//! - A `use` in the body does not shadow the return type (`bodies::scope`).
//! - Diverging bodies cause no warning (`bodies::diverging`), and a panic goes on unwinding
//!   (`bodies::panics`).
//! - The body may call itself (`bodies::reentry`).
//!
//! Paths, lints and attributes
//!
//! - All paths are full and all calls are qualified, so that `no_std` crates and shadowed preludes compile
//!   (`attributes::shadowed_names`, `attributes::crates`).
//! - Fragments of `macro_rules!` are looked through (`attributes::macro_rules`).
//! - Each `#[allow]` is narrow and on a generated statement only, and strict lints pass
//!   (`attributes::lints`).
//! - One function comes out, with its attributes once and in order; `#[track_caller]` cannot be kept
//!   (`attributes::other_attributes`).
//! - Each attribute has one `static`, for all instances of a generic function (`attributes::call_sites`).
//! - A function can have several breakers (`attributes::stacked`) and contain guarded functions
//!   (`functions::nested`).
//! - The editions 2015 to 2024 compile (`attributes::crates`).

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
#![deny(
    unused,
    unfulfilled_lint_expectations,
    deprecated,
    clippy::diverging_sub_expression,
    clippy::large_futures,
    clippy::let_unit_value,
    clippy::needless_return_with_question_mark,
    clippy::no_effect_underscore_binding,
    clippy::redundant_closure_call,
    clippy::used_underscore_binding
)]

mod arguments;
mod attributes;
mod bodies;
mod fallbacks;
mod functions;
mod futures;
mod keys;
mod returns;
mod streams;

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
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

impl Error {
    /// Returns whether the breaker rejected the call.
    pub(crate) fn is_rejection(&self) -> bool {
        matches!(self, Error::Breaker(BreakerError::Rejected(_)))
    }
}

/// Returns a declared breaker, before or after its first call.
pub(crate) fn breaker(name: &str) -> CircuitBreaker {
    Registry::global()
        .get(name)
        .unwrap_or_else(|| panic!("`{name}` is declared"))
}

/// Makes the breaker reject the next calls.
pub(crate) fn open(name: &str) {
    breaker(name).force_open("test", None);
}

/// Describes the totals in words, without those that are zero; `nothing` if all are.
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

/// Polls a future once, with a waker that does nothing.
pub(crate) fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future until it is ready.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = poll_once(future.as_mut()) {
            return output;
        }
    }
}

/// Waits for one poll.
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

/// Returns the message of the panic in `body`.
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

/// A list of words, in the order in which they were said.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    pub(crate) fn say(&self, word: &'static str) {
        self.0.lock().unwrap().push(word);
    }

    /// Returns a value that says `word` when it is dropped.
    pub(crate) fn noisy(&self, word: &'static str) -> Noisy {
        Noisy(word, self.clone())
    }

    /// Takes the words that were said since the last call.
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
