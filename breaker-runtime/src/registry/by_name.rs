//! The registry, which holds breakers by name.

#[cfg(feature = "metrics")]
use std::any::Any;
use std::collections::hash_map::Entry;
use std::panic::{self, RefUnwindSafe, UnwindSafe};

use once_cell::sync::OnceCell;

use super::declaration::Declaration;
use super::finding::SimilarNames;
use super::keyed::KeyedBreakers;
#[cfg(feature = "config")]
use super::load_report::LastLoad;
#[cfg(feature = "config")]
use super::loaded::CurrentSettings;
use super::memo::Memo;
#[cfg(feature = "tokio")]
use super::probed::Probed;
use super::sharded_map::ShardedMap;
use crate::breaker::{CircuitBreaker, RegistryLink, sort_by_name};
use crate::config::{Config, ConfigError, Layered, Location, Merged, Source, check_name};
use crate::sync::{Arc, Mutex};
use crate::time::{Clock, Time};
use crate::values::BreakerName;

/// A set of breakers, by name.
///
/// The [global](Registry::global) registry holds the breakers of the program's annotated functions. A registry that
/// you make has a separate clock and separate breakers. Handles are cheap to clone, and every clone is the same
/// registry.
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
    pub(super) inner: Arc<RegistryInner>,
}

#[derive(Debug)]
pub(super) struct RegistryInner {
    pub(super) time: Time,
    pub(super) link: Arc<RegistryLink>,
    pub(super) breakers: ShardedMap<Box<str>, RegistryEntry>,
    #[cfg(feature = "tokio")]
    pub(super) probed: Probed,
    /// Held while settings change, so that what was checked is still true when it is put in force.
    pub(super) changing: Mutex<()>,
    /// Comparing all names takes a while, and a page may ask for the findings each second.
    pub(super) similar_names: Memo<Vec<SimilarNames>>,
    #[cfg(feature = "config")]
    pub(super) loaded: CurrentSettings,
    #[cfg(feature = "config")]
    pub(super) last_load: LastLoad,
    /// What `metrics::publish` remembers of this registry.
    #[cfg(feature = "metrics")]
    pub(super) published: OnceCell<Arc<dyn Any + Send + Sync>>,
}

// A panic does not leave a registry half changed, because no user code runs under its locks.
impl UnwindSafe for RegistryInner {}
impl RefUnwindSafe for RegistryInner {}

/// One breaker of a registry.
#[derive(Debug)]
pub(super) struct RegistryEntry {
    pub(super) breaker: CircuitBreaker,
    /// The attributes that declare it; a breaker that has any cannot be removed.
    pub(super) declarations: Vec<&'static Declaration>,
    /// The breakers of this name by key; made when the first key is requested.
    pub(super) keyed: Option<Arc<KeyedBreakers>>,
}

impl RegistryEntry {
    pub(super) fn has_declaration(&self, declaration: &'static Declaration) -> bool {
        let mut known = self.declarations.iter();
        known.any(|known| std::ptr::eq(*known, declaration))
    }
}

/// The number of locks: threads that use different names seldom contend.
const LOCKS: usize = 128;

static GLOBAL: OnceCell<Registry> = OnceCell::new();

impl Registry {
    /// Returns the registry of the program.
    ///
    /// The first use makes it. From then on it holds the breaker of every declaration that the linker kept. Functions
    /// with the setting `registry` have their breakers elsewhere. Breakers by key, breakers of layers and breakers made
    /// by [`get_or_create`](Self::get_or_create) are added later.
    #[inline]
    pub fn global() -> &'static Self {
        GLOBAL.get().unwrap_or_else(Self::make_global)
    }

    #[cold]
    fn make_global() -> &'static Self {
        let mut conflicts = Vec::new();
        let registry = GLOBAL.get_or_init(|| Self::declared(Time::System, &mut conflicts));
        // Announced when the registry is in place, because listeners may use it.
        Self::announce_all(conflicts);
        registry
    }

    #[cfg(feature = "test-util")]
    pub(super) fn is_global(&self) -> bool {
        GLOBAL
            .get()
            .is_some_and(|global| Arc::ptr_eq(&self.inner, &global.inner))
    }

    /// Makes an empty registry that uses the system's clock.
    pub fn new() -> Self {
        Self::empty(Time::System)
    }

    /// Makes an empty registry whose breakers use `clock`.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::empty(Time::Injected(Arc::new(clock)))
    }

    pub(super) fn empty(time: Time) -> Self {
        Self {
            inner: Arc::new(RegistryInner {
                time,
                link: Arc::default(),
                breakers: ShardedMap::new(LOCKS),
                #[cfg(feature = "tokio")]
                probed: Probed::default(),
                changing: Mutex::default(),
                similar_names: Memo::default(),
                #[cfg(feature = "config")]
                loaded: CurrentSettings::new(),
                #[cfg(feature = "config")]
                last_load: LastLoad::default(),
                #[cfg(feature = "metrics")]
                published: OnceCell::new(),
            }),
        }
    }

    /// Returns the breaker named `name`, or `None` if it does not exist.
    pub fn get(&self, name: &str) -> Option<CircuitBreaker> {
        let breakers = &self.inner.breakers;
        breakers.get(name, |entry| entry.breaker.clone())
    }

    /// Returns the breaker named `name`, and makes it if it does not exist.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] for a value out of range, for an invalid name, and for a setting that differs from that of
    /// the existing breaker; the error names the setting and both places. Nothing is made or changed then.
    #[track_caller]
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
        // Made before the lock is taken, because it reads the clock, which may be user code.
        let mut merged = Merged::new(name);
        merged.absorb(&source);
        let made = self.make(BreakerName::created(name), merged);
        let breakers = &self.inner.breakers;
        let existing = breakers.write(name, |shard| match shard.entry(name.into()) {
            Entry::Occupied(occupied) => Some(occupied.get().breaker.clone()),
            Entry::Vacant(vacant) => {
                vacant.insert(RegistryEntry {
                    breaker: made.clone(),
                    declarations: Vec::new(),
                    keyed: None,
                });
                None
            }
        });
        match existing {
            None => {
                #[cfg(feature = "config")]
                self.apply_loaded(&made);
                // A recorder may have started before the insertion.
                #[cfg(feature = "rehearsal")]
                made.record();
                Ok(made)
            }
            Some(breaker) => Self::agreed(breaker, &source),
        }
    }

    fn agreed(breaker: CircuitBreaker, source: &Source) -> Result<CircuitBreaker, ConfigError> {
        match breaker.shared().disagreement(source) {
            None => Ok(breaker),
            Some(conflict) => Err(ConfigError::Conflict(Box::new(conflict))),
        }
    }

    pub(super) fn make(&self, name: BreakerName, merged: Merged) -> CircuitBreaker {
        let time = self.inner.time.clone();
        let link = Arc::clone(&self.inner.link);
        CircuitBreaker::new(name, merged, Layered::default(), time, link, None)
    }

    /// Returns all breakers, sorted by name. The breakers of a name by key follow it, sorted by key.
    ///
    /// Breakers that are made or removed concurrently may be included or missing.
    pub fn breakers(&self) -> Vec<CircuitBreaker> {
        let mut breakers = Vec::new();
        self.each(|breaker| breakers.push(breaker.clone()));
        breakers
    }

    /// Returns all breakers without a key, sorted by name.
    pub(crate) fn by_name(&self) -> Vec<CircuitBreaker> {
        let mut breakers = Vec::new();
        let all = &self.inner.breakers;
        all.each(|entry| breakers.push(entry.breaker.clone()));
        sort_by_name(&mut breakers);
        breakers
    }

    /// Removes a breaker and returns it.
    ///
    /// Returns `None` if the breaker does not exist or if an attribute declares it. The handles of a removed breaker
    /// continue to work, and a new breaker can be made under its name.
    pub fn remove(&self, name: &str) -> Option<CircuitBreaker> {
        self.inner.breakers.write(name, |shard| {
            let removable = shard
                .get(name)
                .is_some_and(|entry| entry.declarations.is_empty());
            let removed = removable.then(|| shard.remove(name)).flatten();
            removed.map(|entry| entry.breaker)
        })
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}
