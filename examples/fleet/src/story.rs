//! Who plays in the story, in which order, and how it is told.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use breaker_runtime::Registry;
use breaker_runtime::fleet::{Fleet, Membership};
use breaker_runtime::redis::RedisStore;
use tokio::time::sleep;

use crate::bank::Bank;
use crate::pod::{BANK, Place};
use crate::pods::{Pods, Way};
use crate::store::Store;

/// How long the example waits for anything. Most take a small part of it.
const LIMIT: Duration = Duration::from_secs(60);

/// The pods, and how many milliseconds pass between two calls of each.
pub(crate) const PODS: [(&str, u64); 5] = [
    ("pod-1", 20),
    ("pod-2", 25),
    ("pod-3", 100),
    ("pod-4", 400),
    ("pod-5", 400),
];

pub(crate) struct Story {
    pub(crate) began: Instant,
    pub(crate) bank: Bank,
    pub(crate) store: Store,
    pub(crate) pods: Pods,
    pub(crate) operator: Membership,
    /// A registry that is dropped leaves its fleet.
    _registry: Registry,
    summary: Vec<String>,
}

/// Tells the story, and fails where it differs from what it says.
pub(crate) fn tell() -> anyhow::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let mut story = Story::begin().await?;
        story.calm().await?;
        story.one_sick_pod().await?;
        story.outage().await?;
        story.dead_prober().await?;
        story.without_the_store().await?;
        story.forced_from_outside().await?;
        story.end();
        Ok(())
    })
}

impl Story {
    async fn begin() -> anyhow::Result<Self> {
        let began = Instant::now();
        let store = Store::choose()?;
        let bank = Bank::open().await?;
        let place = Place {
            namespace: format!("example-{}", std::process::id()),
            bank: bank.address,
        };
        println!("The fleet: {}.\n", store.describe());

        // The operator is no member: it has no calls and no votes, but it sees and steers the fleet.
        let fleet = Fleet::new(&place.namespace);
        let registry = Registry::new();
        let (way, operator) = match &store {
            Store::Own(server) => (
                Way::Url(server.url()),
                fleet.store(RedisStore::open(&server.url())?),
            ),
            Store::Url(url) => (Way::Url(url.clone()), fleet.store(RedisStore::open(url)?)),
            Store::Memory(memory) => (Way::Memory(memory.clone()), fleet.store(memory.clone())),
        };
        let operator = operator.member("operator").observe().join(&registry)?;
        let mut pods = Pods::new(place, way);
        for (name, every) in PODS {
            pods.start(name, every)?;
        }
        Ok(Self {
            began,
            bank,
            store,
            pods,
            operator,
            _registry: registry,
            summary: Vec::new(),
        })
    }

    fn end(&self) {
        println!("\nIn {:.0} s:", self.began.elapsed().as_secs_f64());
        for line in &self.summary {
            println!("  {line}");
        }
    }

    /// Waits for the pod that is half open.
    pub(crate) async fn prober(&self) -> anyhow::Result<String> {
        self.until("a pod probes", |story| {
            !story.pods.which(|pod| pod.is("half_open")).is_empty()
        })
        .await?;
        let probing = self.pods.which(|pod| pod.is("half_open"));
        probing.into_iter().next().context("it has ended already")
    }

    /// Waits until something is true; what it is must be clear from an error.
    pub(crate) async fn until(&self, what: &str, is: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let since = Instant::now();
        while !is(self) {
            if since.elapsed() > LIMIT {
                self.show();
                bail!("{what}: not within {} s", LIMIT.as_secs());
            }
            sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    }

    /// Returns who votes, and how many votes are needed.
    pub(crate) fn view(&self) -> Option<(Vec<String>, u32)> {
        let view = self.operator.view(BANK)?;
        Some((view.votes, view.needed))
    }

    pub(crate) fn counts(&self, end: &str) -> Vec<usize> {
        let names = self.pods.names();
        names
            .iter()
            .map(|name| self.pods.seen(name).count(end))
            .collect()
    }

    pub(crate) fn chapter(&self, title: &str) {
        println!("{:5.1} s  {title}", self.began.elapsed().as_secs_f64());
    }

    pub(crate) fn note(&self, text: &str) {
        println!("{:5.1} s    {text}", self.began.elapsed().as_secs_f64());
    }

    pub(crate) fn summary(&mut self, what: &str, how: &str) {
        self.summary.push(format!("{what:<14} {how}"));
    }

    /// Prints what the pods have reported, for whoever looks for the fault.
    fn show(&self) {
        eprintln!("the operator sees {:?}", self.operator.view(BANK));
        for name in self.pods.names() {
            let seen = self.pods.seen(&name);
            eprintln!(
                "{name}: {} {:?}, {:?}",
                seen.fleet, seen.circuit, seen.calls
            );
            for (at, line) in seen.history.iter().rev().take(20).rev() {
                eprintln!(
                    "  {:6.1} s  {line}",
                    at.duration_since(self.began).as_secs_f64()
                );
            }
        }
    }
}
