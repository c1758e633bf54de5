//! How a call holds its breaker.

use std::ops::Deref;

use crate::breaker::CircuitBreaker;

/// A breaker held for the length of a call, because its registry may be gone before the call ends.
#[derive(Clone, Debug)]
pub struct Owned(pub(crate) CircuitBreaker);

impl Deref for Owned {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        &self.0
    }
}

/// A breaker held for the length of a call: [`Owned`], or a reference to a breaker that outlives the call.
pub trait Handle: Deref<Target = CircuitBreaker> {}

impl<T: Deref<Target = CircuitBreaker>> Handle for T {}
