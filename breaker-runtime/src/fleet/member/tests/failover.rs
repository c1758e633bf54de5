//! A failover that forgets the last changes (S23).

use std::time::Duration;

use super::bench::{Bench, Pod, config, seconds};
use super::hang_the_first_prober;
use crate::config::Config;
use crate::fleet::quorum::Quorum;
use crate::fleet::store::{Op, Order};
use crate::values::State;

fn circuit(bench: &Bench) -> &'static str {
    let view = bench.pods[0]
        .member
        .view("payment")
        .expect("the registry is there");
    view.circuit.as_str()
}

/// Opens the fleet and lets the open period pass.
fn open(config: &Config) -> Bench {
    let mut bench = Bench::with(3, Quorum::default(), config);
    bench.fail([0, 1]);
    bench.pass(seconds(29));
    bench
}

#[test]
fn s23_a_closing_that_was_lost_while_the_lease_lives_is_said_again() {
    let mut bench = open(&config());
    bench.traffic(true);
    let mut before = bench.state.clone();
    while !bench
        .pods
        .iter()
        .any(|pod| pod.events().contains(&"closed"))
    {
        before = bench.state.clone();
        bench.pass(Duration::from_millis(10));
    }
    bench.state = before;
    bench.pass(seconds(4));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
    bench.pass(seconds(6));
    assert_eq!(circuit(&bench), "closed");
    let opens = |pod: &Pod| pod.payment.snapshot().totals.opens;
    assert!(bench.pods.iter().all(|pod| opens(pod) == 1));
}

#[test]
fn s23_a_closing_that_was_lost_for_long_is_corrected_by_whoever_knows_better() {
    let mut bench = open(&config());
    bench.traffic(true);
    bench.pass(Duration::from_millis(500));
    let before = bench.state.clone();
    bench.pass(seconds(20));
    assert_eq!(circuit(&bench), "closed");
    bench.state = before;
    bench.pass(seconds(20));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
    assert_eq!(circuit(&bench), "closed");
}

#[test]
fn s23_a_lease_that_was_lost_is_given_back_and_granted_anew() {
    let mut bench = open(&config());
    let before = bench.state.clone();
    let hanging = hang_the_first_prober(&mut bench);
    let prober = bench.probers()[0];
    bench.state = before;
    bench.pass(seconds(4));
    assert!(bench.probers().is_empty(), "{:?}", bench.states());
    drop(hanging);
    bench.pods[1 - prober % 2].traffic = Some(true);
    bench.pass(seconds(6));
    assert_eq!(circuit(&bench), "closed");
}

#[test]
fn s23_an_override_that_was_lost_is_said_again_by_whoever_has_seen_it() {
    let mut bench = Bench::new(3);
    let before = bench.state.clone();
    bench.steer(0, Order::ForceOpen { ttl: None });
    bench.state = before;
    bench.pass(seconds(12));
    assert!(bench.all(State::ForcedOpen), "{:?}", bench.states());
    let late = bench.add(Quorum::default(), &config(), false);
    bench.pass(seconds(1));
    assert_eq!(bench.pods[late].payment.state(), State::ForcedOpen);
    let again = |pod: &Pod| pod.said(|op| matches!(op, Op::Again(_)));
    assert!(bench.pods.iter().map(again).sum::<usize>() > 0);
}

#[test]
fn s21_a_prober_whose_lease_was_lost_with_all_data_goes_on_by_itself() {
    let mut bench = open(&config());
    let hanging = hang_the_first_prober(&mut bench);
    let prober = bench.probers()[0];
    bench.state.lose_data();
    bench.pass(seconds(10));
    assert_eq!(bench.pods[prober].payment.state(), State::HalfOpen);
    drop(hanging);
    bench.traffic(true);
    bench.pass(seconds(20));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
}
