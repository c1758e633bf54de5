//! The rules of an instance, by their numbers.

mod bench;
mod connection;
mod failover;
mod hostile;
mod overrides;

use std::time::Duration;

use self::bench::{Bench, config, seconds};
use crate::fleet::event::FleetEvent;
use crate::fleet::quorum::Quorum;
use crate::fleet::store::{Heard, Op, Order, Phase, Verdict};
use crate::time::Clock as _;
use crate::values::{Reason, Rejection, RejectionReason, State};

#[test]
fn f2_an_opening_by_a_rule_is_a_vote_that_each_beat_repeats() {
    let mut bench = Bench::new(3);
    bench.fail([0]);
    assert_eq!(bench.pods[0].votes(), 1);
    bench.pass(seconds(13));
    assert!(
        (3..=4).contains(&bench.pods[0].votes()),
        "{}",
        bench.pods[0].votes()
    );
    assert_eq!(bench.pods[1].votes(), 0);
}

#[test]
fn f2_a_trip_and_an_override_are_no_votes() {
    let mut bench = Bench::new(2);
    bench.pods[0].payment.trip();
    bench.pods[1].payment.force_open("here", None);
    bench.pass(seconds(10));
    assert_eq!(bench.pods[0].votes() + bench.pods[1].votes(), 0);
}

#[test]
fn f2_an_opening_by_a_call_that_trips_is_a_vote() {
    let mut bench = Bench::new(2);
    let permit = bench.pods[0].payment.try_acquire();
    permit.expect("the circuit is closed").trip();
    bench.step();
    assert_eq!(bench.pods[0].votes(), 1);
}

#[test]
fn f2_a_vote_is_taken_back_when_the_circuit_closes_here() {
    let mut bench = Bench::new(3);
    bench.fail([0]);
    bench.pods[0].payment.reset();
    bench.step();
    assert_eq!(bench.pods[0].said(|op| matches!(op, Op::Unvote { .. })), 1);
    bench.fail([1]);
    assert_eq!(bench.states(), [State::Closed, State::Open, State::Closed]);
}

#[test]
fn f2_a_vote_is_taken_back_when_the_circuit_is_shared_no_more() {
    let mut bench = Bench::new(3);
    bench.fail([0]);
    bench.share(0, false);
    bench.step();
    assert_eq!(bench.pods[0].said(|op| matches!(op, Op::Unvote { .. })), 1);

    bench.share(0, true);
    bench.step();
    assert_eq!(bench.pods[0].votes(), 2);
}

#[test]
fn f3_two_votes_open_the_circuit_of_a_third_instance() {
    let mut bench = Bench::new(3);
    bench.fail([0]);
    assert_eq!(bench.states(), [State::Open, State::Closed, State::Closed]);
    bench.fail([1]);
    assert!(bench.all(State::Open));
    let opening = &bench.pods[2].payment.snapshot().history[0].transition;
    assert_eq!(opening.reason, Reason::Fleet);
}

#[test]
fn s3_one_sick_instance_of_ten_opens_the_circuit_of_nobody_else() {
    let mut bench = Bench::new(10);
    bench.traffic(true);
    bench.pods[0].traffic = Some(false);
    bench.pass_with(seconds(120), |bench| {
        let others = bench.pods[1..].iter();
        assert!(
            others
                .map(|pod| pod.payment.state())
                .all(|it| it == State::Closed)
        );
    });
    let openings = bench.pods[0].payment.snapshot().totals.opens;
    assert!(openings > 1, "it probes by itself");
}

#[test]
fn f3_an_observer_neither_votes_nor_obeys() {
    let mut bench = Bench::new(2);
    let observer = bench.add(Quorum::default(), &config(), true);
    bench.fail([observer]);
    bench.fail([0, 1]);
    bench.pass(seconds(6));
    assert_eq!(bench.pods[observer].votes(), 0);
    bench.pods[observer].payment.reset();
    bench.pass(seconds(6));
    assert_eq!(bench.pods[observer].payment.state(), State::Closed);
    assert!(bench.pods[observer].events().contains(&"opened"));
}

#[test]
fn s4_a_voter_that_was_refuted_does_not_vote_for_ten_open_periods() {
    let mut bench = Bench::with(10, Quorum::at_least(1), &config());
    bench.traffic(true);
    bench.pods[0].traffic = Some(false);
    bench.pass(seconds(1));
    assert!(bench.all(State::Open), "{:?}", bench.states());
    bench.pass(seconds(35));
    let votes = bench.pods[0].votes();
    let closed = |bench: &Bench| bench.states()[1..].iter().all(|it| *it == State::Closed);
    assert!(closed(&bench), "{:?}", bench.states());
    bench.pass_with(seconds(200), |bench| assert!(closed(bench)));
    assert_eq!(bench.pods[0].votes(), votes);
    assert_ne!(bench.pods[0].payment.state(), State::Closed);
    bench.pass(seconds(101));
    assert!(bench.pods[0].votes() > votes);
}

#[test]
fn s44_exactly_one_instance_has_decided_an_opening() {
    let mut bench = Bench::new(5);
    bench.fail([0, 1, 2]);
    bench.pass(seconds(10));
    let decided = |event: &&FleetEvent| {
        matches!(
            event,
            FleetEvent::Opened {
                decided_here: true,
                ..
            }
        )
    };
    let by_pod: Vec<_> = bench
        .pods
        .iter()
        .map(|pod| pod.events.iter().filter(decided).count())
        .collect();
    assert_eq!(by_pod, [0, 1, 0, 0, 0]);
    for pod in &bench.pods {
        assert_eq!(pod.events(), ["joined", "opened"]);
    }
}

#[test]
fn s45_the_longest_rest_counts_and_each_cuts_it() {
    let mut bench = Bench::new(2);
    let short = config().max_open_for(seconds(40));
    let third = bench.add(Quorum::default(), &short, false);
    bench.pass(seconds(1));
    bench.fail([0]);
    let op = Order::Trip {
        period: seconds(120),
    };
    bench.steer(1, op);
    assert!(bench.pods[1].rest() > seconds(119));
    assert!(bench.pods[0].rest() > seconds(119));
    assert!(bench.pods[third].rest() <= seconds(40));
}

#[test]
fn s5_the_only_member_keeps_its_own_period() {
    let mut bench = Bench::new(1);
    bench.fail([0]);
    let until = bench.clock.elapsed() + bench.pods[0].rest();
    bench.pass(seconds(10));
    assert_eq!(bench.clock.elapsed() + bench.pods[0].rest(), until);
    bench.traffic(true);
    bench.pass(seconds(25));
    assert_eq!(bench.pods[0].payment.state(), State::Closed);
    assert_eq!(
        bench.pods[0]
            .payment
            .snapshot()
            .totals
            .rejections
            .probed_elsewhere,
        0
    );
    bench.pass(seconds(3));
    let view = bench.pods[0]
        .member
        .view("payment")
        .expect("the registry is there");
    assert_eq!(view.circuit, crate::values::FleetCircuit::Closed);
}

#[test]
fn s6_one_instance_probes_and_the_others_reject_with_an_honest_rest() {
    let mut bench = Bench::new(5);
    bench.fail([0, 1]);
    bench.pass(seconds(29));
    for pod in &mut bench.pods {
        pod.traffic = Some(true);
    }
    // A probe that does not end keeps the lease.
    let mut rejected = 0;
    bench.pass_with(seconds(2), |bench| {
        assert!(bench.probers().len() <= 1, "{:?}", bench.states());
        for pod in &bench.pods {
            let answer = pod.payment.call(|| Ok::<_, ()>(()));
            let error = answer.err();
            let rejection = error.as_ref().and_then(|it| it.rejection());
            if rejection.is_some_and(|it| it.reason() == RejectionReason::ProbedElsewhere) {
                rejected += 1;
                assert!(rejection.and_then(Rejection::retry_after) <= Some(seconds(5)));
            }
        }
    });
    assert!(rejected > 0);
    let asked = |pod: &bench::Pod| pod.said(|op| matches!(op, Op::Lease { .. }));
    assert_eq!(bench.pods.iter().map(asked).sum::<usize>(), 1);
}

#[test]
fn s7_probes_that_succeed_close_the_circuit_of_all_within_the_spread() {
    let mut bench = Bench::new(5);
    bench.fail([0, 1]);
    bench.pass(seconds(29));
    bench.traffic(true);
    bench.pass(seconds(6));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
    bench.pass(seconds(1));
    for pod in &bench.pods {
        assert!(pod.events().contains(&"closed"));
        assert_eq!(pod.payment.snapshot().totals.opens, 1);
    }
    // Nobody votes for the opening that is over.
    bench.pass(seconds(20));
    assert!(bench.all(State::Closed));
}

#[test]
fn s8_a_probe_that_fails_opens_the_fleet_anew_with_the_next_period_of_the_fleet() {
    let backoff = config().backoff(2.0).max_open_for(seconds(600));
    let mut bench = Bench::with(3, Quorum::default(), &backoff);
    bench.fail([0, 1]);
    bench.pass(seconds(29));
    bench.traffic(false);
    bench.pass(seconds(4));
    assert!(bench.all(State::Open), "{:?}", bench.states());
    for pod in &bench.pods {
        assert!(pod.rest() > seconds(50), "{:?}", pod.rest());
        let opened = pod.events.iter().filter(|event| event.as_str() == "opened");
        assert_eq!(opened.count(), 2);
    }
    // The second instance that probes continues the row of the fleet.
    bench.pass(seconds(60));
    assert!(
        bench.pods[0].rest() > seconds(110),
        "{:?}",
        bench.pods[0].rest()
    );
}

#[test]
fn s9_the_lease_of_a_dead_prober_passes_on() {
    let mut bench = Bench::new(4);
    bench.fail([0, 1]);
    bench.pass(seconds(29));
    bench.traffic(true);
    let permits = hang_the_first_prober(&mut bench);
    let dead = bench.probers()[0];
    bench.traffic(true);
    bench.pods[dead].cut = true;
    bench.pods[dead].traffic = None;
    bench.pass(seconds(10));
    let others = bench.states();
    let closed = others
        .iter()
        .filter(|state| **state == State::Closed)
        .count();
    assert_eq!(closed, 3, "{others:?}");
    drop(permits);
}

/// Lets time pass until an instance probes, whose probe does not end.
fn hang_the_first_prober(bench: &mut Bench) -> Vec<crate::call::Permit> {
    for _ in 0..500 {
        for pod in &mut bench.pods {
            pod.traffic = None;
        }
        bench.pass(Duration::from_millis(10));
        if let Some(prober) = bench.probers().first() {
            let permit = bench.pods[*prober]
                .payment
                .try_acquire()
                .expect("half open");
            return vec![permit];
        }
        for pod in &bench.pods {
            let _ = pod.payment.call(|| Ok::<_, ()>(()));
        }
    }
    panic!("nobody probes");
}

#[test]
fn s11_a_prober_without_progress_gives_the_lease_back() {
    let mut bench = Bench::new(3);
    bench.fail([0, 1]);
    bench.pass(seconds(29));
    let permits = hang_the_first_prober(&mut bench);
    let stuck = bench.probers()[0];
    let gave_back = |pod: &bench::Pod| {
        pod.said(|op| {
            matches!(
                op,
                Op::Verdict {
                    verdict: Verdict::GivenBack,
                    ..
                }
            )
        })
    };
    bench.pass(seconds(14));
    assert_eq!(bench.probers(), [stuck]);
    assert!(bench.pods[stuck].said(|op| matches!(op, Op::Renew { .. })) > 5);
    bench.pass(seconds(2));
    assert_eq!(gave_back(&bench.pods[stuck]), 1);
    assert!(bench.probers().iter().all(|prober| *prober != stuck));
    drop(permits);
}

#[test]
fn s13_the_instance_with_most_traffic_probes() {
    let mut bench = Bench::new(3);
    bench.fail([0, 1]);
    bench.pass(seconds(25));
    bench.pods[2].traffic = Some(true);
    bench.pass(seconds(10));
    let asked = |pod: &bench::Pod| pod.said(|op| matches!(op, Op::Lease { .. }));
    let asked: Vec<_> = bench.pods.iter().map(asked).collect();
    assert_eq!(asked, [0, 0, 1]);
}

#[test]
fn s14_without_traffic_nobody_asks_and_the_first_calls_later_probe() {
    let mut bench = Bench::new(3);
    bench.fail([0, 1]);
    bench.pass(seconds(300));
    for pod in &bench.pods {
        assert_eq!(pod.said(|op| matches!(op, Op::Lease { .. })), 0);
    }
    bench.pods[2].traffic = Some(true);
    // Its probes close it, and the fleet hears of that.
    bench.pass(seconds(5));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
}

#[test]
fn f9_an_old_message_changes_nothing() {
    let mut bench = Bench::new(3);
    bench.fail([0, 1]);
    let view = bench.pods[2]
        .member
        .view("payment")
        .expect("the registry is there");
    bench.pass(seconds(28));
    bench.traffic(true);
    bench.pass(seconds(10));
    assert!(bench.all(State::Closed));
    for epoch in [1, 2_000_000] {
        let circuit = crate::fleet::store::Circuit {
            name: "payment".to_owned(),
            phase: Phase::Open,
            generation: view.generation,
            rest: seconds(30),
            period: seconds(30),
            row: 1,
            why: "failures_in_a_row".to_owned(),
            by: "pod".to_owned(),
            lease: None,
            votes: Vec::new(),
            needed: 2,
        };
        let old = Heard::Changed {
            epoch,
            seq: 1,
            before: 0,
            told: 0,
            circuit,
        };
        bench.pods[2].member.heard(old, bench.clock.now());
    }
    bench.pass(seconds(6));
    assert!(bench.all(State::Closed));
}

#[test]
fn s42_a_reset_of_the_fleet_closes_all_and_drops_older_votes() {
    let mut bench = Bench::new(3);
    bench.fail([0]);
    bench.steer(2, Order::Reset);
    assert!(bench.all(State::Closed), "{:?}", bench.states());
    bench.fail([1]);
    bench.pass(seconds(6));
    assert_eq!(bench.pods[2].payment.state(), State::Closed);
}

#[test]
fn s43_a_reset_here_only_holds_until_the_next_generation() {
    let mut bench = Bench::new(3);
    bench.fail([0, 1]);
    bench.pods[2].payment.reset();
    bench.pass(seconds(20));
    assert_eq!(bench.pods[2].payment.state(), State::Closed);
    bench.steer(
        0,
        Order::Trip {
            period: seconds(60),
        },
    );
    assert_eq!(bench.pods[2].payment.state(), State::Open);
}

#[test]
fn each_key_is_shared_by_itself_also_one_that_is_made_while_the_fleet_is_open() {
    let mut bench = Bench::new(3);
    let key = |bench: &Bench, pod: usize, key: &str| {
        let registry = &bench.pods[pod].registry;
        registry
            .get_or_create_keyed("payment", key, config())
            .expect("valid")
    };
    for pod in 0..2 {
        let sick = key(&bench, pod, "sick");
        for _ in 0..2 {
            let _ = sick.call(|| Err::<(), _>("down"));
        }
    }
    bench.pass(Duration::from_millis(20));
    let (sick, well) = (key(&bench, 2, "sick"), key(&bench, 2, "well"));
    bench.pass(seconds(6));
    assert_eq!(sick.state(), State::Open);
    assert_eq!(well.state(), State::Closed);
    assert_eq!(bench.pods[2].payment.state(), State::Closed);
}

#[test]
fn calm_circuits_cost_nothing_per_beat() {
    let mut bench = Bench::new(1);
    for key in 0..1_000 {
        let registry = &bench.pods[0].registry;
        registry
            .get_or_create_keyed("payment", &key.to_string(), config())
            .expect("valid");
    }
    bench.pass(Duration::from_millis(20));
    let shown = bench.pods[0].member.board().names();
    assert!(shown.is_empty(), "{} circuits", shown.len());
}

#[test]
fn many_votes_at_once_are_said_in_several_batches() {
    let config = config().max_keys(2_000);
    let mut bench = Bench::with(2, Quorum::default(), &config);
    let registry = bench.pods[0].registry.clone();
    for key in 0..1_200 {
        let breaker = registry.get_or_create_keyed("payment", &key.to_string(), config);
        let breaker = breaker.expect("valid");
        for _ in 0..2 {
            let _ = breaker.call(|| Err::<(), _>("down"));
        }
    }
    let before = bench.pods[0].batches;
    bench.step();
    assert_eq!(bench.pods[0].votes(), 1_200);
    assert_eq!(bench.pods[0].batches - before, 3);
}

#[test]
fn f12_a_reset_of_the_fleet_lets_a_refuted_instance_vote_again() {
    let mut bench = Bench::with(10, Quorum::at_least(1), &config());
    bench.traffic(true);
    bench.pods[0].traffic = Some(false);
    bench.pass(seconds(36));
    let votes = bench.pods[0].votes();
    bench.steer(1, Order::Reset);
    bench.pass(seconds(1));
    assert!(bench.pods[0].votes() > votes);
}

#[test]
fn an_instance_that_comes_waits_for_the_one_that_opened_the_circuit_alone() {
    let mut bench = Bench::new(1);
    bench.fail([0]);
    bench.pass(seconds(5));
    bench.add(Quorum::default(), &config(), false);
    bench.pass(seconds(20));
    assert!(bench.all(State::Open));
    bench.traffic(true);
    bench.pass_with(seconds(10), |bench| assert!(bench.probers().len() <= 1));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
}

#[test]
fn a_fleet_that_was_reset_instance_by_instance_closes_when_calls_succeed() {
    let mut bench = Bench::new(2);
    bench.fail([0, 1]);
    for pod in &bench.pods {
        pod.payment.reset();
    }
    bench.pass(seconds(31));
    let view = |bench: &Bench| {
        let view = bench.pods[0].member.view("payment");
        view.expect("the registry is there").circuit.as_str()
    };
    assert_eq!(view(&bench), "open");
    bench.traffic(true);
    bench.pass(seconds(10));
    assert_eq!(view(&bench), "closed");
    assert!(bench.all(State::Closed));
}
