//! Which breaker a request goes through, and how its call holds it.

use std::fmt;

use crate::breaker::CircuitBreaker;
use crate::call::{Handle, Owned};
use crate::registry::{KeyedBreakers, Registry, SiteHandle};
use crate::sync::Arc;

/// Chooses the breaker that a request goes through.
///
/// A layer has one of [`Named`], [`InRegistry`], [`Single`] and [`PerKey`]; there are no others.
pub trait ChooseBreaker<Request>: Chooser<Request> {}

impl<Request, B: Chooser<Request>> ChooseBreaker<Request> for B {}

/// What [`ChooseBreaker`] stands for: it has no name outside, so that nobody else can implement it.
pub trait Chooser<Request>: HasBreaker {
    /// How a call holds its breaker.
    type Handle: Handle;

    /// Chooses the one of a request.
    fn choose(&self, request: &Request) -> Self::Handle;
}

/// Has the breaker of the layer's name.
pub trait HasBreaker {
    /// Returns it.
    fn breaker(&self) -> &CircuitBreaker;
}

/// The breaker of a name in the global registry, for every request.
#[derive(Clone, Debug)]
pub struct Named {
    breaker: SiteHandle,
    /// Where it is: the global registry, or that of a test.
    #[cfg(feature = "test-util")]
    registry: Registry,
}

/// The breaker of a name in a registry of one's own, for every request.
#[derive(Clone, Debug)]
pub struct InRegistry {
    breaker: Owned,
    registry: Registry,
}

/// One breaker that was at hand, for every request.
#[derive(Clone, Debug)]
pub struct Single {
    breaker: Owned,
}

/// A breaker for each key of the requests, all under one name.
#[derive(Clone)]
pub struct PerKey<K> {
    keyed: Arc<KeyedBreakers>,
    key: K,
}

#[cfg(feature = "test-util")]
impl Named {
    /// Returns the registry in which a layer looks for its name.
    #[track_caller]
    pub(super) fn registry_for(name: &str) -> Registry {
        let registry = crate::registry::current::registry_for(name);
        registry.unwrap_or_else(|| Registry::global().clone())
    }

    pub(super) fn new(breaker: CircuitBreaker, registry: Registry) -> Self {
        let breaker = Owned(breaker);
        Self { breaker, registry }
    }

    fn registry(&self) -> &Registry {
        &self.registry
    }
}

#[cfg(not(feature = "test-util"))]
impl Named {
    /// Returns the registry in which a layer looks for its name.
    pub(super) fn registry_for(_name: &str) -> &'static Registry {
        Registry::global()
    }

    pub(super) fn new(breaker: CircuitBreaker, _global: &'static Registry) -> Self {
        let breaker = leaked(breaker);
        Self { breaker }
    }

    #[expect(clippy::unused_self, reason = "with `test-util` it may be another one")]
    fn registry(&self) -> &Registry {
        Registry::global()
    }
}

/// Returns a breaker of the global registry for good: there breakers are meant to stay, and one that is
/// removed stays in memory.
#[cfg(not(feature = "test-util"))]
fn leaked(breaker: CircuitBreaker) -> &'static CircuitBreaker {
    use crate::sync::fixed::Mutex;

    /// One for each breaker that was ever asked for.
    static LEAKED: Mutex<Vec<&'static CircuitBreaker>> = Mutex::new(Vec::new());

    let mut leaked = LEAKED.lock();
    let known = leaked.iter().find(|known| known.same_as(&breaker));
    known.copied().unwrap_or_else(|| {
        let breaker: &'static CircuitBreaker = Box::leak(Box::new(breaker));
        leaked.push(breaker);
        breaker
    })
}

impl InRegistry {
    pub(super) fn new(breaker: CircuitBreaker, registry: Registry) -> Self {
        let breaker = Owned(breaker);
        Self { breaker, registry }
    }
}

impl Single {
    pub(super) fn new(breaker: CircuitBreaker) -> Self {
        let breaker = Owned(breaker);
        Self { breaker }
    }
}

/// Can have breakers by key: it knows their registry.
pub trait CanHaveKeys: HasBreaker {
    /// Has one breaker for each key.
    fn by_key<K>(&self, key: K) -> PerKey<K>;
}

impl CanHaveKeys for Named {
    fn by_key<K>(&self, key: K) -> PerKey<K> {
        let keyed = self.registry().keyed_under(&self.breaker);
        PerKey { keyed, key }
    }
}

impl CanHaveKeys for InRegistry {
    fn by_key<K>(&self, key: K) -> PerKey<K> {
        let keyed = self.registry.keyed_under(&self.breaker);
        PerKey { keyed, key }
    }
}

impl HasBreaker for Named {
    fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }
}

impl HasBreaker for InRegistry {
    fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }
}

impl HasBreaker for Single {
    fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }
}

impl<K> HasBreaker for PerKey<K> {
    fn breaker(&self) -> &CircuitBreaker {
        self.keyed.parent()
    }
}

impl<Request> Chooser<Request> for Named {
    type Handle = SiteHandle;

    #[inline]
    fn choose(&self, _: &Request) -> SiteHandle {
        SiteHandle::clone(&self.breaker)
    }
}

impl<Request> Chooser<Request> for InRegistry {
    type Handle = Owned;

    #[inline]
    fn choose(&self, _: &Request) -> Owned {
        self.breaker.clone()
    }
}

impl<Request> Chooser<Request> for Single {
    type Handle = Owned;

    #[inline]
    fn choose(&self, _: &Request) -> Owned {
        self.breaker.clone()
    }
}

impl<Request, K> Chooser<Request> for PerKey<K>
where
    K: for<'a> KeyOfRequest<&'a Request>,
{
    type Handle = Owned;

    fn choose(&self, request: &Request) -> Owned {
        let key = self.key.key_of(request);
        Owned(self.keyed.get_or_make(key.as_ref()))
    }
}

/// Tells the key of a request: a function of the request whose value is text.
///
/// The text may be borrowed from the request. A closure has no words for that, but a function has:
///
/// ```
/// use breaker_runtime::tower::CircuitBreakerLayer;
/// use breaker_runtime::{Config, Registry};
///
/// struct Request {
///     host: String,
/// }
///
/// fn host(request: &Request) -> &str {
///     &request.host
/// }
///
/// let registry = Registry::new();
/// let layer = CircuitBreakerLayer::in_registry(&registry, "fetch", Config::new())?.key(host);
/// # drop(layer);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not tell the key of a request",
    note = "give it a `fn(&Request) -> &str`, or a closure `|request: &Request| …` whose value is a `String`"
)]
pub trait KeyOfRequest<R> {
    /// The key.
    type Key: AsRef<str>;

    /// Returns the key of a request.
    fn key_of(&self, request: R) -> Self::Key;
}

impl<R, K: AsRef<str>, F: Fn(R) -> K> KeyOfRequest<R> for F {
    type Key = K;

    fn key_of(&self, request: R) -> K {
        self(request)
    }
}

impl<K> fmt::Debug for PerKey<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerKey").finish_non_exhaustive()
    }
}
