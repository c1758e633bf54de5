//! The overrides of the fleet: what is known, what is in force here, and what has to be said again (F11, F13).

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use super::known::LONGEST;
use super::scene::{Ops, Sent};
use crate::breaker::{CircuitBreaker, FleetForced, WeakBreaker};
use crate::fleet::circuit_name::split;
use crate::fleet::event::FleetEvent;
use crate::fleet::store::{FleetOverride, Op, OverrideKind};
use crate::registry::Registry;
use crate::time::Tick;
use crate::values::{ActionKind, Attribution, Layer, Override, State, printable};

/// The overrides of the fleet.
#[derive(Debug, Default)]
pub(super) struct Overrides {
    known: BTreeMap<Option<String>, KnownOverride>,
    /// The breakers that have an override of the fleet, and its revision.
    applied: BTreeMap<String, (WeakBreaker, u64)>,
    /// The store has lost some of them.
    lost: Vec<Option<String>>,
}

/// An override of the fleet, or the tombstone of one.
#[derive(Clone, Debug)]
pub(crate) struct KnownOverride {
    kind: OverrideKind,
    by: Attribution,
    since: SystemTime,
    /// When it was set, by the clock of this instance.
    set: Tick,
    /// When it ends; `None` if it lasts until it is cleared.
    until: Option<Tick>,
    revision: u64,
}

impl Overrides {
    /// Takes notice of all overrides of the store.
    pub(super) fn hear(
        &mut self,
        overrides: Vec<FleetOverride>,
        now: Tick,
        wall: SystemTime,
        events: &mut Vec<FleetEvent>,
    ) {
        let mut heard = BTreeMap::new();
        for it in overrides {
            heard.insert(it.name.clone(), it.revision);
            let before = self.known.get(&it.name).map_or(0, |before| before.revision);
            if it.revision > before {
                let name = it.name.clone();
                let known = KnownOverride::new(it, now, wall);
                // A tombstone says something only to whoever knew the override.
                if before > 0 || known.kind != OverrideKind::Cleared {
                    events.push(known.event(name.as_deref(), now));
                }
                self.known.insert(name, known);
            }
        }
        self.known
            .retain(|_, it| it.until.is_none_or(|until| now < until));
        let is_lost = |(name, it): &(&Option<String>, &KnownOverride)| {
            heard.get(*name).is_none_or(|heard| *heard < it.revision)
        };
        let lost = self.known.iter().filter(is_lost);
        self.lost = lost.map(|(name, _)| name.clone()).collect();
    }

    /// Returns whether the store has lost an override that this instance knows.
    pub(super) fn are_lost(&self) -> bool {
        !self.lost.is_empty()
    }

    /// Says again what the store has lost.
    pub(super) fn say(&mut self, now: Tick, ops: &mut Ops) {
        for name in std::mem::take(&mut self.lost) {
            if let Some(it) = self.known.get(&name) {
                ops.push(Op::Again(it.again(name, now)), Sent::Unanswered);
            }
        }
    }

    /// Puts the overrides in force on the breakers that are shared.
    pub(super) fn apply(&mut self, registry: &Registry, now: Tick) {
        let mut targets: BTreeMap<String, CircuitBreaker> = BTreeMap::new();
        let in_force = |it: &KnownOverride| it.is_in_force(now);
        if self.known.get(&None).is_some_and(in_force) {
            // The keys of a name have its override.
            let names = registry.shared_breakers().into_iter();
            let names = names.filter(|breaker| breaker.key().is_none());
            targets.extend(names.map(|breaker| (breaker.store_name(), breaker)));
        }
        for name in self.known.keys().flatten() {
            if let Some(breaker) = registry.find_shared(name) {
                targets.insert(name.clone(), breaker);
            }
        }
        let mut applied = BTreeMap::new();
        for (name, breaker) in targets {
            let Some(wanted) = self.in_force(&name, now).cloned() else {
                continue;
            };
            let before = self.applied.remove(&name);
            let is_new = before.is_none_or(|(before, revision)| {
                let same = before.upgrade().is_some_and(|it| it.same_as(&breaker));
                !same || revision != wanted.revision
            });
            if is_new {
                breaker.fleet_force(Some(wanted.forced(now)));
            }
            applied.insert(name, (breaker.downgrade(), wanted.revision));
        }
        // What is left is in force no more, or its breaker is not shared any more.
        self.withdraw();
        self.applied = applied;
    }

    /// Clears the overrides of the fleet on all breakers here.
    pub(super) fn withdraw(&mut self) {
        for (breaker, _) in std::mem::take(&mut self.applied).into_values() {
            if let Some(breaker) = breaker.upgrade() {
                breaker.fleet_force(None);
            }
        }
    }

    /// Returns the override that a circuit has: the latest of its own and that of all circuits.
    pub(super) fn in_force(&self, store_name: &str, now: Tick) -> Option<&KnownOverride> {
        let own = self.known.get(&Some(store_name.to_owned()));
        let all = self.known.get(&None);
        let both = own.into_iter().chain(all);
        let both = both.filter(|it| it.is_in_force(now));
        both.max_by_key(|it| it.revision)
    }

    /// Returns a copy of all that are in force, by name.
    pub(super) fn all(&self, now: Tick) -> BTreeMap<Option<String>, KnownOverride> {
        let in_force = self.known.iter().filter(|(_, it)| it.is_in_force(now));
        in_force
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect()
    }
}

impl KnownOverride {
    fn new(it: FleetOverride, now: Tick, wall: SystemTime) -> Self {
        Self {
            kind: it.kind,
            by: Attribution {
                actor: it.actor.map(|text| printable(&text, LONGEST).into()),
                reason: it.reason.map(|text| printable(&text, LONGEST).into()),
            },
            since: wall.checked_sub(it.age).unwrap_or(wall),
            set: Tick::from_nanos(now.as_nanos().saturating_sub(crate::time::nanos(it.age))),
            until: it.rest.map(|rest| now.after(rest)),
            revision: it.revision,
        }
    }

    pub(crate) fn is_in_force(&self, now: Tick) -> bool {
        self.kind != OverrideKind::Cleared && self.until.is_none_or(|until| now < until)
    }

    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the public form; `date` dates an instant of this instance's clock.
    pub(crate) fn public(&self, date: impl Fn(Tick) -> SystemTime) -> Override {
        Override {
            state: match self.kind {
                OverrideKind::Open => State::ForcedOpen,
                OverrideKind::Closed | OverrideKind::Cleared => State::ForcedClosed,
            },
            reason: self.by.reason.as_deref().unwrap_or_default().to_owned(),
            by: self.by.clone(),
            layer: Layer::Fleet,
            since: self.since,
            until: self.until.map(date),
        }
    }

    fn forced(&self, now: Tick) -> FleetForced {
        FleetForced {
            open: self.kind == OverrideKind::Open,
            by: self.by.clone(),
            since: self.since,
            ttl: self.rest(now),
        }
    }

    fn rest(&self, now: Tick) -> Option<Duration> {
        self.until.map(|until| until.since(now))
    }

    fn again(&self, name: Option<String>, now: Tick) -> FleetOverride {
        FleetOverride {
            name,
            kind: self.kind,
            actor: self.by.actor.as_deref().map(str::to_owned),
            reason: self.by.reason.as_deref().map(str::to_owned),
            age: now.since(self.set),
            rest: self.rest(now),
            revision: self.revision,
        }
    }

    fn event(&self, name: Option<&str>, now: Tick) -> FleetEvent {
        let (name, key) = match name.map(split) {
            Some((name, key)) => (Some(name), key),
            None => (None, None),
        };
        let ttl = self.rest(now);
        FleetEvent::Steered {
            name,
            key,
            kind: match self.kind {
                OverrideKind::Open => ActionKind::FleetForceOpen { ttl },
                OverrideKind::Closed => ActionKind::FleetForceClosed { ttl },
                OverrideKind::Cleared => ActionKind::FleetClearOverride,
            },
            by: self.by.clone(),
        }
    }
}
