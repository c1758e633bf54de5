//! Two more instances of the shop in this process, which form a fleet with the one that the page shows.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use breaker_runtime::fleet::{Fleet, Membership, MemoryStore};
use breaker_runtime::{CircuitBreaker, Registry};
use tokio::time::{interval, timeout};

use crate::shop::{Shop, ShopError};

/// The breakers that the instances share.
const SHARED: [&str; 2] = ["bank", "stock"];

/// The registries of the other instances, and the memberships of all.
///
/// An instance leaves the fleet when its registry or its membership is dropped.
#[derive(Debug)]
pub(crate) struct Instances {
    _registries: Vec<Registry>,
    _memberships: Vec<Membership>,
}

/// Joins a fleet with the registry of this program and with those of two more instances. The stock never answers the
/// third instance, whose network is broken.
pub(crate) fn join(shop: &Arc<Shop>) -> anyhow::Result<Instances> {
    // A program uses a store on Redis. This one has all instances in one process.
    let store = MemoryStore::new();
    let join = |registry: &Registry, label: &str| {
        let fleet = Fleet::new("shop").store(store.clone());
        fleet.member(label).join(registry)
    };
    let mut registries = Vec::new();
    let mut memberships = vec![join(Registry::global(), "shop-1")?];
    for number in 2..=3 {
        let registry = Registry::new();
        for name in SHARED {
            let declared = Registry::global().declarations();
            let mut declared = declared.iter().filter(|it| it.name() == name);
            let declared = declared.next().context("the shop declares it")?;
            let breaker = registry.get_or_create(name, declared.config())?;
            let is_cut_off = number == 3 && name == "stock";
            tokio::spawn(call(breaker, Arc::clone(shop), name, is_cut_off));
        }
        memberships.push(join(&registry, &format!("shop-{number}"))?);
        registries.push(registry);
    }
    Ok(Instances {
        _registries: registries,
        _memberships: memberships,
    })
}

/// Calls a service ten times a second.
async fn call(breaker: CircuitBreaker, shop: Arc<Shop>, service: &str, is_cut_off: bool) {
    let mut pace = interval(Duration::from_millis(100));
    loop {
        pace.tick().await;
        let call = breaker.call_async(async {
            if is_cut_off {
                return Err(ShopError::CutOff);
            }
            let answer = timeout(Duration::from_secs(1), shop.ask(service)).await;
            answer.unwrap_or(Err(ShopError::CutOff))
        });
        let _ = call.await;
    }
}
