//! The way to the fleet that a registry has joined.

use std::future::Ready;
use std::time::Duration;

use crate::integrations::admin::order::Order;
use crate::integrations::admin::verb::Verb;
use crate::registry::Registry;
use crate::values::{FleetNumbers, FleetStatus};

/// A live member of a fleet.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) id: String,
    /// How long ago the store heard it.
    pub(super) heard: Duration,
}

/// Nothing: there are no fleets.
pub(in super::super) enum Joined {}

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
