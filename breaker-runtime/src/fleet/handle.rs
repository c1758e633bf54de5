//! The handle of a fleet, and the membership that ends with it.

use std::fmt;
use std::ops::Deref;
use std::time::Duration;

use super::circuit_name::split;
use super::core::{Connection, Core};
use super::error::FleetError;
use super::event::FleetEvent;
use super::store::{Answer, Op};
use crate::breaker::store_name;
use crate::sync::{Arc, Weak};
use crate::values::{FleetNumbers, FleetStatus, FleetView, Override};

/// A handle of the fleet that a registry has joined. It is cheap to clone, and does not keep the registry in the fleet.
///
/// [`Fleet::of`](crate::fleet::Fleet::of) finds it, and a [`Membership`] dereferences to it.
#[derive(Clone)]
pub struct FleetHandle {
    core: Arc<Core>,
}

/// A live member of a fleet.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FleetMember {
    /// The member: its label, `#`, and a random text.
    pub id: String,
    /// How long ago the store heard of it.
    pub heard: Duration,
}

impl FleetHandle {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    pub(super) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    /// Returns the namespace, which is the name of the fleet.
    pub fn namespace(&self) -> &str {
        &self.core.namespace
    }

    /// Returns the name of this instance in the fleet: its label, `#`, and a random text.
    pub fn id(&self) -> &str {
        &self.core.id
    }

    /// Returns whether this instance only observes: it does not vote, does not probe, and is no member.
    pub fn is_observer(&self) -> bool {
        self.core.observer
    }

    /// Returns whether this instance is in touch with its fleet.
    pub fn status(&self) -> FleetStatus {
        self.core.board.status()
    }

    /// Waits until the store answers for the first time, or again.
    ///
    /// No call needs this: calls are admitted or rejected by the rules of this instance meanwhile. Limit the wait with a
    /// timeout, because the store may be away for long.
    ///
    /// # Errors
    ///
    /// [`FleetError::Left`] if this instance has left the fleet.
    ///
    /// # Cancel safety
    ///
    /// The future can be dropped at any time.
    pub async fn joined(&self) -> Result<(), FleetError> {
        let mut connection = self.core.watch_connection();
        let settled = connection.wait_for(|connection| *connection != Connection::Waiting);
        match settled.await.as_deref() {
            Ok(Connection::Answers) => Ok(()),
            _ => Err(FleetError::Left),
        }
    }

    /// Returns what this instance knows of a circuit.
    ///
    /// Returns `None` if no shared breaker has this name here, and the fleet says nothing of it either. While this
    /// instance is alone, the view is what it last knew.
    pub fn view(&self, name: &str) -> Option<FleetView> {
        self.view_of(name, None)
    }

    /// Returns what this instance knows of the circuit of one key, as [`view`](Self::view) does.
    pub fn view_keyed(&self, name: &str, key: &str) -> Option<FleetView> {
        self.view_of(name, Some(key))
    }

    fn view_of(&self, name: &str, key: Option<&str>) -> Option<FleetView> {
        let store_name = store_name(name, key);
        let view = self.core.view(&store_name)?;
        let is_known = view.generation > 0 || !view.votes.is_empty() || view.r#override.is_some();
        let is_here = || {
            let registry = self.core.registry.upgrade();
            registry.is_some_and(|registry| registry.find_shared(&store_name).is_some())
        };
        (is_known || is_here()).then_some(view)
    }

    /// Returns the circuits that are not calm in the fleet, as names and keys, sorted: those that are open, that were
    /// closed in the last minute, or for which somebody votes.
    pub fn circuits(&self) -> Vec<(String, Option<String>)> {
        let names = self.core.board.names().into_iter();
        names.map(|name| split(&name)).collect()
    }

    /// Returns the overrides of the fleet that are in force, by name and sorted; the name `None` is for all breakers.
    pub fn overrides(&self) -> Vec<(Option<String>, Override)> {
        let registry = self.core.registry.upgrade();
        registry.map_or_else(Vec::new, |it| self.core.board.overrides(it.moment()))
    }

    /// Returns what this instance has counted since it joined.
    pub fn numbers(&self) -> FleetNumbers {
        self.core.board.numbers()
    }

    /// Asks the store for the live members, sorted by their names.
    ///
    /// # Errors
    ///
    /// [`FleetError::Away`] if the store does not answer within a second, and otherwise the errors of
    /// [`FleetControl`](crate::fleet::FleetControl).
    ///
    /// # Cancel safety
    ///
    /// The future can be dropped at any time.
    pub async fn members(&self) -> Result<Vec<FleetMember>, FleetError> {
        let Answer::Members(members) = self.core.order(Op::Members).await? else {
            return Err(FleetError::Invalid);
        };
        let members = members.into_iter();
        Ok(members
            .map(|(id, heard)| FleetMember { id, heard })
            .collect())
    }

    /// Calls `listener` for each event of the fleet from now on, until the subscription is dropped.
    ///
    /// The listener runs on the task of the fleet and outside all locks. It must not block: no call waits for it, but
    /// what the fleet says waits meanwhile. A panic is caught.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::Registry;
    /// use breaker_runtime::fleet::{Fleet, FleetEvent, MemoryStore};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry = Registry::new();
    /// let fleet = Fleet::new("shop").store(MemoryStore::new()).join(&registry)?;
    /// let alerts = fleet.subscribe(|event| {
    ///     if let FleetEvent::Opened { decided_here: true, .. } = event {
    ///         eprintln!("{event}");
    ///     }
    /// });
    /// # drop(alerts);
    /// # Ok(())
    /// # }
    /// ```
    pub fn subscribe(
        &self,
        listener: impl Fn(&FleetEvent) + Send + Sync + 'static,
    ) -> FleetSubscription {
        let listener: Arc<dyn Fn(&FleetEvent) + Send + Sync> = Arc::new(listener);
        let (id, _) = self.core.listeners.add(&listener);
        FleetSubscription {
            core: Arc::downgrade(&self.core),
            id,
        }
    }
}

impl fmt::Debug for FleetHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FleetHandle")
            .field("namespace", &self.namespace())
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

/// A subscription made by [`FleetHandle::subscribe`].
///
/// Dropping it ends the subscription; an event whose delivery has begun may still arrive. To listen as long as this
/// instance is in the fleet, call [`detach`](Self::detach).
#[derive(Debug)]
#[must_use = "a subscription ends when it is dropped: keep it, or call `detach`"]
pub struct FleetSubscription {
    core: Weak<Core>,
    id: u64,
}

impl FleetSubscription {
    /// Keeps the listener as long as this instance is in the fleet.
    pub fn detach(mut self) {
        self.core = Weak::new();
    }
}

impl Drop for FleetSubscription {
    fn drop(&mut self) {
        if let Some(core) = self.core.upgrade() {
            core.listeners.remove(self.id);
        }
    }
}

/// The membership of a registry in a fleet. It dereferences to a [`FleetHandle`].
///
/// Dropping it leaves the fleet without waiting: the task gives votes and leases back if it can, and otherwise the store
/// forgets them within 15 seconds. To stay in the fleet as long as the registry exists, call [`detach`](Self::detach).
#[derive(Debug)]
#[must_use = "dropping the membership leaves the fleet: keep it, or call `detach`"]
pub struct Membership {
    handle: FleetHandle,
    detached: bool,
}

impl Membership {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self {
            handle: FleetHandle::new(core),
            detached: false,
        }
    }

    /// Stays in the fleet as long as the registry exists, and returns a handle.
    pub fn detach(mut self) -> FleetHandle {
        self.detached = true;
        self.handle.clone()
    }

    /// Leaves the fleet: gives votes and leases back at once.
    ///
    /// The breakers decide by themselves from then on. It returns after two seconds at the latest, also if the store
    /// does not answer.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, this instance leaves nevertheless.
    pub async fn leave(mut self) {
        self.detached = true;
        if let Some(left) = self.handle.core.leave() {
            let _ = left.await;
        }
    }
}

impl Deref for Membership {
    type Target = FleetHandle;

    fn deref(&self) -> &FleetHandle {
        &self.handle
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        if !self.detached {
            drop(self.handle.core.leave());
        }
    }
}
