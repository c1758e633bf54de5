//! A master that becomes a replica, and a replica that has missed the last changes.

use std::time::Duration;

use breaker_runtime::fleet::{Answer, FleetStore, Heard, Order, Phase};

use crate::proxy::Proxy;
use crate::server::{Server, eventually};
use crate::voice::{Voice, away, lease, steer, trip, verdict};

async fn replica_of(master: &Server) -> Server {
    let replica = Server::start().unwrap();
    follow(&replica, master).await;
    replica
}

async fn follow(replica: &Server, master: &Server) {
    replica.ask(&["REPLICAOF", "127.0.0.1", &master.port().to_string()]);
    eventually("in sync", || {
        replica.info("replication", "master_link_status") == "up"
    })
    .await;
}

async fn caught_up(replica: &Server, master: &Server) {
    eventually("caught up", || {
        master.info("replication", "master_repl_offset")
            == replica.info("replication", "slave_repl_offset")
    })
    .await;
}

#[tokio::test]
async fn s24_a_replica_is_left_and_the_address_is_looked_up_anew() {
    let Some(old) = Server::start() else { return };
    let new = replica_of(&old).await;
    let proxy = Proxy::to(old.port()).await;
    let voice = Voice::at(&proxy.url(), "a#1");
    let mut heard = voice.store.listen();
    assert_eq!(Voice::hears(&mut heard).await, Heard::Ready);
    voice.ask(trip("p", Duration::from_secs(60))).await;
    let before = voice.beat().await;
    caught_up(&new, &old).await;

    // The connections to the old master stay open.
    new.ask(&["REPLICAOF", "NO", "ONE"]);
    follow(&old, &new).await;
    proxy.lead_to(new.port());
    let why = away(voice.say(vec![]).await);
    assert!(why.contains("the server is a replica"), "{why}");
    let after = voice.comes_back().await;
    assert_eq!(after.epoch, before.epoch);
    assert_eq!(voice.circuit("p").await.unwrap().phase, Phase::Open);
    while Voice::hears(&mut heard).await != Heard::Ready {}
}

#[tokio::test]
async fn s23_a_lost_lease_is_given_again_and_the_lost_one_is_stale() {
    let Some(old) = Server::start() else { return };
    let new = replica_of(&old).await;
    let proxy = Proxy::to(old.port()).await;
    let (a, b) = (
        Voice::at(&proxy.url(), "a#1"),
        Voice::at(&proxy.url(), "b#2"),
    );
    b.beat().await;
    a.ask(trip("p", Duration::from_millis(1))).await;
    caught_up(&new, &old).await;
    // From now on the replica hears nothing.
    new.ask(&["REPLICAOF", "NO", "ONE"]);
    let generation = a.circuit("p").await.unwrap().generation;
    let Answer::Granted { lease: lost } = a.ask(lease("p", generation)).await else {
        panic!("no lease");
    };
    proxy.lead_to(new.port());
    a.store.reconnect();
    b.store.reconnect();
    let Answer::Granted { lease: given } = b.ask(lease("p", generation)).await else {
        panic!("no lease");
    };
    assert!(given > lost);
    assert_eq!(a.ask(verdict("p", lost)).await, Answer::Stale);
    assert_eq!(b.ask(verdict("p", given)).await, Answer::Done);
}

#[tokio::test]
async fn s23_a_lost_closing_and_a_lost_override_can_be_said_again() {
    let Some(old) = Server::start() else { return };
    let new = replica_of(&old).await;
    let proxy = Proxy::to(old.port()).await;
    let voice = Voice::at(&proxy.url(), "a#1");
    let id = voice.lease("p").await;
    let before = voice.beat().await;
    caught_up(&new, &old).await;
    new.ask(&["REPLICAOF", "NO", "ONE"]);
    assert_eq!(voice.ask(verdict("p", id)).await, Answer::Done);
    voice.ask(steer("q", Order::ForceOpen { ttl: None })).await;
    let forced = voice.beat().await.contents.unwrap().overrides.remove(0);

    proxy.lead_to(new.port());
    voice.store.reconnect();
    let after = voice.beat().await;
    assert_eq!(after.epoch, before.epoch);
    assert_eq!(after.contents.unwrap().overrides, []);
    assert_eq!(voice.ask(verdict("p", id)).await, Answer::Done);
    let again = breaker_runtime::fleet::Op::Again(forced.clone());
    assert_eq!(voice.ask(again).await, Answer::Done);
    let there = voice.beat().await.contents.unwrap();
    assert_eq!(there.overrides[0].revision, forced.revision);
    assert_eq!(there.circuits[0].phase, Phase::Closed);
}

#[tokio::test]
async fn the_master_that_sentinels_name_is_used_and_followed() {
    let Some(old) = Server::start() else { return };
    let mut old = old;
    let new = replica_of(&old).await;
    let config = crate::server::folder("sentinel").join("sentinel.conf");
    let text = format!(
        "sentinel monitor main 127.0.0.1 {} 1\nsentinel down-after-milliseconds main 500\n\
         sentinel failover-timeout main 2000\n",
        old.port()
    );
    std::fs::write(&config, text).unwrap();
    let Some(sentinel) = Server::start_from(&config, &["--sentinel"]) else {
        return;
    };
    eventually("the sentinel knows the replica", || {
        let master = sentinel.ask(&["SENTINEL", "REPLICAS", "main"]);
        !master.list().is_empty()
    })
    .await;
    let dead = format!("redis://127.0.0.1:{}", crate::server::free_port());
    let store = breaker_runtime::redis::RedisStore::sentinel([&dead, &sentinel.url()], "main");
    let voice = Voice::new(store.unwrap(), "a#1");
    voice.ask(trip("p", Duration::from_secs(60))).await;
    caught_up(&new, &old).await;
    old.kill();
    assert!(voice.say(vec![]).await.is_err());
    voice.comes_back().await;
    assert_eq!(voice.circuit("p").await.unwrap().phase, Phase::Open);
    assert_eq!(new.info("replication", "role"), "master");

    let store = breaker_runtime::redis::RedisStore::sentinel([sentinel.url()], "other");
    let why = away(Voice::new(store.unwrap(), "a#1").say(vec![]).await);
    assert!(why.contains("knows no master of this name"), "{why}");
    drop(sentinel);
    std::fs::remove_dir_all(config.parent().unwrap()).unwrap();
}
