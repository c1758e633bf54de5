//! How a registry joins a fleet.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::thread;

use tokio::runtime::{Builder, Handle};

use super::core::Core;
use super::error::JoinError;
use super::handle::{FleetHandle, Membership};
use super::label;
use super::member::{Member, Options};
use super::quorum::Quorum;
use super::store::FleetStore;
use super::task::Task;
use crate::registry::Registry;
use crate::sync::Arc;

/// The length of the longest namespace.
const LONGEST: usize = 64;

/// A fleet that a registry is about to join: its namespace, its store and its quorum.
///
/// All instances of a service that use the same namespace in the same store are one fleet. They share the circuits of
/// the breakers with the setting [`shared`](crate::Config::shared); all other breakers stay as they are.
///
/// # Examples
///
/// ```
/// use breaker_runtime::fleet::{Fleet, MemoryStore, Quorum};
/// use breaker_runtime::{Config, Registry};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new();
/// registry.get_or_create("payment", Config::new().shared(true))?;
///
/// let fleet = Fleet::new("shop")
///     .store(MemoryStore::new())
///     .quorum(Quorum::at_least(2).share(0.1))
///     .member("pod-7f9c")
///     .join(&registry)?;
/// fleet.joined().await?;
/// assert_eq!(fleet.members().await?.len(), 1);
///
/// fleet.leave().await;
/// # Ok(())
/// # }
/// ```
#[must_use = "a fleet does nothing until a registry joins it"]
pub struct Fleet {
    namespace: String,
    store: Option<Arc<dyn FleetStore>>,
    quorum: Quorum,
    label: Option<String>,
    observer: bool,
}

impl Fleet {
    /// Names the fleet. A namespace has 1 to 64 characters of `a` to `z`, `0` to `9`, `-` and `_`.
    ///
    /// An invalid namespace is an error of [`join`](Self::join).
    pub fn new(namespace: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            store: None,
            quorum: Quorum::default(),
            label: None,
            observer: false,
        }
    }

    /// Uses this store. All instances must use the same one.
    pub fn store(self, store: impl FleetStore) -> Self {
        Self {
            store: Some(Arc::new(store)),
            ..self
        }
    }

    /// Opens circuits by this quorum. The default is 2 votes, and those of a tenth of the live members.
    ///
    /// Instances with different quorums, as during a deployment, can share circuits: each vote is judged by the quorum
    /// of whoever casts it.
    pub fn quorum(self, quorum: Quorum) -> Self {
        Self { quorum, ..self }
    }

    /// Gives this instance a name for people. The default is the name of the host and the number of the process.
    ///
    /// A name is escaped and cut after 64 characters. Two instances may have the same one, because a random text is
    /// added.
    pub fn member(self, label: &str) -> Self {
        Self {
            label: Some(label::checked(label)),
            ..self
        }
    }

    /// Only observes, for example in a command-line tool or behind a page for operators.
    ///
    /// An observer does not count as a member, and it neither votes nor probes. The fleet does not change the circuits of
    /// its registry. It sees everything, and can act on the whole fleet.
    pub fn observe(self) -> Self {
        Self {
            observer: true,
            ..self
        }
    }

    /// Joins the fleet with a registry. A task on the present tokio runtime, whose timers must be enabled, talks to the
    /// store.
    ///
    /// It returns at once: whether the store answers is an event, and no error. Until it answers, and whenever it does
    /// not, the breakers decide by themselves. Keep the [`Membership`]: dropping it leaves the fleet.
    ///
    /// # Errors
    ///
    /// [`JoinError`] if the namespace is invalid, no store was given, the registry has joined a fleet already, or there is
    /// no tokio runtime.
    pub fn join(self, registry: &Registry) -> Result<Membership, JoinError> {
        self.check()?;
        let runtime = Handle::try_current().map_err(|_| JoinError::NoRuntime)?;
        let (task, member, membership) = self.enter(registry)?;
        runtime.spawn(task.run(member));
        Ok(membership)
    }

    /// Joins the fleet as [`join`](Self::join) does, with a thread and a runtime of its own.
    ///
    /// For programs without tokio, or whose runtime may be busy or ends before the program does.
    ///
    /// # Errors
    ///
    /// [`JoinError`] if the namespace is invalid, no store was given, the registry has joined a fleet already, or the
    /// system cannot start a thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    /// use breaker_runtime::fleet::{Fleet, MemoryStore};
    ///
    /// let registry = Registry::new();
    /// let fleet = Fleet::new("shop").store(MemoryStore::new()).join_on_thread(&registry)?;
    /// assert_eq!(fleet.namespace(), "shop");
    /// # Ok::<(), breaker_runtime::fleet::JoinError>(())
    /// ```
    pub fn join_on_thread(self, registry: &Registry) -> Result<Membership, JoinError> {
        self.check()?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| JoinError::NoThread(error.to_string()))?;
        let (task, member, membership) = self.enter(registry)?;
        let thread = thread::Builder::new().name("breaker-fleet".to_owned());
        // If there is no thread, the task is dropped, and with it the registry leaves the fleet.
        let started = thread.spawn(move || runtime.block_on(task.run(member)));
        started.map_err(|error| JoinError::NoThread(error.to_string()))?;
        Ok(membership)
    }

    /// Returns a handle of the fleet that a registry has joined, if it has joined one.
    pub fn of(registry: &Registry) -> Option<FleetHandle> {
        let core = registry.fleet_hook()?.as_any().downcast::<Core>();
        core.ok().map(FleetHandle::new)
    }

    fn check(&self) -> Result<(), JoinError> {
        let is_valid = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-' | '_');
        let length = self.namespace.len();
        if !(1..=LONGEST).contains(&length) || !self.namespace.chars().all(is_valid) {
            return Err(JoinError::InvalidNamespace(self.namespace.clone()));
        }
        if self.store.is_none() {
            return Err(JoinError::NoStore);
        }
        Ok(())
    }

    fn enter(self, registry: &Registry) -> Result<(Task, Member, Membership), JoinError> {
        let store = self.store.ok_or(JoinError::NoStore)?;
        let options = Options {
            label: self.label.unwrap_or_else(label::of_this_process),
            quorum: self.quorum,
            observer: self.observer,
            seed: RandomState::new().hash_one(&self.namespace),
        };
        let member = Member::new(options.clone(), registry, registry.moment().now);
        let core = Arc::new(Core::new(
            self.namespace,
            member.id().to_owned(),
            options.observer,
            registry.downgrade(),
            Arc::clone(member.board()),
        ));
        let hook = Arc::clone(&core);
        if let Err(present) = registry.join_fleet(hook) {
            return Err(JoinError::Joined(present.namespace().to_owned()));
        }
        store.enter(&core.namespace);
        let task = Task {
            core: Arc::clone(&core),
            store,
            options,
        };
        Ok((task, member, Membership::new(core)))
    }
}

impl fmt::Debug for Fleet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fleet")
            .field("namespace", &self.namespace)
            .field("quorum", &self.quorum)
            .field("label", &self.label)
            .field("observer", &self.observer)
            .finish_non_exhaustive()
    }
}
