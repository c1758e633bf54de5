//! The Tower layer.

use std::error::Error;
use std::fmt;
use std::panic::Location;

use tower_layer::Layer;

use super::choose::{CanHaveKeys, HasBreaker, InRegistry, Named, PerKey, Single};
use super::classify::{ByResult, IgnoreErrors, WithCause, WithHint};
use super::service::CircuitBreakerService;
use super::while_open::WhileOpen;
use crate::breaker::CircuitBreaker;
use crate::config::{Config, ConfigError};
use crate::registry::Registry;

/// Puts services behind a circuit breaker, which they share.
///
/// # Examples
///
/// One breaker for each host, and a classifier that judges the status of an answer:
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
///     fetch.clone().oneshot(Request { host }).await.expect("the circuit is closed");
/// }
/// assert_eq!(registry.get_keyed("fetch", "sick.example").unwrap().state(), State::Open);
/// assert_eq!(registry.get_keyed("fetch", "well.example").unwrap().state(), State::Closed);
/// # Ok(())
/// # }
/// ```
#[doc(alias = "middleware")]
#[must_use = "a layer does nothing until it is applied to a service"]
#[derive(Clone)]
pub struct CircuitBreakerLayer<C = ByResult, B = Named> {
    classify: C,
    choose: B,
    while_open: WhileOpen,
}

impl CircuitBreakerLayer {
    /// Makes a layer with the breaker named `name` in the global registry, and makes the breaker if it does not exist.
    ///
    /// With the feature `test-util`, a layer that is made while a `TestRegistry` is entered uses the breaker of that
    /// registry.
    ///
    /// A breaker that such a layer has used stays in memory until the program ends, even after it is
    /// [removed](Registry::remove), so that calls need no reference count. For names that come and go, use
    /// [`in_registry`](Self::in_registry).
    ///
    /// # Errors
    ///
    /// The errors of [`Registry::get_or_create`]: for a value out of range, for an invalid name, and for a setting that
    /// differs from that of the existing breaker.
    ///
    /// # Panics
    ///
    /// With the feature `test-util`, if a `TestRegistry` is strict and none is entered on this thread.
    #[track_caller]
    pub fn new(name: &str, config: Config) -> Result<Self, ConfigError> {
        let registry = Named::registry_for(name);
        let breaker = registry.get_or_create(name, config)?;
        Ok(Self::by_result(Named::new(breaker, registry)))
    }
}

impl CircuitBreakerLayer<ByResult, InRegistry> {
    /// Makes a layer with the breaker named `name` in `registry`, and makes the breaker if it does not exist.
    ///
    /// # Errors
    ///
    /// The errors of [`Registry::get_or_create`].
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

/// Makes a layer with an existing breaker, such as that of an annotated function.
///
/// The layer does not know the registry of the breaker, so it cannot have [keys](CircuitBreakerLayer::key).
impl From<CircuitBreaker> for CircuitBreakerLayer<ByResult, Single> {
    fn from(breaker: CircuitBreaker) -> Self {
        Self::by_result(Single::new(breaker))
    }
}

impl<B> CircuitBreakerLayer<ByResult, B> {
    fn by_result(choose: B) -> Self {
        Self {
            classify: ByResult,
            choose,
            while_open: WhileOpen::Ready,
        }
    }
}

impl<C, B> CircuitBreakerLayer<C, B> {
    /// Sets the [classifier](super::Classify), such as a closure that takes a `Result<&Response, &Error>`.
    ///
    /// It replaces the classifier before it, with what [`ignore_errors`](Self::ignore_errors) and [`hint`](Self::hint)
    /// have added to that.
    ///
    /// By default, an `Ok` is a success, and an `Err` is a failure unless it is the error of another breaker: see
    /// [`ByResult`].
    pub fn classify<D>(self, classify: D) -> CircuitBreakerLayer<D, B> {
        self.change_classifier(|_| classify)
    }

    /// Classifies HTTP responses by status and respects `Retry-After`: see [`HttpClassifier`](super::HttpClassifier).
    ///
    /// It replaces the classifier before it, as [`classify`](Self::classify) does.
    #[cfg(feature = "http")]
    pub fn http(self) -> CircuitBreakerLayer<super::http::HttpClassifier, B> {
        self.classify(super::http::HttpClassifier)
    }

    /// Classifies gRPC responses by their status: see [`GrpcClassifier`](super::GrpcClassifier).
    ///
    /// It replaces the classifier before it, as [`classify`](Self::classify) does.
    #[cfg(feature = "http")]
    pub fn grpc(self) -> CircuitBreakerLayer<super::grpc::GrpcClassifier, B> {
        self.classify(super::grpc::GrpcClassifier)
    }

    /// Ignores every error that is a `T` or holds one, where [`ByResult`] would find the error of a breaker.
    ///
    /// Use it for errors that say nothing about the dependency, such as the error of an inner layer that sheds load. It
    /// extends the classifier, so call it after [`classify`](Self::classify) or [`http`](Self::http), which replace the
    /// classifier.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::tower::CircuitBreakerLayer;
    /// use breaker_runtime::{Config, Registry};
    /// use tower::load_shed::error::Overloaded;
    ///
    /// let registry = Registry::new();
    /// let layer = CircuitBreakerLayer::in_registry(&registry, "search", Config::new())?
    ///     .ignore_errors::<Overloaded>();
    /// # drop(layer);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[doc(alias = "load_shed")]
    pub fn ignore_errors<T: Error + 'static>(self) -> CircuitBreakerLayer<IgnoreErrors<C, T>, B> {
        self.change_classifier(IgnoreErrors::new)
    }

    /// Sets the function that returns how long the answer of a failed call asks not to be called again: it takes a
    /// `Result<&Response, &Error>` and returns an `Option<Duration>`.
    ///
    /// It replaces the hint of the classifier, so call it after [`classify`](Self::classify).
    pub fn hint<H>(self, hint: H) -> CircuitBreakerLayer<WithHint<C, H>, B> {
        self.change_classifier(|classify| WithHint { classify, hint })
    }

    /// Sets the function that describes the cause of an opening.
    ///
    /// The function takes the `Result<&Response, &Error>` of a failed call, and returns text or another value with
    /// `Display`. It is called only for a failed call that has opened the circuit, and outside of every lock; see
    /// [`Cause`](crate::Cause). It replaces the cause of the classifier, so set it after [`classify`](Self::classify).
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::tower::CircuitBreakerLayer;
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let registry = Registry::new();
    /// let layer = CircuitBreakerLayer::in_registry(&registry, "search", Config::new())?
    ///     .cause(|answer: Result<&String, &std::io::Error>| match answer {
    ///         Ok(answer) => answer.clone(),
    ///         Err(error) => error.to_string(),
    ///     });
    /// # drop(layer);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[track_caller]
    pub fn cause<F>(self, cause: F) -> CircuitBreakerLayer<WithCause<C, F>, B> {
        let added_at = Location::caller();
        self.change_classifier(|classify| WithCause {
            classify,
            cause,
            added_at,
        })
    }

    fn change_classifier<D>(self, change: impl FnOnce(C) -> D) -> CircuitBreakerLayer<D, B> {
        CircuitBreakerLayer {
            classify: change(self.classify),
            choose: self.choose,
            while_open: self.while_open,
        }
    }

    /// Makes `poll_ready` pending while the circuit rejects every call, instead of ready. Needs the feature `tokio`.
    ///
    /// Use it inside of a load balancer. A service that is always ready and fails at once looks like the best one to a
    /// balancer; one that is pending gets no requests. `poll_ready` is pending until the circuit may admit a call, and a
    /// reset is noticed immediately: see [`CircuitBreaker::ready`]. A service that was ready becomes pending when the
    /// circuit opens, which the balancers of `tower` allow.
    ///
    /// It is pending too while `max_in_flight` calls are in flight, until one of them ends. With [keys](Self::key) it is
    /// pending only while the name itself is forced open.
    ///
    /// Without a balancer, callers would wait instead of getting their rejections.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(feature = "tokio")]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), breaker_runtime::ConfigError> {
    /// use breaker_runtime::tower::CircuitBreakerLayer;
    /// use breaker_runtime::{Config, Registry};
    /// use tower::{Layer, ServiceExt, service_fn};
    ///
    /// let registry = Registry::new();
    /// let layer = CircuitBreakerLayer::in_registry(&registry, "replica-1", Config::new())?
    ///     .pending_while_open();
    /// let replica = layer.layer(service_fn(async |id: u32| Ok::<u32, std::io::Error>(id)));
    ///
    /// registry.get("replica-1").unwrap().trip();
    /// let reset = async { registry.get("replica-1").unwrap().reset() };
    /// let (answer, ()) = tokio::join!(replica.oneshot(7), reset);
    /// assert_eq!(answer.ok(), Some(7)); // it has waited for the reset
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "tokio"))]
    /// # fn main() {}
    /// ```
    #[cfg(feature = "tokio")]
    pub fn pending_while_open(self) -> Self {
        let while_open = WhileOpen::pending();
        Self { while_open, ..self }
    }

    /// Returns the breaker; with keys, the breaker of the name, which has no key.
    pub fn breaker(&self) -> &CircuitBreaker
    where
        B: HasBreaker,
    {
        self.choose.breaker()
    }
}

impl<C, B: CanHaveKeys> CircuitBreakerLayer<C, B> {
    /// Uses one breaker for each key of the requests, such as the host.
    ///
    /// `key` is a [function](super::KeyOfRequest) that takes `&Request` and returns text. All breakers have the
    /// settings of the layer and are in its registry: see [`Registry::get_or_create_keyed`]. If the function panics,
    /// the call was not admitted and is not counted.
    pub fn key<K>(self, key: K) -> CircuitBreakerLayer<C, PerKey<K>> {
        CircuitBreakerLayer {
            classify: self.classify,
            choose: self.choose.by_key(key),
            while_open: self.while_open,
        }
    }
}

impl<S, C: Clone, B: Clone> Layer<S> for CircuitBreakerLayer<C, B> {
    type Service = CircuitBreakerService<S, C, B>;

    fn layer(&self, inner: S) -> Self::Service {
        let (classify, choose) = (self.classify.clone(), self.choose.clone());
        CircuitBreakerService::new(inner, classify, choose, self.while_open.clone())
    }
}

impl<C, B: HasBreaker> fmt::Debug for CircuitBreakerLayer<C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreakerLayer")
            .field("breaker", self.breaker())
            .finish_non_exhaustive()
    }
}
