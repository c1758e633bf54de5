//! The guarded service.

use std::fmt;
use std::task::{Context, Poll, ready};

use tower_service::Service;

use super::choose::{ChooseBreaker, HasBreaker, Named};
use super::classify::{ByResult, Classify};
use super::error::ServiceError;
use super::future::ResponseFuture;
use super::while_open::WhileOpen;
use crate::breaker::{CircuitBreaker, Waiting};
use crate::call::{Guard, RejectedCall, enter};
use crate::values::{BreakerError, RejectionReason};

/// A service behind a circuit breaker, made by a [`CircuitBreakerLayer`](super::CircuitBreakerLayer).
///
/// `poll_ready` delegates to the inner service unless the circuit rejects every call, and `call` consults the breaker: see
/// the [module](super#readiness-and-admission). The service can be cloned if the inner service can; all clones share the
/// breaker.
pub struct CircuitBreakerService<S, C = ByResult, B = Named> {
    pub(super) inner: S,
    pub(super) classify: C,
    choose: B,
    readiness: Readiness,
    while_open: WhileOpen,
    /// Present while `poll_ready` is pending.
    waiting: Option<Waiting>,
}

/// What the last `poll_ready` means for the next call.
#[derive(Clone, Copy)]
enum Readiness {
    /// The inner service is not ready, or was called since.
    Unknown,
    /// The inner service is ready.
    Ready,
    /// The inner service was not polled, because the circuit rejected every call.
    Rejecting(RejectionReason),
}

impl<S, C, B> CircuitBreakerService<S, C, B> {
    pub(super) fn new(inner: S, classify: C, choose: B, while_open: WhileOpen) -> Self {
        Self {
            inner,
            classify,
            choose,
            readiness: Readiness::Unknown,
            while_open,
            waiting: None,
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
    S::Error: 'static,
    C: Classify<S::Response, S::Error> + Clone,
    B: ChooseBreaker<Request>,
{
    type Response = S::Response;
    type Error = ServiceError<S::Error>;
    type Future = ResponseFuture<S::Future, C, B::Handle>;

    #[inline]
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        if self.choose.breaker().is_closed_at_gate() {
            self.poll_inner(context)
        } else {
            self.poll_unless_rejecting(context)
        }
    }

    #[inline]
    fn call(&mut self, request: Request) -> Self::Future {
        let mut guard = match self.admit(&request) {
            Ok(guard) => guard,
            Err(error) => return ResponseFuture::rejected(error),
        };
        let classify = self.classify.clone();
        let future = self.inner.call(request);
        guard.await_first_poll();
        ResponseFuture::called(future, classify, guard)
    }
}

impl<S, C, B> CircuitBreakerService<S, C, B> {
    /// Requests permission for one call of the inner service.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is the first half of every call")]
    pub(super) fn admit<Request>(
        &mut self,
        request: &Request,
    ) -> Result<Guard<B::Handle>, BreakerError>
    where
        B: ChooseBreaker<Request>,
    {
        let breaker = self.choose.choose(request);
        let entered = match self.readiness {
            Readiness::Rejecting(reason) => Err(breaker.reject(reason).into()),
            Readiness::Unknown | Readiness::Ready => {
                enter(breaker).map_err(RejectedCall::into_error)
            }
        };
        if entered.is_ok() {
            self.readiness = Readiness::Unknown;
        }
        entered
    }
}

impl<S, C, B: HasBreaker> CircuitBreakerService<S, C, B> {
    /// Polls the inner service.
    ///
    /// Only the common answer is handled here, so that this is small enough to be inlined: the answer would pass through
    /// memory otherwise.
    #[inline]
    fn poll_inner<Request>(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), ServiceError<S::Error>>>
    where
        S: Service<Request>,
    {
        match self.inner.poll_ready(context) {
            Poll::Ready(Ok(())) if self.waiting.is_none() => {
                self.readiness = Readiness::Ready;
                Poll::Ready(Ok(()))
            }
            Poll::Ready(answer) => Poll::Ready(self.stop_waiting(answer)),
            Poll::Pending => self.wait(context).map(Ok),
        }
    }

    /// Polls the inner service unless the circuit rejects every call.
    #[cold]
    fn poll_unless_rejecting<Request>(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), ServiceError<S::Error>>>
    where
        S: Service<Request>,
    {
        match self.choose.rejects_all() {
            Some(reason) if self.while_open.is_ready() => self.skip_inner(reason).map(Ok),
            None if !self.while_open.waits_for_place(&self.choose) => self.poll_inner(context),
            _ => {
                ready!(self.pause(context));
                self.poll_inner(context)
            }
        }
    }

    /// Takes an error of the inner service, or its answer to a task that has waited for it.
    #[cold]
    fn stop_waiting<E>(&mut self, answer: Result<(), E>) -> Result<(), ServiceError<E>> {
        self.waiting = None;
        self.while_open.stop();
        self.readiness = match answer {
            Ok(()) => Readiness::Ready,
            Err(_) => Readiness::Unknown,
        };
        answer.map_err(ServiceError::Inner)
    }

    /// Becomes ready without polling the inner service, which keeps what it reserved earlier.
    #[cold]
    fn skip_inner(&mut self, reason: RejectionReason) -> Poll<()> {
        self.waiting = None;
        if !matches!(self.readiness, Readiness::Ready) {
            self.readiness = Readiness::Rejecting(reason);
        }
        Poll::Ready(())
    }

    /// Waits until the circuit may admit a call. The inner service keeps what it reserved earlier.
    #[cold]
    fn pause(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let breaker = self.choose.breaker();
        let waiting = self.waiting.get_or_insert_with(|| Waiting::new(breaker));
        self.while_open.poll(&self.choose, waiting, context)
    }

    /// Waits until the inner service is ready or the circuit rejects every call.
    #[cold]
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.readiness = Readiness::Unknown;
        let breaker = self.choose.breaker();
        let waiting = self.waiting.get_or_insert_with(|| Waiting::new(breaker));
        // This precedes the check of the circuit, so that the task is woken if the circuit opens after the check.
        waiting.wake_on_change(context.waker());
        match self.choose.rejects_all_now() {
            Some(reason) if self.while_open.is_ready() => self.skip_inner(reason),
            Some(_) => {
                if self.pause(context).is_ready() {
                    context.waker().wake_by_ref();
                }
                Poll::Pending
            }
            None => Poll::Pending,
        }
    }
}

/// A clone has reserved nothing, so its inner service has to become ready first.
impl<S: Clone, C: Clone, B: Clone> Clone for CircuitBreakerService<S, C, B> {
    fn clone(&self) -> Self {
        let inner = self.inner.clone();
        let (classify, choose) = (self.classify.clone(), self.choose.clone());
        Self::new(inner, classify, choose, self.while_open.clone())
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
