//! How fleets probe and close.

use super::*;
use crate::fleet::store::{Answer, Batch, Op, Verdict};

fn large(config: &Config) -> World {
    let mut world = World::of(1_000, Quorum::default(), &config.threshold(2), SEED);
    for i in 0..1_000 {
        world.act(Action::Rate(i, 1.0));
    }
    world.run_for(25 * S);
    world.act(Action::DependencyFails);
    world.run_until(10 * S, "all open", |world| {
        world.count(State::Open) == 1_000
    });
    world
}

#[test]
fn s6_s7_of_a_thousand_one_probes_and_all_close_spread_over_a_tenth_of_the_period() {
    let mut world = large(&config());
    world.act(Action::DependencyRecovers);
    let asked = world.server.leases_asked;
    world.run_until(40 * S, "somebody probes", |world| {
        world.count(State::HalfOpen) > 0
    });
    assert_eq!(world.count(State::HalfOpen), 1);
    let probing = world.now();
    while world
        .circuit()
        .is_some_and(|circuit| circuit.phase == Phase::Open)
    {
        world.run_for(10 * MS);
        assert!(world.count(State::HalfOpen) <= 1);
        assert!(world.now() < probing + 30 * S);
    }
    let asked = world.server.leases_asked - asked;
    assert!(asked <= 50, "{asked} requests for the lease");
    let elsewhere = |world: &World, i: usize| {
        let rejected = &world.instances[i].seen.rejected;
        rejected
            .get("probed_elsewhere")
            .copied()
            .unwrap_or_default()
    };
    assert!((0..1_000).filter(|i| elsewhere(&world, *i) > 0).count() > 300);
    let longest = world.instances.iter().map(|it| it.seen.longest_wait).max();
    assert!(longest <= Some(Duration::from_secs(5)), "{longest:?}");
    // They close over three seconds.
    let mut closed = vec![world.count(State::Closed)];
    let verdict = world.now();
    while closed.last() != Some(&1_000) {
        world.run_for(100 * MS);
        closed.push(world.count(State::Closed));
        assert!(world.now() <= verdict + 3_300 * MS, "{closed:?}");
    }
    let most = closed.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(most <= Some(50), "{closed:?}");
}

#[test]
fn s7_with_a_ramp_all_close_at_once_and_the_ramp_runs() {
    let config = config().ramp(Duration::from_secs(20));
    let (mut world, _) = World::probing_fleet(10, &config);
    world.act(Action::DependencyRecovers);
    let closes = |world: &World| world.circuit().is_some_and(|it| it.phase == Phase::Closed);
    world.run_until(100 * S, "the fleet closes", closes);
    world.run_until(100 * MS, "all close", World::all_closed);
    world.run_for(2 * S);
    let ramped =
        |it: &crate::fleet::simulation::instance::Instance| it.seen.rejected.contains_key("ramp");
    assert!(world.instances.iter().all(ramped));
}

#[test]
fn s8_a_failed_probe_opens_all_for_the_next_period_of_the_fleet_which_is_drawn_once() {
    let config = config().backoff(2.0).jitter(0.2);
    let (mut world, _) = World::probing_fleet(10, &config);
    let generation = world.circuit().expect("open").generation;
    let opens_again = |world: &World| world.circuit().is_some_and(|it| it.generation > generation);
    world.run_until(10 * S, "the probe fails", opens_again);
    world.run_for(100 * MS);
    let circuit = world.circuit().expect("open");
    assert_eq!((circuit.phase, circuit.row), (Phase::Open, 2));
    let period = circuit.period.as_secs_f64();
    assert!((48.0..=72.0).contains(&period), "{period}");
    for instance in &world.instances {
        let Standing::Open { rest, .. } = instance.reading(0).standing else {
            panic!("not open");
        };
        assert!(
            rest.abs_diff(circuit.rest) < Duration::from_millis(20),
            "{rest:?}"
        );
        assert_eq!(instance.reading(0).row, 2);
    }
}

#[test]
fn s9_the_lease_of_a_dead_prober_passes_on_and_its_late_verdict_changes_nothing() {
    let (mut world, holder) = World::probing_fleet(5, &config());
    let lease = world
        .circuit()
        .and_then(|it| it.lease)
        .expect("somebody probes");
    world.act(Action::Crash(holder));
    world.act(Action::DependencyRecovers);
    let took = world.run_until(7 * S, "another probes", |world| world.holder().is_some());
    assert!(took <= 6_200 * MS, "{took} ns");
    let before = world.circuit();
    let late = Batch {
        member: lease.by,
        observer: false,
        member_ttl: Duration::from_secs(15),
        epoch: 0,
        seq: Some(0),
        nonce: 0,
        ops: vec![Op::Verdict {
            name: "p".to_owned(),
            lease: lease.id,
            verdict: Verdict::Closed,
        }],
    };
    let now = world.now();
    let (answers, heard) = world.server.apply(&late, now);
    assert_eq!((answers.answers, heard), (vec![Answer::Stale], Vec::new()));
    assert_eq!(world.circuit(), before);
    world.run_until(20 * S, "all close", World::all_closed);
}

#[test]
fn s10_a_prober_that_was_stopped_does_not_open_what_another_has_closed() {
    let (mut world, holder) = World::probing_fleet(5, &config());
    // Its probe has failed already, but it cannot say so.
    world.act(Action::Pause(holder, 20 * S));
    world.act(Action::DependencyRecovers);
    let start = world.now();
    world.run_for(19 * S);
    let closed = world.circuit().expect("closed");
    assert_eq!(closed.phase, Phase::Closed);
    world.run_for(6 * S);
    assert!(world.all_closed(), "{:?}", world.states());
    assert_eq!(world.circuit(), Some(closed));
    for i in 0..5 {
        assert_eq!(world.openings(i, start), 0);
    }
}

#[test]
fn s11_a_prober_that_drops_its_probes_or_forgets_them_or_has_no_traffic_blocks_nobody() {
    let config = config()
        .open_for(Duration::from_secs(5))
        .probe_timeout(Duration::from_secs(60));
    let faults: [fn(usize) -> Action; 3] = [
        |i| Action::Drops(i, true),
        |i| Action::Forgets(i, true),
        |i| Action::Rate(i, 0.0),
    ];
    for fault in faults {
        let mut world = World::open_fleet(5, &config);
        world.run_until(20 * S, "somebody probes", |world| world.holder().is_some());
        let holder = world.holder().expect("somebody probes");
        world.act(fault(holder));
        world.act(Action::DependencyRecovers);
        let others_closed = |world: &World| {
            let others = world.states();
            let mut others = others.iter().enumerate().filter(|(i, _)| *i != holder);
            others.all(|(_, state)| *state == State::Closed)
        };
        world.run_until(60 * S, "the others close", others_closed);
    }
}

#[test]
fn s12_no_rejected_request_keeps_the_lease_of_a_dead_prober_alive() {
    let (mut world, holder) = World::probing_fleet(5, &config());
    let ends = world
        .circuit()
        .and_then(|it| it.lease)
        .expect("a lease")
        .rest;
    world.act(Action::Crash(holder));
    for i in 0..5 {
        world.act(Action::Rate(i, 500.0));
    }
    world.run_for(u64::try_from(ends.as_nanos()).unwrap_or_default());
    assert_eq!(world.circuit().and_then(|it| it.lease), None);
    world.act(Action::DependencyRecovers);
    world.run_until(S + 200 * MS, "another probes", |world| {
        world.holder().is_some()
    });
}

#[test]
fn s13_the_instance_with_traffic_probes_first() {
    let mut world = World::open_fleet(3, &config());
    world.run_for(S);
    let votes = world.circuit().expect("open").votes;
    // Who has voted lets another one probe, so the busy one is the one that has not.
    let has_voted = |i: &usize| {
        votes
            .iter()
            .any(|vote| vote == world.instances[*i].member.id())
    };
    let busy = (0..3).find(|i| !has_voted(i)).expect("two have voted");
    for i in 0..3 {
        world.act(Action::Rate(
            i,
            if i == busy { 1_000.0 } else { 1.0 / 60.0 },
        ));
    }
    world.run_until(40 * S, "somebody probes", |world| world.holder().is_some());
    assert_eq!(world.holder(), Some(busy));
}

#[test]
fn s14_without_traffic_nobody_probes_and_the_first_call_finds_the_circuit_half_open() {
    let mut world = World::open_fleet(3, &config());
    for i in 0..3 {
        world.act(Action::Rate(i, 0.0));
    }
    world.act(Action::DependencyRecovers);
    world.run_for(10 * S);
    let asked = world.server.leases_asked;
    world.run_for(86_400 * S);
    assert_eq!(world.server.leases_asked, asked);
    assert_eq!(world.circuit().and_then(|circuit| circuit.lease), None);
    assert_eq!(world.states(), [State::HalfOpen; 3]);
    world.act(Action::Rate(0, 1.0));
    world.run_for(20 * S);
    assert_eq!(
        world.states(),
        [State::Closed; 3],
        "the first to know tells the others"
    );
}
