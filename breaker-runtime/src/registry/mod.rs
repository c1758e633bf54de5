//! Breakers by name.

#[cfg(feature = "config")]
mod configured;
#[cfg(not(feature = "config"))]
#[path = "unconfigured.rs"]
mod configured;
mod declared;
mod finding;
mod keyed;
#[cfg(feature = "config")]
mod watch;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::panic::{self, RefUnwindSafe, UnwindSafe};

use once_cell::sync::Lazy;

#[cfg(feature = "config")]
pub use self::configured::LoadReport;
use self::configured::Plan;
pub use self::declared::Declaration;
pub(crate) use self::declared::note as note_declaration;
use self::declared::{declarations, declared_conflicts, merged};
pub use self::finding::{Finding, UnknownBreaker};
pub(crate) use self::keyed::Keyed;
#[cfg(feature = "config")]
pub use self::watch::ConfigWatch;
use crate::breaker::CircuitBreaker;
use crate::config::{Around, Config, ConfigError, Location, Merged, Overrides, Source, check_name};
use crate::core::Core;
use crate::event::{Event, Listener, Listeners, Subscription};
use crate::keyed::KeyStats;
use crate::name::Name;
use crate::private::Site;
use crate::snapshot::Snapshot;
use crate::sync::{Arc, Mutex, MutexGuard, PoisonError, ShardedLock, lock};
use crate::time::{Clock, Tick, Time};

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
    /// Looked up by every thread and seldom written: readers on different cores take different locks.
    breakers: ShardedLock<HashMap<Box<str>, Entered>>,
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

/// Held while settings change, by whoever changes them.
struct Changing<'a> {
    now: Tick,
    _alone: MutexGuard<'a, ()>,
}

static GLOBAL: Lazy<Registry> = Lazy::new(|| Registry::with_declared(Time::System));

impl Registry {
    /// Returns the registry of the program, which has every declared breaker from the start.
    pub fn global() -> &'static Self {
        &GLOBAL
    }

    #[cfg(feature = "test-util")]
    pub(crate) fn is_global(&self) -> bool {
        Arc::ptr_eq(&self.shared, &GLOBAL.shared)
    }

    /// Makes an empty registry with the system's clock.
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
                breakers: ShardedLock::new(HashMap::new()),
                changing: Mutex::default(),
                plan: Plan::new(),
            }),
        }
    }

    /// Makes a registry that has the breaker of every declaration, but for those of functions that
    /// name a registry themselves.
    pub(crate) fn with_declared(time: Time) -> Self {
        let registry = Self::empty(time);
        for declaration in declarations() {
            let made = registry.find(declaration).is_some();
            if !declaration.names_registry() && !made {
                registry.attach(declaration);
            }
        }
        registry
    }

    /// Returns the breaker of that name, if there is one; nothing is made.
    pub fn get(&self, name: &str) -> Option<CircuitBreaker> {
        self.read(|breakers| breakers.get(name).map(|entered| entered.breaker.clone()))
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
        let existing = self.write(|breakers| match breakers.entry(name.into()) {
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

    /// Makes the breaker of a declaration out of all declarations of its name, unless there is one.
    fn attach(&self, declaration: &'static Declaration) -> CircuitBreaker {
        let name = declaration.name_ref();
        let (merged, conflicts, declarations) = merged(declaration);
        let made = self.make(Name::Declared(name), merged);
        let (breaker, new) = self.write(|breakers| match breakers.entry((*name).into()) {
            Entry::Occupied(occupied) => (occupied.get().breaker.clone(), false),
            Entry::Vacant(vacant) => {
                vacant.insert(Entered {
                    breaker: made.clone(),
                    declarations,
                    keyed: None,
                });
                (made, true)
            }
        });
        if new {
            self.plan_for(&breaker);
            Core::warn(&breaker, conflicts);
        }
        breaker
    }

    /// Returns the breaker of that name for one key, if there is one; nothing is made.
    pub fn get_keyed(&self, name: &str, key: &str) -> Option<CircuitBreaker> {
        self.keyed(name)?.get(key)
    }

    /// Returns the breaker of that name for one key, and makes it if there is none.
    ///
    /// All keys of a name have the same settings, those of [`get`](Self::get) with that name. There are
    /// at most `max_keys`: beyond them a breaker is given up that is closed, holds no failure in its
    /// counts, is in nobody's hands, and was not used lately. If there is none, the one that is
    /// returned is in no list: it is gone with its last handle. A key that is empty or longer than 256
    /// characters is cut, and ends in a hash.
    ///
    /// It is meant for one call: while the name's own breaker is overridden, that one is returned, so that
    /// the override holds for every key. To steer one key there is [`get_keyed`](Self::get_keyed).
    ///
    /// # Errors
    ///
    /// Those of [`get_or_create`](Self::get_or_create).
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, Registry, State};
    ///
    /// let registry = Registry::new();
    /// let sick = registry.get_or_create_keyed("fetch", "sick.example", Config::new())?;
    /// let well = registry.get_or_create_keyed("fetch", "well.example", Config::new())?;
    /// sick.trip();
    /// assert_eq!(well.state(), State::Closed);
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[track_caller]
    #[inline]
    pub fn get_or_create_keyed(
        &self,
        name: &str,
        key: &str,
        config: Config,
    ) -> Result<CircuitBreaker, ConfigError> {
        let parent = self.get_or_create(name, config)?;
        Ok(self.keyed_under(&parent).get_or_make(key))
    }

    /// Takes a look at the breakers of all keys of a name together, if it has any; a reading, so it
    /// notices what time has brought about, and gives up those that are idle.
    pub fn key_stats(&self, name: &str) -> Option<KeyStats> {
        Some(self.keyed(name)?.stats())
    }

    fn keyed(&self, name: &str) -> Option<Arc<Keyed>> {
        self.read(|breakers| breakers.get(name)?.keyed.clone())
    }

    /// Returns the breakers by key that are copies of this one.
    pub(crate) fn keyed_under(&self, parent: &CircuitBreaker) -> Arc<Keyed> {
        self.keyed(parent.name()).unwrap_or_else(|| {
            let made = || Arc::new(Keyed::new(parent.clone()));
            self.write(|breakers| match breakers.get_mut(parent.name()) {
                Some(entered) if entered.breaker.same_as(parent) => {
                    Arc::clone(entered.keyed.get_or_insert_with(made))
                }
                // It was removed meanwhile, and another one may have its name.
                _ => made(),
            })
        })
    }

    /// Returns the breakers by key of a call site.
    pub(crate) fn attach_keyed(&self, site: &'static Site) -> Arc<Keyed> {
        self.keyed_under(&self.attach_site(site))
    }

    /// Returns the breaker of a call site. Its call may be the first that is known of it, as some
    /// linkers drop the list of declarations; and its breaker may have been made by hand before.
    pub(crate) fn attach_site(&self, site: &'static Site) -> CircuitBreaker {
        let declaration = site.declaration();
        if !site.is_noted() {
            note_declaration(site);
        }
        let (breaker, known) = self
            .find(declaration)
            .unwrap_or_else(|| (self.attach(declaration), false));
        if !known && self.know(declaration) {
            Core::note_declaration(&breaker, &declaration.source());
        }
        breaker
    }

    /// Returns the breaker of a declared name, and whether this declaration is known to stand behind
    /// it; each call of a function that names its registry asks this.
    fn find(&self, declaration: &'static Declaration) -> Option<(CircuitBreaker, bool)> {
        self.read(|breakers| {
            let entered = breakers.get(declaration.name())?;
            Some((entered.breaker.clone(), entered.knows(declaration)))
        })
    }

    /// Puts a declaration behind its breaker; returns whether it was not there.
    fn know(&self, declaration: &'static Declaration) -> bool {
        self.write(|breakers| match breakers.get_mut(declaration.name()) {
            Some(entered) if !entered.knows(declaration) => {
                entered.declarations.push(declaration);
                true
            }
            _ => false,
        })
    }

    fn make(&self, name: Name, merged: Merged) -> CircuitBreaker {
        let time = self.shared.time.clone();
        let listeners = Arc::clone(&self.shared.listeners);
        CircuitBreaker::new(Core::new(name, merged, Around::default(), time, listeners))
    }

    /// Returns all breakers, sorted by name; those of a name by key follow it, sorted by key.
    #[inline]
    pub fn breakers(&self) -> Vec<CircuitBreaker> {
        let with_keys = self.by_name().into_iter().flat_map(|breaker| {
            let keys = self.keyed(breaker.name()).map(|keyed| keyed.breakers());
            std::iter::once(breaker).chain(keys.unwrap_or_default())
        });
        with_keys.collect()
    }

    /// The same without those by key.
    fn by_name(&self) -> Vec<CircuitBreaker> {
        let all = |breakers: &HashMap<_, Entered>| {
            let handles = breakers.values().map(|entered| entered.breaker.clone());
            handles.collect::<Vec<_>>()
        };
        let mut breakers = self.read(all);
        breakers.sort_by(|a, b| a.name().cmp(b.name()));
        breakers
    }

    /// Takes a look at every breaker, sorted by name; a reading, so it notices what time has
    /// brought about.
    #[inline]
    pub fn snapshot(&self) -> Vec<Snapshot> {
        let breakers = self.breakers();
        breakers.iter().map(CircuitBreaker::snapshot).collect()
    }

    /// [Resets](CircuitBreaker::reset) every breaker.
    #[inline]
    pub fn reset_all(&self) {
        for breaker in self.breakers() {
            breaker.reset();
        }
    }

    /// Takes a breaker out and returns it; `None` if there is none of that name or an attribute
    /// stands behind it.
    ///
    /// Whoever still holds it can go on using it; under its name a new one can be made.
    #[inline]
    pub fn remove(&self, name: &str) -> Option<CircuitBreaker> {
        self.write(|breakers| {
            let removable = breakers
                .get(name)
                .is_some_and(|entered| entered.declarations.is_empty());
            let removed = removable.then(|| breakers.remove(name)).flatten();
            removed.map(|entered| entered.breaker)
        })
    }

    /// Tells `listener` of everything that happens to the breakers of this registry from now on,
    /// and of conflicts that nobody has heard of yet.
    ///
    /// Events are told outside of every lock, after the new state is visible, one at a time and in
    /// order for each breaker. A listener may call anything. One that panics is caught and counted
    /// and harms no call; one that blocks delays the one call that delivers.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, EventKind, Registry};
    ///
    /// let registry = Registry::new();
    /// registry.subscribe(|event| {
    ///     if let EventKind::Transition(transition) = event.kind() {
    ///         println!("{}: {}", event.breaker().name(), transition.to);
    ///     }
    /// });
    /// registry.get_or_create("payment", Config::new())?.trip();
    /// # Ok::<(), breaker_runtime::ConfigError>(())
    /// ```
    #[inline]
    pub fn subscribe(&self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Subscription {
        let listener: Arc<Listener> = Arc::new(listener);
        let (subscription, unheard) = self.shared.listeners.add(&listener);
        Core::tell_again(unheard);
        subscription
    }

    /// Returns how many times a listener of this registry has panicked.
    pub fn listener_panics(&self) -> u64 {
        self.shared.listeners.panics()
    }

    /// Puts settings over those of a breaker while it runs.
    ///
    /// They hold from the next decision on. State, generation and a running open period stay as
    /// they are; keys that are `None` keep what is in force.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] for a name that the registry does not have or a value that is wrong, alone
    /// or together with those in force; nothing is changed then.
    #[inline]
    pub fn configure(&self, name: &str, overrides: Overrides) -> Result<(), ConfigError> {
        let Some(breaker) = self.get(name) else {
            return Err(ConfigError::Unknown {
                name: name.to_owned(),
            });
        };
        let overrides = Config::from(&overrides);
        let changing = self.changing();
        self.surround(&changing, &breaker, |around| {
            let before = around.runtime.take().unwrap_or_default();
            around.runtime = Some(Box::new(before.overlaid(&overrides)));
        })
    }

    /// Begins a change of settings.
    fn changing(&self) -> Changing<'_> {
        // Before the lock is taken, as the clock is user code.
        let now = self.shared.time.now();
        Changing {
            now,
            _alone: lock(&self.shared.changing),
        }
    }

    /// Changes what lies around the declarations of a breaker, and of those by key of its name.
    fn surround(
        &self,
        changing: &Changing<'_>,
        breaker: &CircuitBreaker,
        change: impl Fn(&mut Around),
    ) -> Result<(), ConfigError> {
        breaker.core().surround(changing.now, &change)?;
        // The breaker itself comes first: a key that is entered after this look copies it.
        let keyed = self.keyed(breaker.name());
        for breaker in keyed.iter().flat_map(|keyed| keyed.breakers()) {
            breaker.core().surround(changing.now, &change)?;
        }
        Ok(())
    }

    /// Takes back what [`configure`](Self::configure) has put over the settings of a breaker.
    ///
    /// # Errors
    ///
    /// A [`ConfigError`] for a name that the registry does not have, and where a file that was loaded
    /// meanwhile cannot be met without what was configured; nothing is changed then.
    #[inline]
    pub fn unconfigure(&self, name: &str) -> Result<(), ConfigError> {
        let Some(breaker) = self.get(name) else {
            return Err(ConfigError::Unknown {
                name: name.to_owned(),
            });
        };
        let changing = self.changing();
        self.surround(&changing, &breaker, |around| around.runtime = None)
    }

    /// Returns every attribute of the program, whether or not its function has been called, ordered
    /// by crate, file, line and column.
    #[inline]
    pub fn declarations(&self) -> Vec<&'static Declaration> {
        declarations()
    }

    /// Returns all places that disagree about a breaker, and settings that were loaded for breakers
    /// that there are not; an empty list is what a test wants.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    ///
    /// assert_eq!(Registry::global().verify(), []);
    /// ```
    #[inline]
    pub fn verify(&self) -> Vec<Finding> {
        let conflicts = declared_conflicts().into_iter().map(Finding::Conflict);
        let unknown = self.unknown_breakers().into_iter();
        conflicts
            .chain(unknown.map(Finding::UnknownBreaker))
            .collect()
    }

    fn read<R>(&self, read: impl FnOnce(&HashMap<Box<str>, Entered>) -> R) -> R {
        let breakers = self.shared.breakers.read();
        read(&breakers.unwrap_or_else(PoisonError::into_inner))
    }

    fn write<R>(&self, write: impl FnOnce(&mut HashMap<Box<str>, Entered>) -> R) -> R {
        let breakers = self.shared.breakers.write();
        write(&mut breakers.unwrap_or_else(PoisonError::into_inner))
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
