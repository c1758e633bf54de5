//! The guarded service.

use std::fmt;
use std::task::{Context, Poll};

use tower_service::Service;

use super::choose::{ChooseBreaker, HasBreaker, Named};
use super::classify::{ByResult, Classify};
use super::error::ServiceError;
use super::future::ResponseFuture;
use crate::breaker::CircuitBreaker;
use crate::call::enter;

/// A service behind a circuit breaker, made by a [`CircuitBreakerLayer`](super::CircuitBreakerLayer).
///
/// `poll_ready` delegates to the inner service, and `call` consults the breaker: see the
/// [module](super#readiness-and-admission). The service can be cloned if the inner service can; all clones share the
/// breaker.
#[derive(Clone)]
pub struct CircuitBreakerService<S, C = ByResult, B = Named> {
    inner: S,
    classify: C,
    choose: B,
}

impl<S, C, B> CircuitBreakerService<S, C, B> {
    pub(super) fn new(inner: S, classify: C, choose: B) -> Self {
        Self {
            inner,
            classify,
            choose,
        }
    }

    /// Returns the breaker; with keys, the breaker of the name, which has no key.
    pub fn breaker(&self) -> &CircuitBreaker
    where
        B: HasBreaker,
    {
        self.choose.breaker()
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service mutably; the breaker does not see calls made on it.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service without the breaker.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, C, B, Request> Service<Request> for CircuitBreakerService<S, C, B>
where
    S: Service<Request>,
    C: Classify<S::Response, S::Error> + Clone,
    B: ChooseBreaker<Request>,
{
    type Response = S::Response;
    type Error = ServiceError<S::Error>;
    type Future = ResponseFuture<S::Future, C, B::Handle>;

    #[inline]
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context).map_err(ServiceError::Inner)
    }

    #[inline]
    fn call(&mut self, request: Request) -> Self::Future {
        let mut guard = match enter(self.choose.choose(&request)) {
            Ok(guard) => guard,
            Err(rejected) => return ResponseFuture::rejected(rejected.into_error()),
        };
        let classify = self.classify.clone();
        let future = self.inner.call(request);
        guard.await_first_poll();
        ResponseFuture::called(future, classify, guard)
    }
}

impl<S: fmt::Debug, C, B: HasBreaker> fmt::Debug for CircuitBreakerService<S, C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreakerService")
            .field("inner", &self.inner)
            .field("breaker", self.breaker())
            .finish_non_exhaustive()
    }
}
