//! One instance: a registry with its breakers, its member, its clock, its link to the server, and its traffic.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::clock::{Now, SimClock};
use super::eyes::Eyes;
use crate::breaker::{CircuitBreaker, FleetReading, Subscription};
use crate::config::Config;
use crate::fleet::event::FleetEvent;
use crate::fleet::member::{Member, Options};
use crate::fleet::quorum::Quorum;
use crate::machine::Ticket;
use crate::registry::Registry;
use crate::sync::Arc;
use crate::time::Clock;
use crate::values::{RejectionReason, State};

/// How the link between an instance and the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    Up,
    /// Everything is lost, and nobody is told.
    Blackhole,
    /// Connections are reset.
    Reset,
}

/// What an instance is made of.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) label: String,
    pub(super) quorum: Quorum,
    pub(super) observer: bool,
    pub(super) breakers: Vec<(String, Config)>,
    pub(super) origin: u64,
    pub(super) drift: i64,
    pub(super) wall: i64,
    /// Calls per second.
    pub(super) rate: f64,
}

/// One instance.
#[expect(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
pub(super) struct Instance {
    pub(super) spec: Spec,
    /// Rises when the instance is started anew, so that what belongs to the old one is ignored.
    pub(super) life: u32,
    pub(super) registry: Registry,
    pub(super) breakers: Vec<CircuitBreaker>,
    pub(super) member: Member,
    pub(super) clock: SimClock,
    dirty: Arc<AtomicBool>,
    _subscription: Subscription,
    pub(super) is_gone: bool,
    pub(super) paused_until: Now,
    pub(super) link: Link,
    /// Whether the server's pushes reach it.
    pub(super) listens: bool,
    /// Its own calls fail.
    pub(super) is_sick: bool,
    /// It never says how its calls end.
    pub(super) forgets: bool,
    /// Its calls are dropped.
    pub(super) drops: bool,
    pub(super) in_flight: Option<u64>,
    pub(super) wake_at: Now,
    /// When the last message from the server arrives.
    pub(super) last_arrival: Now,
    pub(super) calls: BTreeMap<u64, (usize, Ticket)>,
    pub(super) eyes: Eyes,
    pub(super) seen: Seen,
}

/// What was seen at an instance.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) events: Vec<(Now, FleetEvent)>,
    pub(super) admitted: u64,
    pub(super) failed: u64,
    /// Calls that succeeded, but slowly.
    pub(super) slow: u64,
    /// Calls that were rejected and would have succeeded at once.
    pub(super) missed: u64,
    pub(super) rejected: BTreeMap<&'static str, u64>,
    pub(super) longest_wait: Duration,
    /// The state of each breaker and since when, as of the last look.
    pub(super) states: Vec<Vec<(Now, State)>>,
    /// Since when each breaker is held, and in which generations of the fleet and the machine.
    pub(super) held: Vec<Option<(Now, u64, u64)>>,
    /// The epoch and the generation that each breaker had applied.
    pub(super) applied: Vec<(u64, u64)>,
    pub(super) half_open: Vec<bool>,
}

impl Instance {
    pub(super) fn new(spec: Spec, clock: SimClock, seed: u64, life: u32) -> Self {
        clock.set_wall(spec.wall);
        let registry = Registry::with_clock(clock.clone());
        let mut breakers = Vec::new();
        for (number, (name, config)) in (1..).zip(&spec.breakers) {
            let breaker = registry.get_or_create(name, *config);
            let breaker = breaker.expect("the settings are valid");
            breaker.reseed(seed.wrapping_mul(31).wrapping_add(number));
            breakers.push(breaker);
        }
        let dirty = Arc::new(AtomicBool::new(false));
        let mark = Arc::clone(&dirty);
        let subscription = registry.subscribe(move |_| mark.store(true, Ordering::Relaxed));
        let options = Options {
            label: spec.label.clone(),
            quorum: spec.quorum,
            observer: spec.observer,
            seed,
        };
        let member = Member::new(options, &registry, clock.now());
        let count = breakers.len();
        Self {
            spec,
            life,
            registry,
            breakers,
            member,
            clock,
            dirty,
            _subscription: subscription,
            is_gone: false,
            paused_until: 0,
            link: Link::Up,
            listens: false,
            is_sick: false,
            forgets: false,
            drops: false,
            in_flight: None,
            wake_at: Now::MAX,
            last_arrival: 0,
            calls: BTreeMap::new(),
            eyes: Eyes::default(),
            seen: Seen {
                states: vec![Vec::new(); count],
                held: vec![None; count],
                applied: vec![(0, 0); count],
                half_open: vec![false; count],
                ..Seen::default()
            },
        }
    }

    /// Tells the member what has happened to the breakers, as the hook of the registry does.
    pub(super) fn notice(&mut self) -> bool {
        let is_dirty = self.dirty.swap(false, Ordering::Relaxed);
        if is_dirty {
            for breaker in &self.breakers {
                self.member.changed(breaker);
            }
        }
        is_dirty
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.dirty.load(Ordering::Relaxed)
    }

    pub(super) fn reading(&self, breaker: usize) -> FleetReading {
        self.breakers[breaker].fleet_reading()
    }

    pub(super) fn state(&self, breaker: usize) -> State {
        self.breakers[breaker].state()
    }

    pub(super) fn state_of(&self, name: &str) -> Option<State> {
        self.registry.get(name).map(|breaker| breaker.state())
    }

    pub(super) fn count_rejection(&mut self, reason: RejectionReason, wait: Option<Duration>) {
        *self.seen.rejected.entry(reason.as_str()).or_default() += 1;
        if reason == RejectionReason::ProbedElsewhere {
            self.seen.longest_wait = self.seen.longest_wait.max(wait.unwrap_or_default());
        }
    }
}
