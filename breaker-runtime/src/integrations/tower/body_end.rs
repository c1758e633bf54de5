//! A layer whose calls last until the end of the response's body, and its service.

use std::fmt;
use std::task::{Context, Poll};

use http::Response;
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::body_future::BodyEndFuture;
use super::choose::{ChooseBreaker, HasBreaker, Named};
use super::classify::{ByResult, Classify};
use super::error::ServiceError;
use super::guarded_body::GuardedBody;
use super::layer::CircuitBreakerLayer;
use super::service::CircuitBreakerService;
use crate::breaker::CircuitBreaker;

/// A layer that judges each call by the end of the response's body, made by
/// [`CircuitBreakerLayer::until_body_end`].
#[must_use = "a layer does nothing until it is applied to a service"]
#[derive(Clone)]
pub struct BodyEndLayer<C = ByResult, B = Named> {
    layer: CircuitBreakerLayer<C, B>,
}

/// A service behind a circuit breaker whose calls last until the end of the response's body, made by a
/// [`BodyEndLayer`].
#[derive(Clone)]
pub struct BodyEndService<S, C = ByResult, B = Named> {
    service: CircuitBreakerService<S, C, B>,
}

impl<C, B> CircuitBreakerLayer<C, B> {
    /// Judges each call by the end of the response's body, and no longer by the head alone.
    ///
    /// A head that the classifier does not call a success decides at once. After any other head the call lasts as long as
    /// its body:
    ///
    /// | what happens to the body | counts as |
    /// |---|---|
    /// | it ends | success |
    /// | it ends with trailers | what [`classify_trailers`](super::Classify::classify_trailers) returns for them: with [`grpc`](Self::grpc) and [`http`](Self::http) the `grpc-status` decides |
    /// | it fails, such as when the connection breaks | failure |
    /// | its reader drops it before the end | cancelled, at any age; a probe is ignored, because the dependency has answered |
    /// | its reader pauses between two frames for longer than `probe_timeout` | nothing yet; a probe has failed as silent, so set `probe_timeout` to more than the longest pause |
    ///
    /// Each frame renews the `probe_timeout` of a probe. A body whose head says that nothing follows has ended. A body that
    /// nobody reads to its end counts as dropped, so read the bodies whose end should count.
    ///
    /// It is the last method of a layer, because the layer that it returns is for services whose response is a
    /// [`Response`](http::Response) with a body.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use breaker_runtime::tower::CircuitBreakerLayer;
    /// use breaker_runtime::{Config, Registry};
    /// use http_body_util::{BodyExt, Full};
    /// use tower::{Layer, ServiceExt, service_fn};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry = Registry::new();
    /// let layer = CircuitBreakerLayer::in_registry(&registry, "pages", Config::new())?.http().until_body_end();
    /// let pages = layer.layer(service_fn(|_: http::Request<()>| async {
    ///     Ok::<_, Infallible>(http::Response::new(Full::new(&b"hello"[..])))
    /// }));
    ///
    /// let response = pages.oneshot(http::Request::new(())).await.expect("the circuit is closed");
    /// assert_eq!(layer.breaker().snapshot().totals.calls, 0); // the head alone decides nothing
    /// let body = response.into_body().collect().await?;
    /// assert_eq!(layer.breaker().snapshot().totals.successes, 1);
    /// # drop(body);
    /// # Ok(())
    /// # }
    /// ```
    pub fn until_body_end(self) -> BodyEndLayer<C, B> {
        BodyEndLayer { layer: self }
    }
}

impl<C, B> BodyEndLayer<C, B> {
    /// Returns the breaker; with keys, the breaker of the name, which has no key.
    pub fn breaker(&self) -> &CircuitBreaker
    where
        B: HasBreaker,
    {
        self.layer.breaker()
    }
}

impl<S, C: Clone, B: Clone> Layer<S> for BodyEndLayer<C, B> {
    type Service = BodyEndService<S, C, B>;

    fn layer(&self, inner: S) -> Self::Service {
        let service = self.layer.layer(inner);
        BodyEndService { service }
    }
}

impl<S, C, B> BodyEndService<S, C, B> {
    /// Returns the breaker; with keys, the breaker of the name, which has no key.
    pub fn breaker(&self) -> &CircuitBreaker
    where
        B: HasBreaker,
    {
        self.service.breaker()
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        self.service.get_ref()
    }

    /// Returns the inner service mutably; the breaker does not see calls made on it.
    pub fn get_mut(&mut self) -> &mut S {
        self.service.get_mut()
    }

    /// Returns the inner service without the breaker.
    pub fn into_inner(self) -> S {
        self.service.into_inner()
    }
}

impl<S, C, B, Request, D> Service<Request> for BodyEndService<S, C, B>
where
    S: Service<Request, Response = Response<D>>,
    S::Error: 'static,
    C: Classify<S::Response, S::Error> + Clone,
    B: ChooseBreaker<Request>,
    D: Body,
{
    type Response = Response<GuardedBody<D, C, B::Handle>>;
    type Error = ServiceError<S::Error>;
    type Future = BodyEndFuture<S::Future, C, B::Handle>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let mut guard = match self.service.admit(&request) {
            Ok(guard) => guard,
            Err(error) => return BodyEndFuture::rejected(error),
        };
        let classify = self.service.classify.clone();
        let future = self.service.inner.call(request);
        guard.await_first_poll();
        BodyEndFuture::called(future, classify, guard)
    }
}

impl<C, B: HasBreaker> fmt::Debug for BodyEndLayer<C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyEndLayer")
            .field("breaker", self.breaker())
            .finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, C, B: HasBreaker> fmt::Debug for BodyEndService<S, C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyEndService")
            .field("inner", self.get_ref())
            .field("breaker", self.breaker())
            .finish_non_exhaustive()
    }
}
