//! What faults of the store and of the network do.

use super::*;
use crate::values::FleetStatus;

#[test]
fn s17_when_the_store_dies_each_stays_open_for_its_period_and_then_probes_by_itself() {
    let mut world = World::open_fleet(10, &config());
    let opened = world.now();
    world.run_for(10 * S);
    world.act(Action::ServerDies);
    world.act(Action::DependencyRecovers);
    world.run_for(opened + 29 * S - world.now());
    assert_eq!(world.count(State::Open), 10);
    let mut closed = Vec::new();
    for _ in 0..120 {
        world.run_for(100 * MS);
        closed.push(world.count(State::Closed));
    }
    assert_eq!(closed.last(), Some(&10), "{closed:?}");
    let alone = |it: &FleetEvent| matches!(it, FleetEvent::Alone { .. });
    for i in 0..10 {
        assert_eq!(
            world.events(i, 0).filter(|it| alone(it)).count(),
            1,
            "told once"
        );
    }
    let most = closed.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!(most < Some(6), "not all at once: {closed:?}");
}

#[test]
fn s21_after_a_loss_of_all_data_overrides_come_back_and_no_single_vote_opens() {
    let mut world = World::fleet(10);
    world.steer(1, Some("q"), Order::ForceOpen { ttl: None });
    world.act(Action::Sick(0, true));
    world.run_until(5 * S, "one opens", |world| world.count(State::Open) == 1);
    world.run_for(6 * S);
    world.act(Action::LosesData);
    let lost = world.now();
    for _ in 0..60 {
        world.run_for(S / 2);
        assert_eq!(world.count(State::Closed) + 1, 10, "nobody else opens");
    }
    let overrides = world.server.contents(world.now()).overrides;
    assert_eq!(overrides.len(), 1);
    assert_eq!(overrides[0].name.as_deref(), Some("q"));
    assert!(overrides[0].age >= Duration::from_secs(30), "{overrides:?}");
    let votes = world.circuit().expect("a vote").votes;
    assert_eq!(votes.len(), 1);
    for i in 1..10 {
        assert_eq!(world.openings(i, lost), 0);
    }
}

#[test]
fn s21_an_override_stays_in_force_everywhere_while_the_store_loses_its_data() {
    let mut world = World::fleet(5);
    world.force_open(1, None);
    world.run_for(S);
    for _ in 0..3 {
        world.act(Action::LosesData);
        for _ in 0..40 {
            world.run_for(500 * MS);
            assert_eq!(world.count(State::ForcedOpen), 5);
        }
    }
    world.steer(2, Some("p"), Order::Clear);
    world.run_for(S);
    world.act(Action::LosesData);
    world.run_for(20 * S);
    assert!(world.all_closed());
}

#[test]
fn s23_a_lease_that_a_failover_has_lost_makes_at_most_two_probe_for_one_lease() {
    let config = config().success_threshold(50).half_open_calls(1);
    let mut world = World::open_fleet(5, &config);
    world.server.remembers = true;
    world.act(Action::DependencyRecovers);
    world.run_until(40 * S, "somebody probes", |world| world.holder().is_some());
    world.act(Action::FailsOver { lost: 1, skew: 0 });
    let lost = world.now();
    let leased = |world: &World| {
        let probes = |it: &&crate::fleet::simulation::instance::Instance| {
            matches!(
                it.reading(0).standing,
                Standing::HalfOpen { leased: true, .. }
            )
        };
        world.instances.iter().filter(probes).count()
    };
    while !world.all_closed() {
        world.run_for(10 * MS);
        let most = if world.now() < lost + 5 * S { 2 } else { 1 };
        assert!(leased(&world) <= most, "{:?}", world.states());
        assert!(world.now() < lost + 60 * S);
    }
}

#[test]
fn s23_a_closing_that_a_failover_has_lost_is_said_again() {
    let (mut world, _) = World::probing_fleet(5, &config());
    world.server.remembers = true;
    world.act(Action::DependencyRecovers);
    let closes = |world: &World| world.circuit().is_some_and(|it| it.phase == Phase::Closed);
    world.run_until(100 * S, "the fleet closes", closes);
    let start = world.now();
    world.act(Action::FailsOver { lost: 1, skew: 0 });
    assert_eq!(world.circuit().map(|it| it.phase), Some(Phase::Open));
    world.run_for(15 * S);
    assert!(world.all_closed());
    assert_ne!(world.circuit().map(|it| it.phase), Some(Phase::Open));
    for i in 0..5 {
        assert_eq!(world.openings(i, start), 0);
    }
}

#[test]
fn s23_an_override_that_a_failover_has_lost_is_said_again_by_who_saw_it() {
    let mut world = World::fleet(5);
    world.server.remembers = true;
    world.force_open(1, None);
    world.run_until(100 * MS, "all forced", |world| {
        world.count(State::ForcedOpen) == 5
    });
    world.act(Action::FailsOver { lost: 8, skew: 0 });
    assert_eq!(world.server.contents(world.now()).overrides, []);
    for _ in 0..80 {
        world.run_for(100 * MS);
        assert_eq!(world.count(State::ForcedOpen), 5);
    }
    assert_eq!(world.server.contents(world.now()).overrides.len(), 1);
}

#[test]
fn s26_a_clock_of_the_server_that_jumps_by_a_minute_delays_a_closing_by_one_period_at_most() {
    for skew in [60_000_000, -60_000_000] {
        let mut world = World::open_fleet(5, &config());
        world.run_for(10 * S);
        world.act(Action::FailsOver { lost: 0, skew });
        world.act(Action::DependencyRecovers);
        let took = world.run_until(80 * S, "all close", World::all_closed);
        assert!(took <= 20 * S + 30 * S + 8 * S, "{took} ns");
    }
}

#[test]
fn s27_two_halves_protect_themselves_and_come_together_without_flapping() {
    let mut world = World::fleet(10);
    for i in 5..10 {
        world.act(Action::Cut(i, Link::Blackhole));
    }
    world.run_for(20 * S);
    world.act(Action::DependencyFails);
    world.run_until(5 * S, "both halves open", |world| {
        world.count(State::Open) == 10
    });
    world.run_for(5 * S);
    for i in 5..10 {
        world.act(Action::Heal(i));
    }
    world.act(Action::DependencyRecovers);
    let healed = world.now();
    let together = |world: &World| {
        let joined = |it: &FleetStatus| matches!(it, FleetStatus::Joined { members: 10, .. });
        world.instances.iter().all(|it| joined(&it.member.status()))
    };
    world.run_until(60 * S, "all joined", together);
    world.run_until(60 * S, "all close", World::all_closed);
    for i in 0..10 {
        // Half open and closed, and one more.
        assert!(
            world.transitions(i, healed) <= 3,
            "{:?}",
            world.instances[i].seen.states
        );
    }
}

#[test]
fn s29_a_lost_message_is_noticed_by_the_next_one() {
    let mut world = World::empty(SEED);
    for i in 0..3 {
        world.start(Spec {
            breakers: vec![("p".to_owned(), config()), ("q".to_owned(), config())],
            ..spec(&format!("i{i}"), &config())
        });
    }
    world.run_for(30 * S);
    let trip = Order::Trip {
        period: Duration::from_secs(30),
    };
    world.act(Action::PushLoss(1.0));
    world.steer(0, Some("p"), trip.clone());
    world.run_for(20 * MS);
    world.act(Action::PushLoss(0.0));
    assert_eq!(world.instances[2].state(0), State::Closed);
    world.steer(0, Some("q"), trip);
    let open = |world: &World| world.instances.iter().all(|it| it.state(0) == State::Open);
    world.run_until(100 * MS, "all know both", open);
}

#[test]
fn s29_a_lost_message_is_made_good_by_the_next_beat() {
    let mut world = World::fleet(3);
    let trip = Order::Trip {
        period: Duration::from_secs(30),
    };
    world.act(Action::PushLoss(1.0));
    world.steer(0, Some("p"), trip);
    world.run_for(20 * MS);
    world.act(Action::PushLoss(0.0));
    world.run_until(6_010 * MS, "all know", |world| {
        world.count(State::Open) == 3
    });
}

#[test]
fn s34_a_thousand_instances_come_back_over_two_seconds() {
    let mut world = World::of(1_000, Quorum::default(), &config(), SEED);
    for i in 0..1_000 {
        world.act(Action::Rate(i, 0.1));
    }
    world.run_for(20 * S);
    world.act(Action::ServerDies);
    world.run_for(120 * S);
    world.reconnects_within = 1;
    world.act(Action::ServerStarts { has_data: true });
    let back = world.now();
    world.run_for(5 * S);
    let scripts = world.server.scripts.iter().filter(|at| **at >= back);
    let mut windows = [0_usize; 50];
    for at in scripts {
        let window = usize::try_from((at - back) / (100 * MS)).unwrap_or_default();
        windows[window.min(49)] += 1;
    }
    assert!(windows[..25].iter().sum::<usize>() >= 1_000, "{windows:?}");
    assert!(windows.iter().max() <= Some(&100), "{windows:?}");
}
