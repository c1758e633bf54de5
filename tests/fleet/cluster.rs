//! A cluster of three masters with a replica each.

use std::process::Command;
use std::time::Duration;

use breaker_runtime::fleet::{FleetStore, Heard, Order, Phase};
use breaker_runtime::redis::RedisStore;

use crate::server::{Server, eventually};
use crate::voice::{Voice, steer, trip};

struct Cluster {
    servers: Vec<Server>,
}

impl Cluster {
    async fn start() -> Option<Self> {
        let arguments = [
            "--cluster-enabled",
            "yes",
            "--cluster-node-timeout",
            "1000",
            "--save",
            "",
            "--appendonly",
            "no",
            "--cluster-replica-validity-factor",
            "0",
        ];
        // The bus of a server is at its port plus 10,000.
        let servers: Option<Vec<_>> = (0..6).map(|_| Server::start_low(&arguments)).collect();
        let servers = servers?;
        let places: Vec<_> = servers
            .iter()
            .map(|server| format!("127.0.0.1:{}", server.port()))
            .collect();
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(&places)
            .args(["--cluster-replicas", "1", "--cluster-yes"])
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stdout)
        );
        let cluster = Self { servers };
        eventually("the cluster is complete", || {
            cluster.servers.iter().all(|server| {
                server
                    .ask(&["CLUSTER", "INFO"])
                    .text()
                    .contains("cluster_state:ok")
                    && (server.info("replication", "role") == "master"
                        || server.info("replication", "master_link_status") == "up")
            })
        })
        .await;
        Some(cluster)
    }

    fn urls(&self) -> Vec<String> {
        self.servers.iter().map(Server::url).collect()
    }

    fn slot(&self) -> String {
        self.servers[0]
            .ask(&["CLUSTER", "KEYSLOT", "brk1:{shop}"])
            .text()
    }

    /// The position of the master that has the keys.
    fn owner(&self) -> Option<usize> {
        self.servers.iter().position(|server| {
            server.is_running()
                && server.info("replication", "role") == "master"
                && matches!(
                    server.try_ask(&["EXISTS", "brk1:{shop}"]),
                    Ok(crate::server::Reply::Number(_))
                )
        })
    }

    fn id(&self, index: usize) -> String {
        self.servers[index].ask(&["CLUSTER", "MYID"]).text()
    }

    /// Moves the slot of the fleet to another master, as an operator does.
    fn migrate(&self, from: usize, to: usize) {
        let slot = self.slot();
        let (source, target) = (&self.servers[from], &self.servers[to]);
        target.ask(&["CLUSTER", "SETSLOT", &slot, "IMPORTING", &self.id(from)]);
        source.ask(&["CLUSTER", "SETSLOT", &slot, "MIGRATING", &self.id(to)]);
        let keys = source.ask(&["CLUSTER", "GETKEYSINSLOT", &slot, "100"]);
        let port = target.port().to_string();
        let mut words = vec!["MIGRATE", "127.0.0.1", &port, "", "0", "5000", "KEYS"];
        let keys: Vec<_> = keys.list().iter().map(crate::server::Reply::text).collect();
        words.extend(keys.iter().map(String::as_str));
        source.ask(&words);
    }

    fn finish(&self, from: usize, to: usize) {
        let (slot, id) = (self.slot(), self.id(to));
        for index in [to, from] {
            self.servers[index].ask(&["CLUSTER", "SETSLOT", &slot, "NODE", &id]);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s35_in_a_cluster_redirections_are_followed_through_a_migration_and_a_failover() {
    let Some(mut cluster) = Cluster::start().await else {
        return;
    };
    // From any server one gets to the owner, also from a replica.
    for url in cluster.urls() {
        let voice = Voice::at(&url, "a#1");
        voice.ask(trip("p", Duration::from_secs(600))).await;
        let mut heard = voice.store.listen();
        assert_eq!(Voice::hears(&mut heard).await, Heard::Ready);
        voice.ask(trip("p", Duration::from_secs(600))).await;
        assert!(matches!(
            Voice::hears(&mut heard).await,
            Heard::Changed { .. }
        ));
    }
    let voice = Voice::new(RedisStore::cluster(cluster.urls()).unwrap(), "a#1");
    let mut heard = voice.store.listen();
    assert_eq!(Voice::hears(&mut heard).await, Heard::Ready);
    // While a slot moves, a command needs all its keys on one server.
    voice.ask(steer("q", Order::ForceOpen { ttl: None })).await;
    let before = voice.beat().await;

    let from = cluster.owner().unwrap();
    let masters = |index: &usize| cluster.servers[*index].info("replication", "role") == "master";
    let to = (0..6)
        .find(|index| *index != from && masters(index))
        .unwrap();
    cluster.migrate(from, to);
    let during = voice.comes_back().await;
    assert_eq!(during.epoch, before.epoch);
    cluster.finish(from, to);
    let after = voice.comes_back().await;
    assert_eq!(after.epoch, before.epoch);
    assert_eq!(voice.circuit("p").await.unwrap().phase, Phase::Open);

    // Its new owner dies, and a replica takes over.
    let replica = (0..6).find(|index| {
        cluster.servers[*index].info("replication", "master_port")
            == cluster.servers[to].port().to_string()
    });
    let replica = replica.unwrap();
    eventually("the replica has the data", || {
        cluster.servers[replica].info("replication", "slave_repl_offset")
            == cluster.servers[to].info("replication", "master_repl_offset")
    })
    .await;
    cluster.servers[to].kill();
    let back = voice.comes_back().await;
    assert_eq!(back.epoch, before.epoch);
    assert_eq!(cluster.owner(), Some(replica));
    assert_eq!(voice.circuit("p").await.unwrap().phase, Phase::Open);
    while Voice::hears(&mut heard).await != Heard::Ready {}
    voice.ask(trip("p", Duration::from_secs(600))).await;
    while !matches!(Voice::hears(&mut heard).await, Heard::Changed { .. }) {}
}
