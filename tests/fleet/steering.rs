//! What an operator does to a whole fleet, and what leaving it does.

use std::time::Duration;

use breaker_runtime::fleet::FleetCircuit;
use breaker_runtime::{Actor, Layer, RejectionReason, State};

use crate::instance::{Instance, fleet, stored};
use crate::server::{Reply, Server, eventually};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn s40_an_observer_forces_a_circuit_open_for_all_and_for_those_who_come_late() {
    let Some(server) = Server::start() else {
        return;
    };
    let [a, b] = fleet::<2>(&server, LONG).await;
    let desk = Instance::observe(&server.url());
    desk.is_joined().await;
    let jo = Actor::new("jo")
        .unwrap()
        .because("bank maintenance")
        .unwrap();
    desk.fleet.by(&jo).force_open("p", None).await.unwrap();
    let late = Instance::join(&server.url(), "late", LONG);
    for instance in [&a, &b, &late] {
        instance.is(State::ForcedOpen).await;
        assert_eq!(instance.succeeds(), Err(RejectionReason::Forced));
        let forced = instance.p.snapshot().r#override.unwrap();
        assert_eq!(forced.layer, Layer::Fleet);
        assert_eq!(forced.by.actor.as_deref(), Some("jo"));
        assert_eq!(forced.by.reason.as_deref(), Some("bank maintenance"));
        assert!(matches!(instance.view().circuit, FleetCircuit::Forced(_)));
    }
    // An observer is no member, and its own circuits are its own.
    assert_eq!(desk.p.state(), State::Closed);
    assert_eq!(a.fleet.members().await.unwrap().len(), 3);

    desk.fleet.by(&jo).clear_override("p").await.unwrap();
    for instance in [&a, &b, &late] {
        instance.is(State::Closed).await;
    }
}

#[tokio::test]
async fn s40_an_override_ends_everywhere_after_its_time() {
    let Some(server) = Server::start() else {
        return;
    };
    let [a, b] = fleet::<2>(&server, LONG).await;
    let ttl = Duration::from_millis(1500);
    a.fleet
        .force_open("p", "maintenance", Some(ttl))
        .await
        .unwrap();
    b.is(State::ForcedOpen).await;
    for instance in [&a, &b] {
        instance.is(State::Closed).await;
    }
}

#[tokio::test]
async fn s21_an_override_survives_the_loss_of_all_data() {
    let Some(server) = Server::start() else {
        return;
    };
    let [a, b, c] = fleet::<3>(&server, LONG).await;
    a.fleet.force_open("p", "maintenance", None).await.unwrap();
    for instance in [&a, &b, &c] {
        instance.is(State::ForcedOpen).await;
    }
    server.ask(&["FLUSHALL"]);
    eventually("said again", || {
        matches!(server.ask(&["HGET", "brk1:{shop}:o", "p"]), Reply::Text(_))
    })
    .await;
    let late = Instance::join(&server.url(), "late", LONG);
    for instance in [&a, &b, &c, &late] {
        instance.is(State::ForcedOpen).await;
    }
    // One vote in the new epoch opens nothing.
    a.fleet.clear_override("p").await.unwrap();
    b.is(State::Closed).await;
    c.is(State::Closed).await;
    b.fails();
    eventually("the vote arrives", || stored(&server).contains("voting")).await;
    assert_eq!(c.p.state(), State::Closed);
}

#[tokio::test]
async fn a_reset_closes_all() {
    let Some(server) = Server::start() else {
        return;
    };
    let [a, b, c] = fleet::<3>(&server, LONG).await;
    a.fails();
    b.fails();
    c.is(State::Open).await;
    c.fleet.reset("p").await.unwrap();
    for instance in [&a, &b, &c] {
        instance.is(State::Closed).await;
    }
}

#[tokio::test]
async fn s47_who_leaves_or_is_dropped_gives_back_vote_and_membership() {
    let Some(server) = Server::start() else {
        return;
    };
    let [a, b, c] = fleet::<3>(&server, LONG).await;
    for instance in [a, b] {
        instance.fails();
        eventually("the vote arrives", || stored(&server).contains("voting")).await;
        if instance.fleet.id().starts_with('a') {
            instance.fleet.leave().await;
            assert_eq!(instance.p.state(), State::Open);
        } else {
            drop(instance.fleet);
        }
        eventually("the vote is gone", || stored(&server).is_empty()).await;
    }
    c.knows(1).await;
    assert_eq!(server.ask(&["ZCARD", "brk1:{shop}:m"]).number(), 1);
    assert_eq!(c.count("opened"), 0);
}
