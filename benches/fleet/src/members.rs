//! The members of one fleet, all in this process.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use breaker_runtime::fleet::{Fleet, Membership};
use breaker_runtime::redis::RedisStore;
use breaker_runtime::{CircuitBreaker, Config, EventKind, Registry, State, Subscription};
use tokio::time::sleep;

use crate::server::Server;

/// The namespace in Redis.
pub(crate) const NAMESPACE: &str = "bench";

/// The open period.
pub(crate) const PERIOD: Duration = Duration::from_secs(10);

pub(crate) struct Members {
    pub(crate) all: Vec<Member>,
}

pub(crate) struct Member {
    pub(crate) breakers: Vec<CircuitBreaker>,
    pub(crate) fleet: Membership,
    /// When the first breaker opened last.
    opened: Arc<Mutex<Option<Instant>>>,
    _subscription: Subscription,
    _registry: Registry,
}

impl Members {
    /// Joins this many members, and waits until all are in touch with each other.
    ///
    /// Each member shares one breaker more than `circuits`: the first is for the openings.
    pub(crate) async fn join(server: &Server, number: usize, circuits: usize) -> Self {
        let all = (0..number)
            .map(|index| Member::join(server, index, 1 + circuits))
            .collect();
        let members = Self { all };
        for member in &members.all {
            member.fleet.joined().await.expect("it has not left");
        }
        // No quorum is judged before the epoch is as old as a membership.
        sleep(Duration::from_secs(16)).await;
        members
    }

    /// Waits until the fleet has opened all circuits but the first, as one member knows it.
    pub(crate) async fn opened_by_the_fleet(&self) -> Instant {
        let member = &self.all[0];
        let is_open = |breaker: &CircuitBreaker| {
            let view = member.fleet.view(breaker.name());
            view.is_some_and(|view| view.circuit.as_str() == "open")
        };
        while !member.breakers[1..].iter().all(is_open) {
            sleep(Duration::from_millis(10)).await;
        }
        Instant::now()
    }

    /// Returns how many votes the default quorum needs.
    pub(crate) fn needed(&self) -> usize {
        self.all.len().div_ceil(10).max(2).min(self.all.len())
    }

    /// Waits until the breaker of each member is in a state.
    pub(crate) async fn until(&self, breaker: usize, state: State) {
        while self
            .all
            .iter()
            .any(|member| member.breakers[breaker].state() != state)
        {
            sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Member {
    fn join(server: &Server, index: usize, breakers: usize) -> Self {
        let registry = Registry::new();
        let opened = Arc::new(Mutex::new(None));
        let writes = Arc::clone(&opened);
        let subscription = registry.subscribe(move |event| {
            if let EventKind::Transition(transition) = event.kind() {
                if transition.to == State::Open && event.breaker().name() == "circuit-0" {
                    *writes.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                }
            }
        });
        let breakers = (0..breakers).map(|number| {
            let settings = Config::new()
                .shared(true)
                .threshold(3)
                .open_for(PERIOD)
                .jitter(0.0);
            let name = format!("circuit-{number}");
            registry
                .get_or_create(&name, settings)
                .expect("valid settings")
        });
        let breakers = breakers.collect();
        let store = RedisStore::open(&server.url()).expect("a valid URL");
        let fleet = Fleet::new(NAMESPACE)
            .store(store)
            .member(&format!("member-{index}"))
            .join(&registry)
            .expect("a valid namespace");
        Self {
            breakers,
            fleet,
            opened,
            _subscription: subscription,
            _registry: registry,
        }
    }

    /// Makes calls of a breaker fail until its circuit opens.
    pub(crate) fn fail(&self, breaker: usize) {
        for _ in 0..3 {
            let _ = self.breakers[breaker].call(|| Err::<(), ()>(()));
        }
    }

    /// Returns when the first breaker opened since the last reading.
    pub(crate) fn opened(&self) -> Option<Instant> {
        self.opened
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}
