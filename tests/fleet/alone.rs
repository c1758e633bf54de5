//! What instances do while the server is missing, hangs, dies, or comes back.

use std::time::{Duration, Instant};

use breaker_runtime::State;
use breaker_runtime::fleet::{FleetError, FleetStatus};

use crate::instance::{Instance, fleet, grow_old, stored};
use crate::server::{Server, eventually, free_port};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn s15_without_a_server_joining_returns_at_once_and_own_rules_hold() {
    let port = free_port();
    let began = Instant::now();
    let a = Instance::join(
        &format!("redis://127.0.0.1:{port}"),
        "a",
        Duration::from_secs(1),
    );
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(a.succeeds(), Ok(()));
    eventually("told", || a.count("alone") == 1).await;
    let FleetStatus::Alone { why, .. } = a.fleet.status() else {
        panic!("not alone");
    };
    assert!(why.contains("connection refused"), "{why}");
    let order = a.fleet.force_open("p", "maintenance", None).await;
    assert!(matches!(order, Err(FleetError::Away(_))), "{order:?}");
    a.fails();
    assert_eq!(a.p.state(), State::Open);
    a.is(State::HalfOpen).await;
    assert_eq!(a.succeeds(), Ok(()));
    assert_eq!(a.p.state(), State::Closed);
    assert_eq!(a.count("alone"), 1);
}

#[tokio::test]
async fn s15_a_wrong_password_is_one_event_that_names_it() {
    let Some(mut server) = Server::start() else {
        return;
    };
    server.ask(&["CONFIG", "SET", "requirepass", "right"]);
    server.log_in("default", "right");
    let a = Instance::join(
        &server.url().replace("redis://", "redis://:wrong@"),
        "a",
        LONG,
    );
    eventually("told", || a.count("alone") == 1).await;
    let FleetStatus::Alone { why, .. } = a.fleet.status() else {
        panic!("not alone");
    };
    assert!(
        why.contains("wrong user or password") && !why.contains(":wrong@"),
        "{why}"
    );
    assert_eq!(a.count("alone"), 1);
    assert_eq!(a.succeeds(), Ok(()));
}

#[tokio::test]
async fn s16_a_server_that_dies_is_told_once_and_its_return_too() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let [a, b] = fleet::<2>(&server, LONG).await;
    server.kill();
    for instance in [&a, &b] {
        instance.is_alone().await;
        assert_eq!(instance.succeeds(), Ok(()));
    }
    server.restart();
    for instance in [&a, &b] {
        instance.is_joined().await;
        assert_eq!((instance.count("alone"), instance.count("joined")), (1, 2));
    }
    a.knows(2).await;
}

#[tokio::test]
async fn s17_an_opening_of_the_fleet_outlives_the_server_and_ends_by_own_probes() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let [a, b, c] = fleet::<3>(&server, Duration::from_secs(4)).await;
    a.fails();
    b.fails();
    c.is(State::Open).await;
    server.kill();
    c.is_alone().await;
    assert_eq!(c.p.state(), State::Open);
    for instance in [&a, &b, &c] {
        instance.is(State::HalfOpen).await;
        assert_eq!(instance.succeeds(), Ok(()));
        assert_eq!(instance.p.state(), State::Closed);
    }
}

#[tokio::test]
async fn s18_who_waits_for_a_prober_when_the_server_dies_probes_alone() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let [a, b] = fleet::<2>(&server, Duration::from_secs(1)).await;
    a.fleet.trip("p").await.unwrap();
    b.is(State::Open).await;
    let mut probe = None;
    eventually("one probes", || {
        probe = probe.take().or_else(|| a.p.try_acquire().ok());
        probe.is_some()
    })
    .await;
    eventually("the other one is held", || {
        b.succeeds() == Err(breaker_runtime::RejectionReason::ProbedElsewhere)
    })
    .await;
    server.kill();
    eventually("it probes alone", || b.succeeds().is_ok()).await;
    assert_eq!(b.p.state(), State::Closed);
    probe.unwrap().success();
    a.is(State::Closed).await;
}

#[tokio::test]
async fn s19_a_server_that_hangs_leaves_all_alone_and_has_them_back() {
    let Some(server) = Server::start() else {
        return;
    };
    let [a, b] = fleet::<2>(&server, LONG).await;
    server.pause();
    for instance in [&a, &b] {
        instance.is_alone().await;
        assert_eq!(instance.succeeds(), Ok(()));
    }
    server.resume();
    for instance in [&a, &b] {
        instance.is_joined().await;
        assert_eq!(instance.count("alone"), 1);
    }
    grow_old(&server);
    a.fails();
    eventually("the vote arrives", || stored(&server).contains("voting")).await;
    b.fails();
    eventually("the fleet opens", || {
        a.count("opened") + b.count("opened") == 2
    })
    .await;
}

#[tokio::test]
async fn s20_after_a_restart_with_data_nothing_has_changed() {
    let arguments = [
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--save",
        "",
    ];
    let Some(mut server) = Server::start_with(&arguments) else {
        return;
    };
    let [a, b] = fleet::<2>(&server, LONG).await;
    a.fleet.trip("p").await.unwrap();
    b.is(State::Open).await;
    let generation = b.view().generation;
    server.restart();
    for instance in [&a, &b] {
        eventually("told of its return", || instance.count("joined") >= 1).await;
        instance.is_joined().await;
        assert_eq!(instance.p.state(), State::Open);
    }
    a.fleet.reset("p").await.unwrap();
    b.is(State::Closed).await;
    assert!(b.view().generation > generation);
    assert_eq!((a.count("opened"), b.count("opened")), (1, 1));
}
