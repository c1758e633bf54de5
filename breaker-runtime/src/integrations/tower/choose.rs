//! Which breaker a request goes through, and how its call holds it.

use std::fmt;
use std::ops::Deref;

use crate::breaker::CircuitBreaker;
use crate::registry::{Keyed, Registry};
use crate::sync::Arc;
use crate::sync::fixed::Mutex;

/// A breaker in the hands of a layer, a service or a call.
///
/// Each call hands one to its future. A count of handles that all cores write would be what a call costs
/// most, so what is in the global registry is not counted.
#[derive(Clone, Debug)]
pub enum Held {
    /// Of the global registry, where breakers are meant to stay. If it is removed from there it stays
    /// in memory.
    Lasting(&'static CircuitBreaker),
    /// Of another registry, or by key: gone with its last handle.
    Counted(CircuitBreaker),
}

/// One for each breaker of the global registry that was ever in a layer.
static LASTING: Mutex<Vec<&'static CircuitBreaker>> = Mutex::new(Vec::new());

impl Held {
    pub(super) fn new(breaker: CircuitBreaker) -> Self {
        if !Registry::is_in_global(&breaker) {
            return Self::Counted(breaker);
        }
        let mut lasting = LASTING.lock();
        let known = lasting.iter().find(|known| known.same_as(&breaker));
        Self::Lasting(known.copied().unwrap_or_else(|| {
            let breaker: &'static CircuitBreaker = Box::leak(Box::new(breaker));
            lasting.push(breaker);
            breaker
        }))
    }
}

impl Deref for Held {
    type Target = CircuitBreaker;

    #[inline]
    fn deref(&self) -> &CircuitBreaker {
        match self {
            Self::Lasting(breaker) => breaker,
            Self::Counted(breaker) => breaker,
        }
    }
}

/// Chooses the breaker that a request goes through.
///
/// A layer has one of [`Named`], [`Single`] and [`PerKey`]; there are no others.
pub trait ChooseBreaker<Request>: Chooser<Request> {}

impl<Request, B: Chooser<Request>> ChooseBreaker<Request> for B {}

/// What [`ChooseBreaker`] stands for: it has no name outside, so that nobody else can implement it.
pub trait Chooser<Request> {
    /// Chooses one; `named` is the layer's own.
    fn choose(&self, named: &Held, request: &Request) -> Held;
}

/// The breaker of a name, for every request.
#[derive(Clone, Debug)]
pub struct Named {
    /// Where its breakers by key would be; `None` for the global registry.
    pub(super) registry: Option<Registry>,
}

/// One breaker that was at hand, for every request.
#[derive(Clone, Copy, Debug)]
pub struct Single {
    _private: (),
}

/// A breaker for each key of the requests, all under one name.
#[derive(Clone)]
pub struct PerKey<K> {
    keyed: Arc<Keyed>,
    key: K,
}

impl Named {
    pub(super) fn by_key<K>(&self, named: &CircuitBreaker, key: K) -> PerKey<K> {
        let registry = self.registry.as_ref();
        let keyed = registry
            .unwrap_or_else(|| Registry::global())
            .keyed_under(named);
        PerKey { keyed, key }
    }
}

impl Single {
    pub(super) const fn new() -> Self {
        Self { _private: () }
    }
}

impl<Request> Chooser<Request> for Named {
    #[inline]
    fn choose(&self, named: &Held, _: &Request) -> Held {
        named.clone()
    }
}

impl<Request> Chooser<Request> for Single {
    #[inline]
    fn choose(&self, named: &Held, _: &Request) -> Held {
        named.clone()
    }
}

impl<Request, K> Chooser<Request> for PerKey<K>
where
    K: for<'a> KeyOfRequest<&'a Request>,
{
    fn choose(&self, _: &Held, request: &Request) -> Held {
        let key = self.key.key_of(request);
        Held::Counted(self.keyed.get_or_make(key.as_ref()))
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
