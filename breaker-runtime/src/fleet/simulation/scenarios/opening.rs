//! How fleets open.

use super::*;

#[test]
fn s2_two_of_three_open_and_the_third_rejects_without_a_failed_call() {
    let mut world = World::fleet(3);
    world.act(Action::Rate(2, 0.1));
    world.act(Action::Sick(0, true));
    world.act(Action::Sick(1, true));
    world.run_until(5 * S, "two open", |world| world.count(State::Open) >= 2);
    let took = world.run_until(S, "the third opens", |world| world.count(State::Open) == 3);
    assert!(took <= 100 * MS, "{took} ns");
    assert_eq!(world.instances[2].seen.failed, 0);
    let history = world.instances[2].breakers[0].snapshot().history;
    let reason = history.last().map(|past| past.transition.reason);
    assert_eq!(reason, Some(Reason::Fleet));
}

#[test]
fn s3_one_sick_instance_of_ten_opens_nobody_else_for_an_hour() {
    let mut world = World::fleet(10);
    for i in 0..10 {
        world.act(Action::Rate(i, 2.0));
    }
    let published = world.server.published;
    world.act(Action::Sick(0, true));
    world.run_for(3_600 * S);
    for i in 1..10 {
        let states = &world.instances[i].seen.states[0];
        assert_eq!(states.len(), 1, "{i} was always closed");
    }
    assert!(world.transitions(0, 0) > 100, "it probes by itself");
    assert_eq!(world.server.published, published);
    let circuit = world.circuit().expect("a vote");
    assert_eq!((circuit.phase, circuit.votes.len()), (Phase::Voting, 1));
}

#[test]
fn s4_with_a_quorum_of_one_another_instance_refutes_the_sick_one_which_then_has_no_say() {
    let mut world = World::fleet_with(10, Quorum::at_least(1), &config());
    let start = world.now();
    world.act(Action::Sick(0, true));
    world.run_until(5 * S, "all open", |world| world.count(State::Open) == 10);
    let healthy_closed = |world: &World| world.states()[1..].iter().all(|it| *it == State::Closed);
    world.run_until(40 * S, "the others close", healthy_closed);
    let prober = world.events(1, start).find_map(|event| match event {
        FleetEvent::Probing { by, .. } => Some(by.clone()),
        _ => None,
    });
    assert_ne!(prober.as_deref(), Some(world.instances[0].member.id()));
    world.run_for(250 * S);
    for i in 1..10 {
        assert_eq!(world.openings(i, start), 1, "instance {i}");
    }
}

#[test]
fn s5_the_only_instance_behaves_as_if_it_had_not_joined() {
    let mut world = World::fleet(1);
    world.act(Action::Sick(0, true));
    world.run_until(5 * S, "it opens", |world| world.count(State::Open) == 1);
    let opened = world.instances[0].seen.states[0]
        .last()
        .expect("it has opened")
        .0;
    let until = opened + 30 * S;
    world.run_for(until - 1 - world.now());
    let phase = world.circuit().map(|circuit| circuit.phase);
    assert_eq!(phase, Some(Phase::Open));
    assert_eq!(world.states(), [State::Open]);
    world.run_for(1);
    assert_eq!(world.states(), [State::HalfOpen]);
}

#[test]
fn s33_votes_of_fifty_breakers_that_fail_at_once_go_in_few_batches() {
    let names: Vec<String> = (0..50).map(|number| format!("b{number}")).collect();
    let config = config().threshold(1);
    let mut world = World::empty(SEED);
    for number in 0..40 {
        world.start(Spec {
            breakers: names.iter().map(|name| (name.clone(), config)).collect(),
            rate: 200.0,
            ..spec(&format!("i{number}"), &config)
        });
    }
    world.run_for(20 * S);
    world.act(Action::DependencyFails);
    let start = world.now();
    world.run_for(2 * S);
    let scripts = world
        .server
        .scripts
        .iter()
        .filter(|at| **at >= start)
        .count();
    assert!(scripts < 1_000, "{scripts} scripts for {} votes", 40 * 50);
    let contents = world.server.contents(world.now());
    assert_eq!(contents.circuits.len(), 50);
    for (number, circuit) in contents.circuits.iter().enumerate() {
        let opened = circuit.generation / 1_000;
        assert_eq!(circuit.phase, Phase::Open, "{number} {opened}");
    }
    // From the deciding vote to the last instance that has heard of it.
    for instance in &world.instances {
        for (at, event) in &instance.seen.events {
            if let FleetEvent::Opened { name, .. } = event {
                let circuit = world.server.circuit(name, world.now()).expect("open");
                let opened = circuit.generation - 1_800_000_000_000_000;
                let took = (*at / 1_000).saturating_sub(opened);
                assert!(took <= 500_000, "{name} took {took} µs");
            }
        }
    }
}

#[test]
fn s44_exactly_one_instance_has_decided_each_opening() {
    let mut world = World::fleet_with(10, Quorum::default(), &config().backoff(1.0));
    let start = world.now();
    world.act(Action::DependencyFails);
    world.run_for(150 * S);
    world.act(Action::DependencyRecovers);
    world.run_for(60 * S);
    world.steer(
        3,
        Some("p"),
        Order::Trip {
            period: Duration::from_secs(5),
        },
    );
    world.run_for(30 * S);
    let openings = world.openings(0, start);
    assert!(openings >= 4, "votes, failed probes and a trip: {openings}");
    let decided = |event: &&FleetEvent| {
        matches!(
            event,
            FleetEvent::Opened {
                decided_here: true,
                ..
            }
        )
    };
    let all = (0..10).map(|i| world.events(i, start).filter(decided).count());
    assert_eq!(all.sum::<usize>(), openings);
    for i in 0..10 {
        assert_eq!(world.openings(i, start), openings);
    }
}

#[test]
fn s45_all_obey_what_one_voter_was_asked_for_up_to_their_own_longest_period() {
    let mut world = World::empty(SEED);
    for (i, longest) in [300, 300, 60].into_iter().enumerate() {
        let config = config().max_open_for(Duration::from_secs(longest));
        world.start(spec(&format!("i{i}"), &config));
    }
    world.run_for(30 * S);
    world.act(Action::Sick(0, true));
    world.run_until(5 * S, "one opens", |world| world.count(State::Open) == 1);
    world.dependency.retry_after = Some(Duration::from_secs(120));
    world.act(Action::Sick(1, true));
    world.run_until(5 * S, "all open", |world| world.count(State::Open) == 3);
    let rest = |world: &World, i: usize| match world.instances[i].reading(0).standing {
        Standing::Open { rest, .. } => rest.as_secs_f64(),
        other => panic!("{other:?}"),
    };
    for (i, expected) in [120.0, 120.0, 60.0].into_iter().enumerate() {
        let rest = rest(&world, i);
        assert!((rest - expected).abs() < 1.0, "{i}: {rest}");
    }
}
