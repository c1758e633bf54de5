//! What expansions of the attribute call. Outside of semantic versioning.

use std::future::Future;
use std::time::Duration;

pub use core::compile_error;
pub use inventory;
use once_cell::race::OnceBox;
use once_cell::sync::OnceCell;

pub use crate::__circuit_breaker_limited as limited;
use crate::breaker::CircuitBreaker;
use crate::call::enter;
pub use crate::call::{
    FallbackGuard, Guard, Guarded, Handle, Marked, Owned, Recorded, Refused, Settled, poll,
};
use crate::classify::{
    Again, AsyncAnswer, HasError, Refusable, RefusableResult, ResultLike, Stoppable,
};
pub use crate::classify::{
    Unnamed, UnnamedOther, UnnamedResult, Whole, WholeOther, WholeResult, by_classifier, by_result,
    settle_result,
};
pub use crate::config::{Config, Location, Window, WindowFrom};
pub use crate::error::{BreakerError, CallError};
pub use crate::key::{KeyOf, kept_key};
pub use crate::limit::{Late, Limit, poll_limited};
pub use crate::outcome::Outcome;
use crate::registry::Keyed;
pub use crate::registry::{Declaration, Registry};
use crate::sync::fixed::AtomicBool;
use crate::sync::{Arc, Ordering};

/// One annotated function.
#[derive(Debug)]
pub struct Site {
    declaration: Declaration,
    /// Its breaker in the global registry, looked up by the first call.
    breaker: OnceBox<CircuitBreaker>,
    /// Those by key that are copies of it.
    keyed: OnceCell<Arc<Keyed>>,
    /// Whether it stands in the list of declarations for certain.
    noted: AtomicBool,
}

/// A call site that the linker knows of.
#[derive(Debug)]
pub struct Listed(pub &'static Site);

inventory::collect!(Listed);

impl Site {
    /// Makes the call site of a declaration.
    pub const fn new(declaration: Declaration) -> Self {
        Self {
            declaration,
            breaker: OnceBox::new(),
            keyed: OnceCell::new(),
            noted: AtomicBool::new(false),
        }
    }

    /// Marks it as noted; returns whether it was not.
    pub(crate) fn mark_noted(&self) -> bool {
        !self.noted.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn is_noted(&self) -> bool {
        self.noted.load(Ordering::Relaxed)
    }

    pub(crate) fn declaration(&'static self) -> &'static Declaration {
        &self.declaration
    }

    /// Requests permission to run one call.
    #[inline]
    pub fn enter(&'static self) -> Result<Guard<Here>, Refused<Here>> {
        enter(self.handle())
    }

    /// Requests permission to run one call by the breaker of this name in `registry`.
    #[inline]
    pub fn enter_in(&'static self, registry: &Registry) -> Result<Guard<Owned>, Refused<Owned>> {
        self.refuse_global(registry);
        enter(Owned(registry.attach_site(self)))
    }

    /// Requests permission to run one call by the breaker of this name for `key`.
    #[inline]
    pub fn enter_keyed(&'static self, key: &str) -> Result<Guard<Owned>, Refused<Owned>> {
        #[cfg(feature = "test-util")]
        if let Some(registry) = crate::test_util::registry_in_force(self.declaration.name()) {
            return enter(Owned(registry.attach_keyed(self).get_or_make(key)));
        }
        let keyed = self.keyed.get().unwrap_or_else(|| {
            // Not inside of the cell, as in `attach`.
            let keyed = Registry::global().attach_keyed(self);
            self.keyed.get_or_init(|| keyed)
        });
        enter(Owned(keyed.get_or_make(key)))
    }

    /// Requests permission to run one call by the breaker of this name for `key` in `registry`.
    #[inline]
    pub fn enter_keyed_in(
        &'static self,
        registry: &Registry,
        key: &str,
    ) -> Result<Guard<Owned>, Refused<Owned>> {
        self.refuse_global(registry);
        enter(Owned(registry.attach_keyed(self).get_or_make(key)))
    }

    /// Under `strict` a test has to stay in registries of its own.
    #[cfg_attr(
        not(feature = "test-util"),
        expect(clippy::unused_self, reason = "it is for tests only")
    )]
    fn refuse_global(&'static self, registry: &Registry) {
        #[cfg(feature = "test-util")]
        if registry.is_global() {
            crate::test_util::refuse_global(self.declaration.name());
        }
        #[cfg(not(feature = "test-util"))]
        let _ = registry;
    }

    #[cfg(not(feature = "test-util"))]
    #[inline]
    fn handle(&'static self) -> Here {
        self.global()
    }

    #[cfg(feature = "test-util")]
    fn handle(&'static self) -> Here {
        match crate::test_util::registry_in_force(self.declaration.name()) {
            Some(registry) => Owned(registry.attach_site(self)),
            None => Owned(self.global().clone()),
        }
    }

    /// Its breaker in the global registry.
    #[inline]
    fn global(&'static self) -> &'static CircuitBreaker {
        match self.breaker.get() {
            Some(breaker) => breaker,
            None => self.attach(),
        }
    }

    #[cold]
    fn attach(&'static self) -> &'static CircuitBreaker {
        // Not inside of the cell: listeners may hear of a conflict now, and call this very function.
        let breaker = Registry::global().attach_site(self);
        self.breaker.get_or_init(|| Box::new(breaker))
    }
}

/// How a call holds the breaker of its site: in the global registry, where it stays.
#[cfg(not(feature = "test-util"))]
pub type Here = &'static CircuitBreaker;
/// How a call holds the breaker of its site: that of a test is gone with its registry.
#[cfg(feature = "test-util")]
pub type Here = Owned;

/// Calls a closure that has to be one of `FnOnce`, with the return type of the function.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the body of every annotated function passes through"
)]
pub fn call_once<R, F: FnOnce() -> R>(call: F) -> R {
    call()
}

/// Makes a closure or block capture the whole variable.
#[inline]
pub const fn whole<T: ?Sized>(_: &T) {}

/// Gives an expression its type.
pub fn typed<T>(value: T) -> T {
    value
}

/// Stands for a value that is never made: it gives an `async` block its type.
pub fn never<R>() -> R {
    unreachable!("this call stands behind `if false`")
}

/// Makes the return value of a refused call whose `Result` also tells its failures.
#[inline]
pub fn refuse_result<R: RefusableResult>(refused: Refused<impl Handle>) -> R {
    R::refusal(refused.into_error())
}

/// Makes the return value of a refused call that is judged by patterns or a classifier.
#[inline]
pub fn refuse<R: Refusable>(refused: Refused<impl Handle>) -> R {
    R::refusal(refused.into_error())
}

/// Makes the return value of a call that took too long, as [`refuse_result`] does.
pub fn refuse_error_result<R: RefusableResult>(error: BreakerError) -> R {
    R::refusal(error)
}

/// Makes the return value of a call that took too long, as [`refuse`] does.
pub fn refuse_error<R: Stoppable>(error: BreakerError) -> R {
    R::late(error)
}

/// Asks the value of a failed call for how long it wants to be left alone.
pub fn hint_if<R, F: FnOnce(&R) -> Option<Duration>>(
    outcome: Outcome,
    answer: &R,
    hint: F,
) -> Option<Duration> {
    match outcome {
        Outcome::Failure => hint(answer),
        Outcome::Success | Outcome::Ignored => None,
    }
}

/// Takes the error out of a call that failed; every other value is the caller's.
///
/// # Errors
///
/// The error of the call.
pub fn failed_result<R: ResultLike<E>, E>(answer: R, outcome: Outcome) -> Result<R, E> {
    match outcome {
        Outcome::Failure => answer.split(),
        Outcome::Success | Outcome::Ignored => Ok(answer),
    }
}

/// Takes the error out of a call that failed and is judged by patterns or a classifier.
///
/// # Errors
///
/// The error of the call.
pub fn failed<R: HasError<E>, E>(answer: R, outcome: Outcome) -> Result<R, E> {
    match outcome {
        Outcome::Failure => answer.part(),
        Outcome::Success | Outcome::Ignored => Ok(answer),
    }
}

/// Makes the second copy of an argument, for the fallback.
pub fn again<T: Again>(argument: &T) -> T {
    argument.again()
}

/// Takes the answer of an async fallback.
pub async fn answer<F: AsyncAnswer>(fallback: F) -> F::Output {
    fallback.answer().await
}

/// Boxes the guarded future.
pub fn boxed<F: Future>(future: F) -> std::pin::Pin<Box<F>> {
    Box::pin(future)
}
