//! An instance of a service, as a program has it: a registry, a breaker, a membership, traffic.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use breaker_runtime::fleet::{Fleet, FleetEvent, FleetStatus, FleetView, Membership, Quorum};
use breaker_runtime::redis::RedisStore;
use breaker_runtime::{CircuitBreaker, Config, Reason, Registry, RejectionReason, State};

use crate::server::{Reply, Server, eventually};

/// One instance, whose only breaker is `p`.
pub(crate) struct Instance {
    pub(crate) fleet: Membership,
    pub(crate) p: CircuitBreaker,
    events: Arc<Mutex<Vec<FleetEvent>>>,
    _registry: Registry,
}

/// A breaker that opens at the first failure and closes after one success.
pub(crate) fn settings(open_for: Duration) -> Config {
    Config::new()
        .threshold(1)
        .open_for(open_for)
        .success_threshold(1)
        .shared(true)
}

impl Instance {
    pub(crate) fn join(url: &str, label: &str, open_for: Duration) -> Self {
        Self::join_with(url, label, open_for, Quorum::default())
    }

    pub(crate) fn join_with(url: &str, label: &str, open_for: Duration, quorum: Quorum) -> Self {
        let fleet = Fleet::new("shop").quorum(quorum).member(label);
        Self::enter(url, fleet, open_for)
    }

    /// Sees everything and is no member.
    pub(crate) fn observe(url: &str) -> Self {
        Self::enter(url, Fleet::new("shop").observe(), Duration::from_secs(30))
    }

    fn enter(url: &str, fleet: Fleet, open_for: Duration) -> Self {
        let registry = Registry::new();
        let p = registry.get_or_create("p", settings(open_for)).unwrap();
        let fleet = fleet
            .store(RedisStore::open(url).unwrap())
            .join(&registry)
            .unwrap();
        let events = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&events);
        fleet
            .subscribe(move |event| heard.lock().unwrap().push(event.clone()))
            .detach();
        Self {
            fleet,
            p,
            events,
            _registry: registry,
        }
    }

    /// Waits until the store answers and pushes.
    pub(crate) async fn is_joined(&self) {
        eventually("joined", || {
            matches!(self.fleet.status(), FleetStatus::Joined { .. })
        })
        .await;
    }

    pub(crate) async fn is_alone(&self) {
        eventually("alone", || {
            matches!(self.fleet.status(), FleetStatus::Alone { .. })
        })
        .await;
    }

    pub(crate) async fn knows(&self, members: u32) {
        eventually("all members are known", || {
            matches!(self.fleet.status(), FleetStatus::Joined { members: now, .. } if now == members)
        })
        .await;
    }

    pub(crate) async fn is(&self, state: State) {
        eventually(&format!("{} is {state:?}", self.fleet.id()), || {
            self.p.state() == state
        })
        .await;
    }

    /// A call that fails, if it is admitted.
    pub(crate) fn fails(&self) {
        if let Ok(permit) = self.p.try_acquire() {
            permit.failure();
        }
    }

    /// A call that succeeds, if it is admitted.
    pub(crate) fn succeeds(&self) -> Result<(), RejectionReason> {
        let permit = self.p.try_acquire().map_err(|rejected| rejected.reason())?;
        permit.success();
        Ok(())
    }

    pub(crate) fn view(&self) -> FleetView {
        self.fleet.view("p").unwrap()
    }

    /// The reason of the last transition.
    pub(crate) fn reason(&self) -> Reason {
        self.p.snapshot().history.last().unwrap().transition.reason
    }

    pub(crate) fn events(&self) -> Vec<FleetEvent> {
        self.events.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, label: &str) -> usize {
        self.events()
            .iter()
            .filter(|event| event.as_str() == label)
            .count()
    }

    pub(crate) fn decided(&self) -> usize {
        let decided = |event: &&FleetEvent| {
            matches!(
                event,
                FleetEvent::Opened {
                    decided_here: true,
                    ..
                }
            )
        };
        self.events().iter().filter(decided).count()
    }
}

/// Starts a fleet of instances that have found each other, in an epoch that is old enough for votes.
pub(crate) async fn fleet<const N: usize>(server: &Server, open_for: Duration) -> [Instance; N] {
    let labels = ["a", "b", "c", "d", "e", "f"];
    let instances = std::array::from_fn(|n| Instance::join(&server.url(), labels[n], open_for));
    for instance in &instances {
        instance.is_joined().await;
    }
    grow_old(server);
    instances
}

/// Makes the epoch old enough for votes to be judged, which else takes 15 seconds.
pub(crate) fn grow_old(server: &Server) {
    server.ask(&["HSET", "brk1:{shop}", "born", "1"]);
}

/// What the server holds of the circuit `p`.
pub(crate) fn stored(server: &Server) -> String {
    match server.ask(&["HGET", "brk1:{shop}:b", "p"]) {
        Reply::Nothing => String::new(),
        reply => reply.text(),
    }
}
