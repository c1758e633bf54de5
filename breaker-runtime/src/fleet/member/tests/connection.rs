//! Epochs, and what an instance does without the store (F10, F13).

use std::time::Duration;

use super::bench::{Bench, config, seconds};
use crate::fleet::quorum::Quorum;
use crate::fleet::store::{Heard, Op, Order, StoreError};
use crate::time::Clock as _;
use crate::values::{FleetStatus, State};

#[test]
fn f10_an_instance_says_once_that_it_is_alone_and_once_that_it_is_back() {
    let mut bench = Bench::new(2);
    bench.away = true;
    bench.pass(seconds(600));
    bench.away = false;
    bench.pass(seconds(40));
    for pod in &bench.pods {
        assert_eq!(pod.events(), ["joined", "alone", "joined"]);
    }
}

#[test]
fn f10_one_failure_is_not_alone() {
    let mut bench = Bench::new(1);
    let now = bench.clock.now();
    let member = &mut bench.pods[0].member;
    let _ = member.request(Op::Members);
    member.due(now).expect("somebody asks");
    member.answered(now, Err(StoreError::Away("lost".to_owned())));
    assert!(matches!(member.status(), FleetStatus::Joined { .. }));
    bench.pass(seconds(1));
    assert_eq!(bench.pods[0].events(), ["joined"]);
}

#[test]
fn s16_attempts_back_off_to_half_a_minute() {
    let mut bench = Bench::new(1);
    bench.away = true;
    bench.pass(seconds(60));
    let before = bench.pods[0].batches;
    bench.pass(seconds(600));
    let attempts = bench.pods[0].batches - before;
    assert!((20..120).contains(&attempts), "{attempts} attempts");
}

#[test]
fn s37_whoever_is_turned_away_tries_again_after_a_minute() {
    let mut bench = Bench::new(1);
    let now = bench.clock.now();
    let member = &mut bench.pods[0].member;
    let _ = member.request(Op::Members);
    member.due(now).expect("somebody asks");
    member.answered(now, Err(StoreError::Refused("NOPERM publish".to_owned())));
    assert!(matches!(member.status(), FleetStatus::Alone { why, .. } if why.contains("NOPERM")));
    let wait = member.next_due(now).since(now);
    assert!(wait >= seconds(60) && wait < seconds(67), "{wait:?}");
}

#[test]
fn s17_an_open_circuit_stays_open_for_its_period_and_then_probes_by_itself() {
    let mut bench = Bench::new(3);
    bench.fail([0, 1]);
    bench.pass(seconds(10));
    bench.away = true;
    bench.pass(seconds(19));
    assert!(bench.all(State::Open));
    bench.pass(seconds(5));
    assert!(bench.all(State::HalfOpen), "{:?}", bench.states());
}

#[test]
fn s18_who_waits_for_a_prober_goes_on_when_the_store_is_gone() {
    let mut bench = Bench::new(3);
    bench.fail([0, 1]);
    bench.pass(seconds(31));
    assert!(bench.all(State::Open));
    bench.away = true;
    bench.pass(seconds(14));
    assert!(bench.all(State::HalfOpen), "{:?}", bench.states());
}

#[test]
fn s27_half_of_the_fleet_that_was_cut_off_comes_back_without_a_flap() {
    let mut bench = Bench::new(4);
    bench.pods[2].cut = true;
    bench.pods[3].cut = true;
    bench.pass(seconds(20));
    bench.traffic(false);
    bench.pass(seconds(5));
    assert!(bench.all(State::Open), "{:?}", bench.states());
    bench.traffic(true);
    bench.pass(seconds(60));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
    let transitions = |bench: &Bench, pod: usize| bench.pods[pod].payment.snapshot().history.len();
    let before: Vec<_> = (0..4).map(|pod| transitions(&bench, pod)).collect();
    bench.pods[2].cut = false;
    bench.pods[3].cut = false;
    bench.pass(seconds(60));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
    for (pod, before) in before.into_iter().enumerate() {
        assert!(transitions(&bench, pod) <= before + 1);
    }
}

#[test]
fn s21_a_new_epoch_has_all_vote_again_and_judges_no_quorum_at_once() {
    let mut bench = Bench::new(5);
    bench.fail([0, 1]);
    assert!(bench.all(State::Open));
    bench.state.lose_data();
    let opened = |bench: &Bench| {
        let view = bench.pods[4]
            .member
            .view("payment")
            .expect("the registry is there");
        view.circuit.as_str() == "open"
    };
    bench.pass(seconds(7));
    assert!(!opened(&bench));
    bench.pass(seconds(17));
    assert!(
        opened(&bench),
        "an opening that was lost comes back by its votes"
    );
    assert!(bench.pods.iter().all(|pod| pod.votes() > 0));
}

#[test]
fn s21_one_vote_after_a_loss_does_not_open_the_fleet() {
    let mut bench = Bench::new(5);
    bench.fail([0]);
    bench.state.lose_data();
    bench.pass(seconds(25));
    let others = bench.states();
    assert!(
        others[1..].iter().all(|state| *state == State::Closed),
        "{others:?}"
    );
}

#[test]
fn s28_without_pushes_an_instance_asks_every_second() {
    let mut bench = Bench::new(3);
    bench.silent = true;
    let now = bench.clock.now();
    for pod in &mut bench.pods {
        pod.member
            .heard(Heard::Silent("no permission".to_owned()), now);
    }
    bench.pass(seconds(2));
    assert_eq!(bench.pods[2].events(), ["joined", "polling"]);
    assert!(matches!(
        bench.pods[2].member.status(),
        FleetStatus::Polling { .. }
    ));
    bench.fail([0, 1]);
    bench.pass(seconds(2));
    assert!(bench.all(State::Open), "{:?}", bench.states());
}

#[test]
fn s29_a_lost_message_is_made_good_by_the_next_beat() {
    let mut bench = Bench::new(3);
    bench.silent = true;
    bench.fail([0, 1]);
    bench.silent = false;
    assert_eq!(bench.pods[2].payment.state(), State::Closed);
    bench.pass(seconds(6));
    assert_eq!(bench.pods[2].payment.state(), State::Open);
}

#[test]
fn s29_a_vote_hides_no_lost_message() {
    let mut bench = Bench::new(3);
    bench.silent = true;
    bench.fail([0, 1]);
    bench.silent = false;
    bench.fail([2]);
    let before = bench.pods[2].batches;
    bench.steer(0, Order::Trip { period: seconds(9) });
    assert_eq!(bench.pods[2].batches, before + 1);
}

#[test]
fn s29_an_instance_whose_vote_is_stale_asks_at_once_what_it_has_missed() {
    let mut bench = Bench::new(3);
    bench.silent = true;
    bench.steer(0, Order::Reset);
    bench.silent = false;
    bench.fail([2]);
    assert_eq!(bench.pods[2].payment.state(), State::Open);
    bench.pass(Duration::from_millis(50));
    assert!(bench.all(State::Closed), "the reset is made good");
}

#[test]
fn s33_a_voter_shows_its_own_vote_at_once_and_those_of_others_from_the_next_beat_on() {
    let mut bench = Bench::with(5, Quorum::at_least(3), &config());
    bench.fail([0]);
    bench.fail([1]);
    let votes = |bench: &Bench| {
        let view = bench.pods[1].member.view("payment").expect("it is there");
        (view.votes.len(), view.needed, view.circuit.as_str())
    };
    assert_eq!(votes(&bench), (1, 3, "closed"));
    bench.pass(seconds(7));
    assert_eq!(votes(&bench), (2, 3, "closed"));
}

#[test]
fn s33_votes_between_two_beats_ask_for_no_contents_if_changes_are_pushed() {
    let mut bench = Bench::new(3);
    let now = bench.clock.now();
    let silent = Heard::Silent("no permission".to_owned());
    bench.pods[1].member.heard(silent, now);
    let mut asks = Vec::new();
    for pod in &mut bench.pods[..2] {
        assert!(pod.member.next_due(now) > now);
        for _ in 0..2 {
            let _ = pod.payment.call(|| Err::<(), _>("down"));
        }
        pod.member.changed(&pod.payment);
        let batch = pod.member.due(now).expect("a vote");
        assert!(matches!(&batch.ops[..], [Op::Vote(_)]));
        asks.push(batch.seq.is_some());
    }
    assert_eq!(asks, [false, true]);
}

#[test]
fn s32_an_idle_instance_sends_a_batch_in_five_seconds() {
    let mut bench = Bench::new(1);
    let before = bench.pods[0].batches;
    bench.pass(seconds(600));
    let beats = bench.pods[0].batches - before;
    assert!((100..=150).contains(&beats), "{beats} beats");
}

#[test]
fn s34_instances_come_back_spread_over_two_seconds() {
    let mut bench = Bench::with(40, Quorum::default(), &config());
    bench.away = true;
    bench.pass(seconds(120));
    bench.away = false;
    let now = bench.clock.now();
    let mut back: Vec<_> = bench
        .pods
        .iter_mut()
        .map(|pod| {
            pod.member.heard(Heard::Ready, now);
            pod.member.next_due(now).since(now).as_millis()
        })
        .collect();
    back.sort_unstable();
    assert!(back[39] <= 2_000 && back[39] > 1_500, "{back:?}");
    assert!(back[10] > 200, "{back:?}");
}
