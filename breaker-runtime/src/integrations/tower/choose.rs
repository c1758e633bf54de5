//! The breaker of a request, and how the call holds it.

use std::fmt;

use crate::breaker::CircuitBreaker;
use crate::call::{Handle, Owned};
use crate::registry::{KeyPin, KeyedBreakers, Registry, SiteHandle};
use crate::sync::Arc;
use crate::values::RejectionReason;

/// Chooses the breaker that a request goes through.
///
/// [`Named`], [`InRegistry`], [`Single`] and [`PerKey`] implement it; no other type can.
pub trait ChooseBreaker<Request>: Chooser<Request> {}

impl<Request, B: Chooser<Request>> ChooseBreaker<Request> for B {}

/// The methods of [`ChooseBreaker`]; other crates cannot name this trait, so they cannot implement it.
pub trait Chooser<Request>: HasBreaker {
    /// The handle that a call holds.
    type Handle: Handle;

    /// Returns the breaker of a request.
    fn choose(&self, request: &Request) -> Self::Handle;
}

/// Has a breaker for the name of the layer.
pub trait HasBreaker {
    /// Returns the breaker of the name.
    fn breaker(&self) -> &CircuitBreaker;

    /// Returns why the breaker would reject any next call, or `None` if it might admit one.
    fn rejects_all(&self) -> Option<RejectionReason> {
        Some(self.breaker().next_rejection()?.reason)
    }

    /// Returns whether the breaker has no place for another call.
    #[cfg(feature = "tokio")]
    fn is_full(&self) -> bool {
        self.breaker().is_full()
    }

    /// Notices calls that have become slow, and then returns what [`rejects_all`](Self::rejects_all) returns.
    fn rejects_all_now(&self) -> Option<RejectionReason> {
        self.breaker().advance();
        self.rejects_all()
    }
}

/// Uses one breaker of the global registry for every request.
#[derive(Clone, Debug)]
pub struct Named {
    breaker: SiteHandle,
    /// The global registry, or the registry of a test.
    #[cfg(feature = "test-util")]
    registry: Registry,
}

/// Uses one breaker of a given registry for every request.
#[derive(Clone, Debug)]
pub struct InRegistry {
    breaker: Owned,
    registry: Registry,
}

/// Uses one given breaker for every request.
#[derive(Clone, Debug)]
pub struct Single {
    breaker: Owned,
}

/// Uses one breaker for each key, all under one name.
#[derive(Clone)]
pub struct PerKey<K> {
    keyed: Arc<KeyedBreakers>,
    key: K,
}

#[cfg(feature = "test-util")]
impl Named {
    /// Returns the registry in which a new layer finds its breaker.
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
    /// Returns the registry in which a new layer finds its breaker.
    pub(super) fn registry_for(_name: &str) -> &'static Registry {
        Registry::global()
    }

    pub(super) fn new(breaker: CircuitBreaker, _global: &'static Registry) -> Self {
        let breaker = leaked(breaker);
        Self { breaker }
    }

    #[expect(
        clippy::unused_self,
        reason = "with `test-util` it may be another registry"
    )]
    fn registry(&self) -> &Registry {
        Registry::global()
    }
}

/// Leaks a breaker of the global registry, once.
///
/// Breakers there are meant to stay; one that is removed stays in memory.
#[cfg(not(feature = "test-util"))]
fn leaked(breaker: CircuitBreaker) -> &'static CircuitBreaker {
    use std::collections::HashMap;

    use once_cell::sync::Lazy;

    use crate::sync::fixed::Mutex;

    /// Every breaker that was leaked so far, by its address. A leaked breaker keeps its address.
    static LEAKED: Lazy<Mutex<HashMap<usize, &'static CircuitBreaker>>> =
        Lazy::new(|| Mutex::new(HashMap::new()));

    let address = std::ptr::from_ref(breaker.shared()).addr();
    LEAKED
        .lock()
        .entry(address)
        .or_insert_with(|| Box::leak(Box::new(breaker)))
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

/// Can have breakers by key, because it knows the registry.
pub trait CanHaveKeys: HasBreaker {
    /// Uses one breaker for each key from now on.
    fn by_key<K>(&self, key: K) -> PerKey<K>;
}

impl CanHaveKeys for Named {
    fn by_key<K>(&self, key: K) -> PerKey<K> {
        let keyed = self.registry().keyed_under(self.breaker());
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
    #[cfg_attr(
        not(feature = "test-util"),
        expect(
            clippy::needless_borrow,
            reason = "with `test-util` the handle is no reference"
        )
    )]
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

    /// The key of the next request is not known yet, so only an override of the name rejects every call.
    fn rejects_all(&self) -> Option<RejectionReason> {
        let rejected = self.breaker().next_rejection()?;
        Some(rejected.reason).filter(|reason| *reason == RejectionReason::Forced)
    }

    /// Each key has its own places.
    #[cfg(feature = "tokio")]
    fn is_full(&self) -> bool {
        false
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
    type Handle = KeyPin;

    fn choose(&self, request: &Request) -> KeyPin {
        let key = self.key.key_of(request);
        self.keyed.pin(key.as_ref())
    }
}

/// A function that returns the key of a request as text.
///
/// The text may borrow from the request. The type of a closure cannot express that, but the type of a function can:
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
    message = "`{Self}` cannot return the key of a request",
    note = "write a `fn(&Request) -> &str`, or a closure `|request: &Request| …` that returns a `String`"
)]
pub trait KeyOfRequest<R> {
    /// The type of the key.
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
