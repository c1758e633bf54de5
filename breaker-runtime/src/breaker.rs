//! The circuit breaker.

use std::fmt;

use crate::config::Settings;
use crate::core::Core;
use crate::error::Rejection;
use crate::permit::Permit;
use crate::snapshot::Snapshot;
use crate::state::State;
use crate::sync::{Arc, Weak};

/// A circuit breaker: cheap to clone, every clone is the same breaker.
///
/// It is made by a [`Registry`](crate::Registry), or by the attribute.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{CallError, Config, Registry, State};
///
/// let registry = Registry::new();
/// let payment = registry.get_or_create("payment", Config::new().threshold(2))?;
///
/// for _ in 0..2 {
///     let answer = payment.call(|| Err::<(), _>("connection refused"));
///     assert_eq!(answer, Err(CallError::Inner("connection refused")));
/// }
/// assert_eq!(payment.state(), State::Open);
/// assert!(matches!(payment.call(|| Ok::<_, ()>(1)), Err(CallError::Breaker(_))));
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct CircuitBreaker {
    core: Arc<Core>,
}

impl CircuitBreaker {
    #[inline]
    pub(crate) fn new(core: Core) -> Self {
        Self {
            core: Arc::new(core),
        }
    }

    #[inline]
    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// Whether nobody else holds it.
    #[inline]
    pub(crate) fn is_unshared(&self) -> bool {
        Arc::strong_count(&self.core) == 1
    }

    #[inline]
    pub(crate) fn downgrade(&self) -> WeakBreaker {
        WeakBreaker(Arc::downgrade(&self.core))
    }

    /// Returns the name in the registry.
    #[inline]
    pub fn name(&self) -> &str {
        self.core.name().as_str()
    }

    /// Returns the key, if this is one of several breakers of its name.
    pub fn key(&self) -> Option<&str> {
        self.core.name().key()
    }

    /// Returns the state as callers meet it; a reading, so it notices what time has brought about.
    #[inline]
    pub fn state(&self) -> State {
        Core::state(self)
    }

    /// Takes a look at everything at once; a reading like [`state`](Self::state).
    #[inline]
    pub fn snapshot(&self) -> Snapshot {
        Core::snapshot(self)
    }

    /// Returns the settings in force.
    #[inline]
    pub fn config(&self) -> Settings {
        self.core.settings()
    }

    /// Requests permission to run one call, whose outcome is told to the permit.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] if the circuit does not let the call through; it is counted.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Registry};
    ///
    /// let payment = Registry::new().get_or_create("payment", Config::new())?;
    /// let permit = payment.try_acquire().expect("the circuit is closed");
    /// // … send the request, read the answer …
    /// permit.success();
    /// assert_eq!(payment.snapshot().totals.successes, 1);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[inline]
    pub fn try_acquire(&self) -> Result<Permit, Rejection> {
        let ticket = Core::admit(self)?;
        Ok(Permit::new(self.clone(), self.core.leave(ticket)))
    }

    /// Returns whether both handles are of the same breaker.
    pub fn same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.core, &other.core)
    }
}

/// A breaker that is only there while someone else holds it.
pub(crate) struct WeakBreaker(Weak<Core>);

impl WeakBreaker {
    #[inline]
    pub(crate) fn upgrade(&self) -> Option<CircuitBreaker> {
        self.0.upgrade().map(|core| CircuitBreaker { core })
    }
}

/// Shows the name only: to look at a breaker is no reading.
impl fmt::Debug for CircuitBreaker {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("name", self.core.name())
            .finish_non_exhaustive()
    }
}
