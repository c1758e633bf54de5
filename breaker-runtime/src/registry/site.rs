//! The call site of an annotated function.

use once_cell::race::OnceBox;
use once_cell::sync::OnceCell;

use super::by_name::Registry;
#[cfg(feature = "test-util")]
use super::current;
use super::declaration::Declaration;
use super::keyed::{KeyPin, KeyedBreakers};
use crate::breaker::CircuitBreaker;
use crate::call::{Guard, Owned, RejectedCall, enter};
use crate::sync::fixed::AtomicBool;
use crate::sync::{Arc, Ordering};
use crate::values::Origin;

/// The call site of one annotated function: a `static` in its expansion.
#[derive(Debug)]
pub struct Site {
    declaration: Declaration,
    /// The breaker in the global registry; the first call looks it up.
    breaker: OnceBox<CircuitBreaker>,
    /// The breakers by key in the global registry; the first call with a key looks them up.
    keyed: OnceCell<Arc<KeyedBreakers>>,
    /// Whether the list of declarations is known to contain it.
    known: AtomicBool,
}

/// A call site that the linker collects.
#[derive(Debug)]
pub struct Listed(pub &'static Site);

inventory::collect!(Listed);

/// How a call holds the breaker of its site: breakers of the global registry are never dropped.
#[cfg(not(feature = "test-util"))]
pub type SiteHandle = &'static CircuitBreaker;
/// How a call holds the breaker of its site: the breaker of a test is dropped with its registry.
#[cfg(feature = "test-util")]
pub type SiteHandle = Owned;

impl Site {
    /// Makes the call site of a declaration.
    pub const fn new(declaration: Declaration) -> Self {
        Self {
            declaration,
            breaker: OnceBox::new(),
            keyed: OnceCell::new(),
            known: AtomicBool::new(false),
        }
    }

    /// Marks the site as known; returns whether it was not.
    pub(super) fn mark_known(&self) -> bool {
        !self.known.swap(true, Ordering::Relaxed)
    }

    pub(super) fn is_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    pub(super) fn declaration(&'static self) -> &'static Declaration {
        &self.declaration
    }

    /// Returns the function, file and line to which the calls of this site belong.
    pub fn origin(&'static self) -> Origin {
        let location = self.declaration.location();
        Origin {
            function: Some(self.declaration.function()),
            file: location.file,
            line: location.line,
        }
    }

    /// Requests permission to run one call.
    ///
    /// # Errors
    ///
    /// A [`RejectedCall`] if the circuit does not admit the call.
    #[inline]
    pub fn enter(&'static self) -> Result<Guard<SiteHandle>, RejectedCall<SiteHandle>> {
        enter(self.handle())
    }

    /// Requests permission to run one call through the breaker of this name in `registry`.
    ///
    /// # Errors
    ///
    /// A [`RejectedCall`] if the circuit does not admit the call.
    #[inline]
    pub fn enter_in(
        &'static self,
        registry: &Registry,
    ) -> Result<Guard<Owned>, RejectedCall<Owned>> {
        self.check_strict(registry);
        enter(Owned(registry.attach_site(self)))
    }

    /// Requests permission to run one call through the breaker of this name for `key`.
    ///
    /// # Errors
    ///
    /// A [`RejectedCall`] if the circuit does not admit the call.
    #[inline]
    pub fn enter_keyed(&'static self, key: &str) -> Result<Guard<KeyPin>, RejectedCall<KeyPin>> {
        #[cfg(feature = "test-util")]
        if let Some(registry) = current::registry_for(self.declaration.name()) {
            return enter(registry.attach_keyed(self).pin(key));
        }
        let keyed = self.keyed.get().unwrap_or_else(|| {
            // Outside of the cell, as in `attach`.
            let keyed = Registry::global().attach_keyed(self);
            self.keyed.get_or_init(|| keyed)
        });
        enter(keyed.pin(key))
    }

    /// Requests permission to run one call through the breaker of this name for `key` in `registry`.
    ///
    /// # Errors
    ///
    /// A [`RejectedCall`] if the circuit does not admit the call.
    #[inline]
    pub fn enter_keyed_in(
        &'static self,
        registry: &Registry,
        key: &str,
    ) -> Result<Guard<KeyPin>, RejectedCall<KeyPin>> {
        self.check_strict(registry);
        enter(registry.attach_keyed(self).pin(key))
    }

    /// Panics if a strict test runs and `registry` is the global one.
    #[cfg(feature = "test-util")]
    fn check_strict(&'static self, registry: &Registry) {
        if registry.is_global() {
            current::check_strict(self.declaration.name());
        }
    }

    #[cfg(not(feature = "test-util"))]
    #[expect(clippy::unused_self, reason = "tests need it")]
    fn check_strict(&'static self, _: &Registry) {}

    #[cfg(not(feature = "test-util"))]
    #[inline]
    fn handle(&'static self) -> SiteHandle {
        self.global()
    }

    #[cfg(feature = "test-util")]
    fn handle(&'static self) -> SiteHandle {
        match current::registry_for(self.declaration.name()) {
            Some(registry) => Owned(registry.attach_site(self)),
            None => Owned(self.global().clone()),
        }
    }

    /// Returns the site's breaker in the global registry.
    #[inline]
    fn global(&'static self) -> &'static CircuitBreaker {
        match self.breaker.get() {
            Some(breaker) => breaker,
            None => self.attach(),
        }
    }

    #[cold]
    fn attach(&'static self) -> &'static CircuitBreaker {
        // Outside of the cell: this may notify a listener of a conflict, and the listener may call this function.
        let breaker = Registry::global().attach_site(self);
        self.breaker.get_or_init(|| Box::new(breaker))
    }
}
