//! One instance of the service: it has a registry, joins the fleet, and calls the bank all the time.
//!
//! It reports what it sees as lines of text, because it may be another process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use breaker_runtime::fleet::{Fleet, FleetEvent, FleetStore};
use breaker_runtime::{Config, EventKind, Registry};
use tokio::time::{MissedTickBehavior, interval};

use crate::bank::pay;

/// The name of the breaker, which all pods and the operator use.
pub(crate) const BANK: &str = "bank";

/// Where the fleet meets, and whom the pod calls.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) namespace: String,
    pub(crate) bank: SocketAddr,
}

/// Gets the lines in which a pod reports.
pub(crate) type Report = Arc<dyn Fn(String) + Send + Sync>;

/// Runs a pod, which calls the bank once in `every` milliseconds and never ends by itself.
pub(crate) async fn run(
    name: &str,
    every: u64,
    place: Place,
    store: impl FleetStore,
    report: Report,
) -> anyhow::Result<()> {
    let registry = Registry::new();
    let transitions = Arc::clone(&report);
    registry
        .subscribe(move |event| {
            if let EventKind::Transition(transition) = event.kind() {
                transitions(format!("circuit {} {}", transition.to, transition.reason));
            }
        })
        .detach();
    let settings = Config::new()
        .shared(true)
        .threshold(3)
        .open_for(Duration::from_secs(2))
        .half_open_calls(1)
        .success_threshold(3);
    let bank = registry.get_or_create(BANK, settings)?;

    let fleet = Fleet::new(&place.namespace)
        .store(store)
        .member(name)
        .join(&registry)?;
    let events = Arc::clone(&report);
    let _subscription = fleet.subscribe(move |event| match event {
        FleetEvent::Opened {
            decided_here: true, ..
        } => events(format!("event alert: {event}")),
        _ => events(format!("event {event}")),
    });

    let mut every = interval(Duration::from_millis(every));
    every.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        let answer = bank.call_async(pay(place.bank, name)).await;
        report(match answer {
            Ok(_) => "call ok".to_owned(),
            Err(error) => match error.rejection() {
                Some(rejection) => format!("call {}", rejection.reason()),
                None => "call failed".to_owned(),
            },
        });
        report(format!("fleet {}", fleet.status().as_str()));
    }
}
