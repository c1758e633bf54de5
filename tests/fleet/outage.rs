//! What a fleet does while its dependency fails.

use std::time::{Duration, Instant};

use breaker_runtime::fleet::{FleetCircuit, FleetStatus, Quorum};
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
async fn s6_one_of_many_probes_and_its_success_closes_all() {
    let Some(server) = Server::start() else {
        return;
    };
    let quorum = Quorum::default();
    let instances: Vec<_> = (0..20)
        .map(|n| {
            Instance::join_with(
                &server.url(),
                &format!("{n}"),
                Duration::from_secs(1),
                quorum,
            )
        })
        .collect();
    for instance in &instances {
        instance.is_joined().await;
    }
    grow_old(&server);
    instances[0].fleet.trip("p").await.unwrap();
    for instance in &instances {
        instance.is(State::Open).await;
    }
    // All have traffic; calls of the prober hang at first.
    let mut probe = None;
    eventually("one probes", || {
        for instance in &instances {
            match instance.p.try_acquire() {
                Ok(permit) => probe = Some((instance, permit)),
                Err(rejected) if rejected.reason() == RejectionReason::ProbedElsewhere => {
                    assert!(rejected.retry_after().unwrap() <= Duration::from_secs(15));
                }
                Err(_) => {}
            }
        }
        probe.is_some()
    })
    .await;
    let (prober, permit) = probe.unwrap();
    eventually("all know who probes", || {
        instances
            .iter()
            .all(|it| it.view().prober.as_deref() == Some(prober.fleet.id()))
    })
    .await;
    let half_open = instances
        .iter()
        .filter(|it| it.p.state() == State::HalfOpen);
    assert_eq!(half_open.count(), 1);
    permit.success();
    for instance in &instances {
        instance.is(State::Closed).await;
        eventually("told", || instance.count("closed") == 1).await;
    }
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

#[tokio::test]
async fn s32_a_calm_fleet_costs_little() {
    let Some(server) = Server::start() else {
        return;
    };
    const N: u32 = 10;
    let instances: Vec<_> = (0..N)
        .map(|n| Instance::join(&server.url(), &format!("{n}"), LONG))
        .collect();
    for instance in &instances {
        instance.is_joined().await;
    }
    // Let the first beats pass, which come early.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let scripts = || -> f64 {
        let info = server.info("commandstats", "cmdstat_evalsha");
        info["calls=".len()..]
            .split(',')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    let (began, before) = (Instant::now(), scripts());
    tokio::time::sleep(Duration::from_secs(8)).await;
    let rate = (scripts() - before) / began.elapsed().as_secs_f64();
    let most = f64::from(N) / 5.0 * 1.25;
    // Few beats fall into a few seconds, so chance has a part in their number.
    assert!(
        rate <= most + 1.0,
        "{rate:.2} scripts a second, at most {most:.2}"
    );
    // Each has one connection; one is that of the test.
    let clients: u32 = server.info("clients", "connected_clients").parse().unwrap();
    assert_eq!(clients, N + 1);
    let bytes: u32 = server
        .ask(&["MEMORY", "USAGE", "brk1:{shop}:m"])
        .text()
        .parse()
        .unwrap();
    assert!(bytes <= 150 * N, "{bytes} bytes of {N} members");
    assert_eq!(server.ask(&["EXISTS", "brk1:{shop}:b"]).number(), 0);
}
