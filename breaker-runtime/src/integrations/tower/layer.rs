//! The layer.

use std::fmt;

use tower_layer::Layer;

use super::choose::{CanHaveKeys, HasBreaker, InRegistry, Named, PerKey, Single};
use super::classify::{ByResult, WithHint};
use super::service::CircuitBreakerService;
use crate::breaker::CircuitBreaker;
use crate::config::{Config, ConfigError};
use crate::registry::Registry;

/// Puts services behind a circuit breaker: all that it is applied to share it.
///
/// # Examples
///
/// One breaker for each host, for answers whose statuses tell the failures:
///
/// ```
/// use breaker_runtime::tower::CircuitBreakerLayer;
/// use breaker_runtime::{Config, Outcome, Registry, State};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// struct Request {
///     host: &'static str,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new();
/// let layer = CircuitBreakerLayer::in_registry(&registry, "fetch", Config::new().threshold(1))?
///     .key(|request: &Request| request.host.to_owned())
///     .classify(|answer: Result<&u16, &std::io::Error>| match answer {
///         Ok(..500) => Outcome::Success,
///         _ => Outcome::Failure,
///     });
/// let fetch = layer.layer(service_fn(|request: Request| async move {
///     Ok::<u16, std::io::Error>(if request.host == "sick.example" { 503 } else { 200 })
/// }));
///
/// for host in ["sick.example", "well.example"] {
///     fetch.clone().oneshot(Request { host }).await.expect("it was let through");
/// }
/// assert_eq!(registry.get_keyed("fetch", "sick.example").unwrap().state(), State::Open);
/// assert_eq!(registry.get_keyed("fetch", "well.example").unwrap().state(), State::Closed);
/// # Ok(())
/// # }
/// ```
#[must_use = "a layer does nothing until it is put around a service"]
#[derive(Clone)]
pub struct CircuitBreakerLayer<C = ByResult, B = Named> {
    classify: C,
    choose: B,
}

impl CircuitBreakerLayer {
    /// Makes a layer with the breaker of that name in the global registry, which is made if there is none.
    ///
    /// With the feature `test-util`, a layer that is made while a `TestRegistry` is entered has its breaker
    /// there.
    ///
    /// # Errors
    ///
    /// Those of [`Registry::get_or_create`]: a value out of its range, a name that is none, and a key that
    /// differs from that of the existing breaker, with both places.
    ///
    /// # Panics
    ///
    /// With the feature `test-util`, if no `TestRegistry` is entered while one is strict.
    #[track_caller]
    pub fn new(name: &str, config: Config) -> Result<Self, ConfigError> {
        let registry = Named::registry_for(name);
        let breaker = registry.get_or_create(name, config)?;
        Ok(Self::by_result(Named::new(breaker, registry)))
    }
}

impl CircuitBreakerLayer<ByResult, InRegistry> {
    /// Makes a layer with the breaker of that name in `registry`, which is made if there is none.
    ///
    /// # Errors
    ///
    /// Those of [`Registry::get_or_create`].
    #[track_caller]
    pub fn in_registry(
        registry: &Registry,
        name: &str,
        config: Config,
    ) -> Result<Self, ConfigError> {
        let breaker = registry.get_or_create(name, config)?;
        Ok(Self::by_result(InRegistry::new(breaker, registry.clone())))
    }
}

/// Takes a breaker that is at hand, such as that of an annotated function.
///
/// Nothing is known of its registry, so it cannot have [keys](CircuitBreakerLayer::key).
impl From<CircuitBreaker> for CircuitBreakerLayer<ByResult, Single> {
    fn from(breaker: CircuitBreaker) -> Self {
        Self::by_result(Single::new(breaker))
    }
}

impl<B> CircuitBreakerLayer<ByResult, B> {
    fn by_result(choose: B) -> Self {
        let classify = ByResult;
        Self { classify, choose }
    }
}

impl<C, B> CircuitBreakerLayer<C, B> {
    /// Has every answer judged by a [`Classify`](super::Classify): a closure of a `Result<&Response, &Error>`, say.
    ///
    /// Without one, an `Err` is a failure and an `Ok` a success.
    pub fn classify<D>(self, classify: D) -> CircuitBreakerLayer<D, B> {
        let choose = self.choose;
        CircuitBreakerLayer { classify, choose }
    }

    /// Has the answers of HTTP judged by their statuses, and `Retry-After` heard: see
    /// [`HttpClassifier`](super::HttpClassifier).
    #[cfg(feature = "http")]
    pub fn http(self) -> CircuitBreakerLayer<super::http::HttpClassifier, B> {
        self.classify(super::http::HttpClassifier)
    }

    /// Asks each failed answer for how long it wants to be left alone: a closure of a
    /// `Result<&Response, &Error>` whose value is an `Option<Duration>`.
    ///
    /// It is asked in place of what the classifier has to say about that, so it comes after
    /// [`classify`](Self::classify).
    pub fn hint<H>(self, hint: H) -> CircuitBreakerLayer<WithHint<C, H>, B> {
        let Self { classify, choose } = self;
        let classify = WithHint { classify, hint };
        CircuitBreakerLayer { classify, choose }
    }

    /// Returns the breaker; with keys, the one that is named like them.
    pub fn breaker(&self) -> &CircuitBreaker
    where
        B: HasBreaker,
    {
        self.choose.breaker()
    }
}

impl<C, B: CanHaveKeys> CircuitBreakerLayer<C, B> {
    /// Has one breaker for each key of the requests, such as their hosts: a [function](super::KeyOfRequest)
    /// of `&Request` whose value is text.
    ///
    /// All have the settings of the layer, and are in its registry: see
    /// [`Registry::get_or_create_keyed`]. If the function panics, the call was not admitted and counts as
    /// nothing.
    pub fn key<K>(self, key: K) -> CircuitBreakerLayer<C, PerKey<K>> {
        let (classify, choose) = (self.classify, self.choose.by_key(key));
        CircuitBreakerLayer { classify, choose }
    }
}

impl<S, C: Clone, B: Clone> Layer<S> for CircuitBreakerLayer<C, B> {
    type Service = CircuitBreakerService<S, C, B>;

    fn layer(&self, inner: S) -> Self::Service {
        CircuitBreakerService::new(inner, self.classify.clone(), self.choose.clone())
    }
}

impl<C, B: HasBreaker> fmt::Debug for CircuitBreakerLayer<C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreakerLayer")
            .field("breaker", self.breaker())
            .finish_non_exhaustive()
    }
}
