//! A fleet of three instances in this process, of which the page shows the first.

use std::time::Duration;

use anyhow::ensure;
use breaker_runtime::fleet::{Fleet, Membership, MemoryStore, Quorum};
use breaker_runtime::{CircuitBreaker, Config, Registry, State};

use crate::scene::Scene;

/// Three instances with the shared breakers `bank` and `mail`, and `tax`, which is not shared.
#[derive(Debug)]
pub(crate) struct FleetScene {
    pub(crate) scene: Scene,
    pub(crate) store: MemoryStore,
    /// The first one is shown.
    registries: Vec<Registry>,
    memberships: Vec<Membership>,
}

impl FleetScene {
    pub(crate) async fn new() -> anyhow::Result<Self> {
        let store = MemoryStore::new();
        let (mut registries, mut memberships) = (Vec::new(), Vec::new());
        for number in 1..=3 {
            let registry = Registry::new();
            let shared = Config::new().threshold(2).shared(true);
            for name in ["bank", "mail"] {
                let shared = shared.open_for(Duration::from_secs(600));
                registry.get_or_create(name, shared.max_open_for(Duration::from_secs(600)))?;
            }
            registry.get_or_create("tax", Config::new())?;
            let fleet = Fleet::new("shop").store(store.clone());
            let fleet = fleet.quorum(Quorum::at_least(3));
            let fleet = fleet.member(&format!("shop-{number}"));
            let fleet = fleet.join_on_thread(&registry)?;
            fleet.joined().await?;
            memberships.push(fleet);
            registries.push(registry);
        }
        Ok(Self {
            scene: Scene::of_now(registries[0].clone())?,
            store,
            registries,
            memberships,
        })
    }

    /// Lets the bank fail for the instance that is shown, and for no other one.
    pub(crate) fn votes_alone(&self) -> anyhow::Result<()> {
        let bank = self.scene.get("bank")?;
        for _ in 0..2 {
            let _ = bank.call(|| Err::<(), _>("the service answered 503"));
        }
        ensure!(bank.state() == State::Open);
        Ok(())
    }

    /// Opens a circuit in the whole fleet.
    pub(crate) async fn opens(&self, name: &str) -> anyhow::Result<()> {
        Ok(self.memberships[1].trip(name).await?)
    }

    /// Forces a circuit open in the whole fleet.
    pub(crate) async fn forces_open(&self, name: &str) -> anyhow::Result<()> {
        let half_an_hour = Some(Duration::from_secs(1800));
        Ok(self.memberships[1]
            .force_open(name, "it is being moved", half_an_hour)
            .await?)
    }

    /// Returns the breakers of a name in all instances.
    pub(crate) fn all(&self, name: &str) -> Vec<CircuitBreaker> {
        let all = self.registries.iter();
        all.filter_map(|registry| registry.get(name)).collect()
    }

    /// Waits until all instances are in a state.
    pub(crate) async fn until(&self, name: &str, state: State) -> anyhow::Result<()> {
        for _ in 0..200 {
            if self.all(name).iter().all(|it| it.state() == state) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::bail!("{name} is not {state} everywhere");
    }
}
