//! What operators do, deploys, and clocks.

use super::*;
use crate::fleet::store::Op;

#[test]
fn s25_clocks_that_are_an_hour_apart_and_step_change_nothing() {
    let story = |skewed: bool| {
        let mut world = World::empty(SEED);
        for (i, hours) in [0, 1, -1, 1].into_iter().enumerate() {
            let skew = if skewed { 3_600 * hours } else { 0 };
            world.start(Spec {
                origin: 7_200 * S + u64::try_from(3_600 + skew).unwrap_or_default() * S,
                wall: skew,
                ..spec(&format!("i{i}"), &config())
            });
        }
        world.trace = Some(Vec::new());
        world.run_for(30 * S);
        if skewed {
            world.act(Action::StepWall(2, 3_600));
        }
        world.act(Action::DependencyFails);
        world.run_for(50 * S);
        world.force_open(1, Some(Duration::from_secs(10)));
        world.run_for(20 * S);
        world.act(Action::DependencyRecovers);
        if skewed {
            world.act(Action::StepWall(1, -3_600));
        }
        world.run_for(60 * S);
        world.check_closed("at the end");
        world.trace
    };
    assert_eq!(story(true), story(false));
}

#[test]
fn s30_versions_with_other_settings_live_in_one_fleet() {
    let old = config()
        .open_for(Duration::from_secs(10))
        .max_open_for(Duration::from_secs(10));
    let new = config()
        .open_for(Duration::from_secs(60))
        .success_threshold(5);
    let mut world = World::empty(SEED);
    let quorum = [Quorum::at_least(1), Quorum::at_least(3)];
    for (i, config) in [&old, &new, &old, &new].into_iter().enumerate() {
        world.start(Spec {
            quorum: quorum[i % 2],
            ..spec(&format!("i{i}"), config)
        });
    }
    let unshared = world.start(spec("unshared", &config().shared(false)));
    let absent = world.start(Spec {
        breakers: Vec::new(),
        ..spec("absent", &old)
    });
    world.run_for(30 * S);
    world.act(Action::DependencyFails);
    world.run_until(5 * S, "those that share open", |world| {
        (0..4).all(|i| world.instances[i].state(0) == State::Open)
    });
    world.act(Action::Rate(unshared, 0.0));
    let reading = world.instances[0].reading(0);
    let rest_of = |standing| match standing {
        Standing::Open { rest, .. } => rest,
        other => panic!("{other:?}"),
    };
    assert!(rest_of(reading.standing) <= Duration::from_secs(10));
    world.act(Action::DependencyRecovers);
    world.act(Action::Rate(unshared, 10.0));
    world.run_for(100 * S);
    world.check_closed("after the deploy");
    let ignored = |event: &&FleetEvent| matches!(event, FleetEvent::Ignored { .. });
    for i in 0..=absent {
        assert_eq!(world.events(i, 0).filter(ignored).count(), 0);
    }
}

#[test]
fn s40_an_observer_forces_all_open_until_the_end_of_its_order() {
    let mut world = World::fleet(5);
    let cli = world.start(Spec {
        observer: true,
        breakers: Vec::new(),
        ..spec("cli", &config())
    });
    world.run_for(S);
    let forced = world.now();
    world.force_open(cli, Some(Duration::from_secs(20)));
    let all_forced = |world: &World| world.count(State::ForcedOpen) == world.states().len();
    world.run_until(100 * MS, "all forced", all_forced);
    let late = world.start(spec("late", &config()));
    world.run_until(100 * MS, "who joins late hears of it at once", all_forced);
    assert_eq!(world.instances[late].state(0), State::ForcedOpen);
    world.run_for(forced + 19_990 * MS - world.now());
    assert!(all_forced(&world));
    world.run_until(30 * MS, "it ends", World::all_closed);
    world.force_open(cli, None);
    for i in 0..6 {
        world.act(Action::Rate(i, 0.0));
    }
    world.run_for(3 * 3_600 * S);
    assert!(all_forced(&world), "it needs no calls");
    assert_eq!(world.server.contents(world.now()).overrides.len(), 1);
}

#[test]
fn s42_votes_on_their_way_while_somebody_resets_open_nothing() {
    let mut world = World::fleet_with(3, Quorum::at_least(3), &config());
    world.act(Action::Sick(0, true));
    world.act(Action::Sick(1, true));
    world.run_until(5 * S, "two vote", |world| {
        world
            .circuit()
            .is_some_and(|circuit| circuit.votes.len() == 2)
    });
    world.act(Action::Latency(400 * MS));
    world.act(Action::Sick(2, true));
    world.run_until(5 * S, "the third opens", |world| {
        world.count(State::Open) == 3
    });
    let start = world.now();
    world.act(Action::Latency(MS));
    for i in 0..3 {
        world.act(Action::Sick(i, false));
    }
    let reset = Op::Steer {
        name: Some("p".to_owned()),
        order: Order::Reset,
        actor: None,
        reason: None,
    };
    world.act(Action::Asks(0, reset));
    world.run_until(5 * S, "all close", World::all_closed);
    world.run_for(30 * S);
    assert!(world.all_closed());
    assert_eq!(world.openings(0, start), 0);
}
