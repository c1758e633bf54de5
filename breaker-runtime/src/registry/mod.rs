//! Breakers by name.

mod attach;
mod by_key;
#[cfg(feature = "config")]
mod configured;
#[cfg(not(feature = "config"))]
#[path = "unconfigured.rs"]
mod configured;
mod declared;
mod finding;
mod keyed;
mod steering;
#[cfg(feature = "config")]
mod watch;

use std::collections::hash_map::Entry;
use std::panic::{self, RefUnwindSafe, UnwindSafe};

use once_cell::sync::OnceCell;

#[cfg(feature = "config")]
pub use self::configured::LoadReport;
use self::configured::Plan;
pub use self::declared::Declaration;
use self::declared::declarations;
pub(crate) use self::declared::note as note_declaration;
pub use self::finding::{Finding, UnknownBreaker};
pub(crate) use self::keyed::Keyed;
#[cfg(feature = "config")]
pub use self::watch::ConfigWatch;
use crate::breaker::CircuitBreaker;
use crate::config::{Config, ConfigError, Conflict, Layered, Location, Merged, Source, check_name};
use crate::core::Core;
use crate::event::Listeners;
use crate::name::Name;
use crate::shards::Shards;
use crate::sync::{Arc, Mutex};
use crate::time::{Clock, Time};

/// A set of breakers, by name.
///
/// The [global](Registry::global) one holds the breaker of every annotated function of the program.
/// One's own has its own clock and its own breakers; it is cheap to clone, and every clone is the
/// same registry.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry};
///
/// let registry = Registry::new();
/// registry.get_or_create("mail", Config::new())?;
/// registry.get_or_create("bank", Config::new())?;
///
/// let names: Vec<_> = registry.breakers().iter().map(|b| b.name().to_owned()).collect();
/// assert_eq!(names, ["bank", "mail"]);
/// assert!(registry.get("fax").is_none());
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Registry {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    time: Time,
    listeners: Arc<Listeners>,
    breakers: Shards<Box<str>, Entered>,
    /// Held by whoever changes settings: what was checked is still so when it is put in force.
    changing: Mutex<()>,
    plan: Plan,
}

// As for a breaker: a panic finds and leaves it whole.
impl UnwindSafe for Shared {}
impl RefUnwindSafe for Shared {}

#[derive(Debug)]
struct Entered {
    breaker: CircuitBreaker,
    /// The attributes that stand behind it; one that has any stays.
    declarations: Vec<&'static Declaration>,
    /// Those of its name by key, from when the first key is asked for.
    keyed: Option<Arc<Keyed>>,
}

impl Entered {
    fn knows(&self, declaration: &'static Declaration) -> bool {
        let mut known = self.declarations.iter();
        known.any(|known| std::ptr::eq(*known, declaration))
    }
}

/// So many that two threads seldom share one.
const LOCKS: usize = 128;

static GLOBAL: OnceCell<Registry> = OnceCell::new();

/// Breakers whose attributes disagree, of which nobody has been told yet.
type Disputed = Vec<(CircuitBreaker, Vec<Conflict>)>;

impl Registry {
    /// Returns the registry of the program, which has every declared breaker from the start.
    #[inline]
    pub fn global() -> &'static Self {
        GLOBAL.get().unwrap_or_else(Self::make_global)
    }

    #[cold]
    fn make_global() -> &'static Self {
        let mut disputed = Disputed::new();
        let registry = GLOBAL.get_or_init(|| Self::declared(Time::System, &mut disputed));
        // Only now that it is there: whoever is told may ask for it.
        Self::tell_of(disputed);
        registry
    }

    #[cfg(feature = "test-util")]
    pub(crate) fn is_global(&self) -> bool {
        GLOBAL
            .get()
            .is_some_and(|global| Arc::ptr_eq(&self.shared, &global.shared))
    }

    /// Makes an empty registry with the system's clock.
    #[inline]
    pub fn new() -> Self {
        Self::empty(Time::System)
    }

    /// Makes an empty registry whose breakers live by `clock`.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::empty(Time::Injected(Arc::new(clock)))
    }

    fn empty(time: Time) -> Self {
        Self {
            shared: Arc::new(Shared {
                time,
                listeners: Arc::default(),
                breakers: Shards::new(LOCKS),
                changing: Mutex::default(),
                plan: Plan::new(),
            }),
        }
    }

    /// Makes a registry that has the breaker of every declaration, but for those of functions that
    /// name a registry themselves.
    #[cfg(feature = "test-util")]
    pub(crate) fn with_declared(time: Time) -> Self {
        let mut disputed = Disputed::new();
        let registry = Self::declared(time, &mut disputed);
        Self::tell_of(disputed);
        registry
    }

    fn declared(time: Time, disputed: &mut Disputed) -> Self {
        let registry = Self::empty(time);
        for declaration in declarations() {
            let made = registry.find(declaration).is_some();
            if !declaration.names_registry() && !made {
                let (breaker, conflicts) = registry.enter(declaration);
                if !conflicts.is_empty() {
                    disputed.push((breaker, conflicts));
                }
            }
        }
        registry
    }

    fn tell_of(disputed: Disputed) {
        for (breaker, conflicts) in disputed {
            Core::warn(&breaker, conflicts);
        }
    }

    /// Returns the breaker of that name, if there is one; nothing is made.
    #[inline]
    pub fn get(&self, name: &str) -> Option<CircuitBreaker> {
        let breakers = &self.shared.breakers;
        breakers.get(name, |entered| entered.breaker.clone())
    }

    /// Returns the breaker of that name, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] that names the key: for a value out of its range, for a name that is none,
    /// and for a key that differs from that of the existing breaker, with both places. Nothing is
    /// made or changed then.
    #[track_caller]
    #[inline]
    pub fn get_or_create(&self, name: &str, config: Config) -> Result<CircuitBreaker, ConfigError> {
        let location = Location::of_caller(panic::Location::caller());
        check_name(name)?;
        config.check_values()?;
        let source = Source {
            config,
            location,
            call_timeout: None,
        };
        if let Some(breaker) = self.get(name) {
            return Self::agreed(breaker, &source);
        }
        config.check()?;
        // Made before the lock is taken, as it asks the clock, which is user code.
        let mut merged = Merged::new(name);
        merged.absorb(&source);
        let made = self.make(Name::created(name), merged);
        let breakers = &self.shared.breakers;
        let existing = breakers.write(name, |shard| match shard.entry(name.into()) {
            Entry::Occupied(occupied) => Some(occupied.get().breaker.clone()),
            Entry::Vacant(vacant) => {
                vacant.insert(Entered {
                    breaker: made.clone(),
                    declarations: Vec::new(),
                    keyed: None,
                });
                None
            }
        });
        match existing {
            None => {
                self.plan_for(&made);
                Ok(made)
            }
            Some(breaker) => Self::agreed(breaker, &source),
        }
    }

    #[inline]
    fn agreed(breaker: CircuitBreaker, source: &Source) -> Result<CircuitBreaker, ConfigError> {
        match breaker.core().disagreement(source) {
            None => Ok(breaker),
            Some(conflict) => Err(ConfigError::Conflict(Box::new(conflict))),
        }
    }

    #[inline]
    fn make(&self, name: Name, merged: Merged) -> CircuitBreaker {
        let time = self.shared.time.clone();
        let listeners = Arc::clone(&self.shared.listeners);
        CircuitBreaker::new(Core::new(name, merged, Layered::default(), time, listeners))
    }

    /// Returns all breakers, sorted by name; those of a name by key follow it, sorted by key.
    ///
    /// One that is made or removed meanwhile may or may not be among them.
    #[inline]
    pub fn breakers(&self) -> Vec<CircuitBreaker> {
        let with_keys = self.by_name().into_iter().flat_map(|breaker| {
            let keys = self.keyed_of(&breaker).map(|keyed| keyed.breakers());
            std::iter::once(breaker).chain(keys.unwrap_or_default())
        });
        with_keys.collect()
    }

    /// The same without those by key.
    #[inline]
    fn by_name(&self) -> Vec<CircuitBreaker> {
        let mut breakers = Vec::new();
        let all = &self.shared.breakers;
        all.each(|entered| breakers.push(entered.breaker.clone()));
        breakers.sort_by(|a, b| a.name().cmp(b.name()));
        breakers
    }

    /// Takes a breaker out and returns it; `None` if there is none of that name or an attribute
    /// stands behind it.
    ///
    /// Whoever still holds it can go on using it; under its name a new one can be made.
    #[inline]
    pub fn remove(&self, name: &str) -> Option<CircuitBreaker> {
        self.shared.breakers.write(name, |shard| {
            let removable = shard
                .get(name)
                .is_some_and(|entered| entered.declarations.is_empty());
            let removed = removable.then(|| shard.remove(name)).flatten();
            removed.map(|entered| entered.breaker)
        })
    }
}

impl Default for Registry {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
