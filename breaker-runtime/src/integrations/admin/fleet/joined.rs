//! The way to the fleet that a registry has joined.

use super::roll::Member;
use crate::integrations::admin::order::Order;
use crate::integrations::admin::verb::Verb;
use crate::registry::Registry;
use crate::values::{FleetNumbers, FleetStatus};
#[cfg(not(feature = "fleet"))]
use std::future::Ready;

/// The fleet that a registry has joined.
#[cfg(feature = "fleet")]
pub(in super::super) struct Joined(crate::fleet::FleetHandle);

/// Nothing: there are no fleets.
#[cfg(not(feature = "fleet"))]
pub(in super::super) enum Joined {}

#[cfg(feature = "fleet")]
impl Joined {
    pub(super) fn of(registry: &Registry) -> Option<Self> {
        let handle = crate::fleet::Fleet::of(registry)?;
        (handle.status() != FleetStatus::Left).then_some(Self(handle))
    }

    pub(super) fn namespace(&self) -> &str {
        self.0.namespace()
    }

    pub(super) fn id(&self) -> &str {
        self.0.id()
    }

    pub(super) fn is_observer(&self) -> bool {
        self.0.is_observer()
    }

    pub(super) fn status(&self) -> FleetStatus {
        self.0.status()
    }

    pub(super) fn numbers(&self) -> FleetNumbers {
        self.0.numbers()
    }

    /// Asks the store for the live members.
    pub(super) async fn members(&self) -> Result<Vec<Member>, String> {
        let members = self.0.members().await.map_err(|error| error.to_string())?;
        let members = members.into_iter();
        Ok(members
            .map(|it| Member {
                id: it.id,
                heard: it.heard,
            })
            .collect())
    }

    /// Has an order carried out in the whole fleet. Returns after the store has confirmed it.
    pub(super) async fn obey(
        &self,
        verb: Verb,
        order: &Order,
        (name, key): (&str, Option<&str>),
    ) -> Result<(), String> {
        let mut control = self.0.by(&order.actor);
        if let Some(key) = key {
            control = control.key(key);
        }
        let done = match verb {
            Verb::Trip => control.trip(name).await,
            Verb::Reset | Verb::ResetOpenKeys => control.reset(name).await,
            Verb::ForceOpen => control.force_open(name, order.ttl).await,
            Verb::ForceClosed => control.force_closed(name, order.ttl).await,
            Verb::Clear | Verb::ClearKeys | Verb::ClearAll => control.clear_override(name).await,
        };
        done.map_err(|error| error.to_string())
    }
}

#[cfg(not(feature = "fleet"))]
impl Joined {
    pub(super) fn of(_: &Registry) -> Option<Self> {
        None
    }

    pub(super) fn namespace(&self) -> &str {
        match *self {}
    }

    pub(super) fn id(&self) -> &str {
        match *self {}
    }

    pub(super) fn is_observer(&self) -> bool {
        match *self {}
    }

    pub(super) fn status(&self) -> FleetStatus {
        match *self {}
    }

    pub(super) fn numbers(&self) -> FleetNumbers {
        match *self {}
    }

    pub(super) fn members(&self) -> Ready<Result<Vec<Member>, String>> {
        match *self {}
    }

    pub(super) fn obey(
        &self,
        _: Verb,
        _: &Order,
        _: (&str, Option<&str>),
    ) -> Ready<Result<(), String>> {
        match *self {}
    }
}
