//! What a fleet does while its dependency fails.

use std::time::{Duration, Instant};

use breaker_runtime::fleet::{FleetCircuit, FleetStatus};
use breaker_runtime::{Reason, RejectionReason, State};

use crate::instance::{Instance, fleet, grow_old, stored};
use crate::proxy::{Fault, Proxy};
use crate::server::{Server, eventually};
use crate::voice::Voice;

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn s2_s44_two_votes_open_the_fleet_and_one_instance_decides() {
    let Some(server) = Server::start() else {
        return;
    };
    let [a, b, c] = fleet::<3>(&server, LONG).await;
    a.fails();
    eventually("the vote arrives", || stored(&server).contains("voting")).await;
    assert_eq!((b.p.state(), c.p.state()), (State::Closed, State::Closed));
    b.fails();
    c.is(State::Open).await;
    assert_eq!(c.reason(), Reason::Fleet);
    assert_eq!(c.p.snapshot().totals.failures, 0);
    assert_eq!(c.succeeds(), Err(RejectionReason::Open));
    for instance in [&a, &b, &c] {
        eventually("told", || instance.count("opened") == 1).await;
        assert!(matches!(instance.view().circuit, FleetCircuit::Open { .. }));
        assert_eq!(instance.view().votes.len(), 2);
    }
    assert_eq!(a.decided() + b.decided() + c.decided(), 1);
}

#[tokio::test]
async fn s3_one_instance_with_a_broken_network_opens_nobody_else() {
    let Some(server) = Server::start() else {
        return;
    };
    let [a, b, c] = fleet::<3>(&server, Duration::from_secs(1)).await;
    for _ in 0..3 {
        a.fails();
        eventually("the vote arrives", || stored(&server).contains("voting")).await;
        assert_eq!(b.view().needed.max(2), 2);
        // Its probes are its own, and nobody else rejects anything.
        a.is(State::HalfOpen).await;
        assert_eq!((b.succeeds(), c.succeeds()), (Ok(()), Ok(())));
        a.fails();
        a.is(State::Open).await;
    }
    a.is(State::HalfOpen).await;
    assert_eq!(a.succeeds(), Ok(()));
    eventually("the vote is taken back", || stored(&server).is_empty()).await;
    assert_eq!([&a, &b, &c].map(|it| it.count("opened")), [0, 0, 0]);
}

#[tokio::test]
async fn s9_the_lease_of_a_prober_that_is_cut_off_passes_on() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    let a = Instance::join(&proxy.url(), "a", Duration::from_secs(1));
    let b = Instance::join(&server.url(), "b", Duration::from_secs(1));
    a.is_joined().await;
    b.is_joined().await;
    a.fleet.trip("p").await.unwrap();
    b.is(State::Open).await;
    // Only this instance has traffic, and its probe hangs.
    let mut probe = None;
    eventually("it probes", || {
        probe = probe.take().or_else(|| a.p.try_acquire().ok());
        probe.is_some()
    })
    .await;
    eventually("the other one knows", || {
        b.view().prober.as_deref() == Some(a.fleet.id())
    })
    .await;
    assert_eq!(b.succeeds(), Err(RejectionReason::ProbedElsewhere));
    proxy.set(Fault::Blackhole);
    let before = Instant::now();
    eventually("the other one probes", || b.succeeds().is_ok()).await;
    // Not before the lease has ended, of which a part was over.
    assert!(before.elapsed() > Duration::from_secs(1));
    b.is(State::Closed).await;
    // Its probe fails after the fleet has closed: that changes nothing there.
    let voice = Voice::at(&server.url(), "watch#1");
    let closed = voice.closed("p").await;
    proxy.set(Fault::None);
    if let Some(probe) = probe {
        probe.failure();
    }
    a.is_joined().await;
    assert_eq!(b.p.state(), State::Closed);
    let now = voice.circuit("p").await.unwrap();
    assert_eq!((now.generation, b.count("closed")), (closed.generation, 1));
}

#[tokio::test]
async fn s27_after_half_of_a_fleet_was_cut_off_there_is_one_state_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    let open_for = Duration::from_secs(3);
    let near = ["a", "b"].map(|label| Instance::join(&server.url(), label, open_for));
    let far = ["c", "d"].map(|label| Instance::join(&proxy.url(), label, open_for));
    for instance in near.iter().chain(&far) {
        instance.is_joined().await;
    }
    grow_old(&server);
    proxy.set(Fault::Blackhole);
    for instance in &far {
        instance.is_alone().await;
    }
    // The dependency fails: both halves protect themselves.
    for instance in near.iter().chain(&far) {
        instance.fails();
        instance.is(State::Open).await;
    }
    eventually("the near half is open as a fleet", || {
        near[0].count("opened") == 1
    })
    .await;
    proxy.set(Fault::None);
    for instance in &far {
        instance.is_joined().await;
    }
    // The dependency is well again.
    eventually("all are closed", || {
        near.iter().chain(&far).fold(true, |all, it| {
            let _ = it.succeeds();
            all && it.p.state() == State::Closed
        })
    })
    .await;
    for instance in near.iter().chain(&far) {
        assert_eq!(instance.p.snapshot().totals.failures, 1);
    }
}

#[tokio::test]
async fn s28_without_messages_an_opening_is_seen_by_asking() {
    let Some(server) = Server::start() else {
        return;
    };
    server.ask(&[
        "ACL",
        "SETUSER",
        "deaf",
        "on",
        ">pw",
        "~*",
        "&*",
        "+@all",
        "-subscribe",
    ]);
    let deaf = server.url().replace("redis://", "redis://deaf:pw@");
    let a = Instance::join(&deaf, "a", LONG);
    let b = Instance::join(&server.url(), "b", LONG);
    b.is_joined().await;
    eventually("polling", || {
        matches!(a.fleet.status(), FleetStatus::Polling { .. })
    })
    .await;
    let FleetStatus::Polling { why, .. } = a.fleet.status() else {
        panic!("not polling");
    };
    assert!(why.contains("subscribe"), "{why}");
    b.fleet.trip("p").await.unwrap();
    a.is(State::Open).await;
    assert_eq!(a.count("opened"), 1);
}
