//! Acting on the whole fleet.

use std::time::Duration;

use super::core::Core;
use super::error::FleetError;
use super::handle::FleetHandle;
use super::store::{Answer, Op, Order};
use crate::breaker::store_name;
use crate::sync::Arc;
use crate::values::{ActionKind, Actor, Attribution};

/// The open period of a trip, where no breaker of that name is.
const PERIOD: Duration = Duration::from_secs(30);

/// A handle that acts on the whole fleet in the name of one actor. [`FleetHandle::by`] returns it.
///
/// Every method returns when the store has confirmed the order. It is in force here then, and in the other instances
/// within milliseconds; at the latest with their next beat. An instance that is [alone](crate::fleet::FleetStatus::Alone)
/// obeys when it is back. The action is recorded in [`Registry::actions`](crate::Registry::actions) of this instance.
///
/// # Errors
///
/// All methods return [`FleetError::Away`] if the store does not answer within a second: the order may be in force
/// nevertheless, and can be given again. [`FleetError::Refused`] means that the store turns this program away,
/// [`FleetError::Left`] that this instance has left the fleet, and [`FleetError::Invalid`] that the name is longer than
/// 256 bytes or empty.
///
/// # Cancel safety
///
/// An order whose future is dropped may be carried out or not.
#[derive(Clone, Debug)]
pub struct FleetControl {
    core: Arc<Core>,
    by: Attribution,
    key: Option<String>,
}

impl FleetControl {
    /// Acts on the breaker of one key from now on. An override of a name holds for all its keys.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        let key = Some(key.to_owned());
        Self { key, ..self }
    }

    /// Has every instance reject every call until this is cleared or replaced, or `ttl` has passed.
    ///
    /// An override of a single instance takes precedence there.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn force_open(&self, name: &str, ttl: Option<Duration>) -> Result<(), FleetError> {
        self.order(Some(name), Order::ForceOpen { ttl }).await
    }

    /// Has every instance admit every call until this is cleared or replaced, or `ttl` has passed.
    ///
    /// An override of a single instance takes precedence there.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn force_closed(&self, name: &str, ttl: Option<Duration>) -> Result<(), FleetError> {
        self.order(Some(name), Order::ForceClosed { ttl }).await
    }

    /// Clears the override of the fleet, if there is one. The override of all breakers stays.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn clear_override(&self, name: &str) -> Result<(), FleetError> {
        self.order(Some(name), Order::Clear).await
    }

    /// Opens the circuit of every instance for `open_for`; then one instance probes for all.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn trip(&self, name: &str) -> Result<(), FleetError> {
        let registry = self.core.registry.upgrade();
        let here = registry.and_then(|registry| registry.get(name));
        let period = here.map_or(PERIOD, |breaker| breaker.config().open_for);
        self.order(Some(name), Order::Trip { period }).await
    }

    /// Closes the circuit of every instance; votes that were cast before do not count any more.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn reset(&self, name: &str) -> Result<(), FleetError> {
        self.order(Some(name), Order::Reset).await
    }

    /// Does for every shared breaker what [`force_open`](Self::force_open) does for one. The later of both counts.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn force_open_all(&self, ttl: Option<Duration>) -> Result<(), FleetError> {
        self.order(None, Order::ForceOpen { ttl }).await
    }

    /// Does for every shared breaker what [`force_closed`](Self::force_closed) does for one. The later of both counts.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn force_closed_all(&self, ttl: Option<Duration>) -> Result<(), FleetError> {
        self.order(None, Order::ForceClosed { ttl }).await
    }

    /// Clears the override of all breakers, if there is one. Those of single breakers stay.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn clear_override_of_all(&self) -> Result<(), FleetError> {
        self.order(None, Order::Clear).await
    }

    /// Closes every circuit that is open in the fleet or for which somebody votes.
    #[expect(clippy::missing_errors_doc, reason = "described for all methods")]
    pub async fn reset_all(&self) -> Result<(), FleetError> {
        self.order(None, Order::Reset).await
    }

    async fn order(&self, name: Option<&str>, order: Order) -> Result<(), FleetError> {
        let key = self.key.as_deref().filter(|_| name.is_some());
        let kind = match &order {
            Order::ForceOpen { ttl } => ActionKind::FleetForceOpen { ttl: *ttl },
            Order::ForceClosed { ttl } => ActionKind::FleetForceClosed { ttl: *ttl },
            Order::Clear => ActionKind::FleetClearOverride,
            Order::Trip { .. } => ActionKind::FleetTrip,
            Order::Reset => ActionKind::FleetReset,
        };
        let text = |text: &Option<Arc<str>>| text.as_deref().map(str::to_owned);
        let op = Op::Steer {
            name: name.map(|name| store_name(name, key)),
            order,
            actor: text(&self.by.actor),
            reason: text(&self.by.reason),
        };
        let answer = self.core.order(op).await?;
        debug_assert!(matches!(answer, Answer::Steered { .. }), "{answer:?}");
        if let Some(registry) = self.core.registry.upgrade() {
            registry.record_for_fleet(name, key, kind, &self.by);
        }
        Ok(())
    }
}

/// Acting on the whole fleet.
impl FleetHandle {
    /// Returns a handle that acts on the whole fleet in the name of an actor.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::fleet::{Fleet, MemoryStore};
    /// use breaker_runtime::{Actor, Config, Registry, State};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry = Registry::new();
    /// let payment = registry.get_or_create("payment", Config::new().shared(true))?;
    /// let fleet = Fleet::new("shop").store(MemoryStore::new()).join(&registry)?;
    ///
    /// let alice = Actor::new("alice")?.because("INC-42: the bank is down")?;
    /// fleet.by(&alice).force_open("payment", None).await?;
    /// assert_eq!(payment.state(), State::ForcedOpen);
    ///
    /// fleet.by(&alice).clear_override("payment").await?;
    /// assert_eq!(payment.state(), State::Closed);
    /// # Ok(())
    /// # }
    /// ```
    pub fn by(&self, actor: &Actor) -> FleetControl {
        self.control(actor.into())
    }

    /// Has every instance reject every call to `name`, as [`FleetControl::force_open`] does, without an actor.
    ///
    /// A reason with control characters, or with more than 200 bytes, is escaped and cut.
    ///
    /// # Errors
    ///
    /// The errors of [`FleetControl`].
    pub async fn force_open(
        &self,
        name: &str,
        reason: &str,
        ttl: Option<Duration>,
    ) -> Result<(), FleetError> {
        let control = self.control(Attribution::because(reason));
        control.force_open(name, ttl).await
    }

    /// Has every instance admit every call to `name`, as [`FleetControl::force_closed`] does, without an actor.
    ///
    /// A reason with control characters, or with more than 200 bytes, is escaped and cut.
    ///
    /// # Errors
    ///
    /// The errors of [`FleetControl`].
    pub async fn force_closed(
        &self,
        name: &str,
        reason: &str,
        ttl: Option<Duration>,
    ) -> Result<(), FleetError> {
        let control = self.control(Attribution::because(reason));
        control.force_closed(name, ttl).await
    }

    /// Clears the override of the fleet for `name`, as [`FleetControl::clear_override`] does, without an actor.
    ///
    /// # Errors
    ///
    /// The errors of [`FleetControl`].
    pub async fn clear_override(&self, name: &str) -> Result<(), FleetError> {
        self.control(Attribution::default())
            .clear_override(name)
            .await
    }

    /// Opens the circuit of every instance, as [`FleetControl::trip`] does, without an actor.
    ///
    /// # Errors
    ///
    /// The errors of [`FleetControl`].
    pub async fn trip(&self, name: &str) -> Result<(), FleetError> {
        self.control(Attribution::default()).trip(name).await
    }

    /// Closes the circuit of every instance, as [`FleetControl::reset`] does, without an actor.
    ///
    /// # Errors
    ///
    /// The errors of [`FleetControl`].
    pub async fn reset(&self, name: &str) -> Result<(), FleetError> {
        self.control(Attribution::default()).reset(name).await
    }

    fn control(&self, by: Attribution) -> FleetControl {
        FleetControl {
            core: Arc::clone(self.core()),
            by,
            key: None,
        }
    }
}
