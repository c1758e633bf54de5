//! Overrides of the fleet (F11, F13).

use std::time::Duration;

use super::bench::{Bench, config, seconds};
use crate::config::Config;
use crate::fleet::quorum::Quorum;
use crate::fleet::store::{Op, Order};
use crate::values::State;

const FOREVER: Order = Order::ForceOpen { ttl: None };

#[test]
fn s40_an_override_of_the_fleet_reaches_all_and_ends_everywhere() {
    let mut bench = Bench::new(3);
    let ttl = Some(seconds(60));
    bench.steer(0, Order::ForceOpen { ttl });
    assert!(bench.all(State::ForcedOpen));
    let late = bench.add(Quorum::default(), &config(), false);
    bench.pass(seconds(1));
    assert_eq!(bench.pods[late].payment.state(), State::ForcedOpen);
    bench.pass(seconds(60));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
}

#[test]
fn s41_an_override_here_takes_precedence_and_both_are_shown() {
    let mut bench = Bench::new(2);
    bench.pods[0].payment.force_closed("here", None);
    bench.steer(1, FOREVER);
    assert_eq!(bench.states(), [State::ForcedClosed, State::ForcedOpen]);
    assert_eq!(bench.pods[0].payment.snapshot().overrides.len(), 2);
    let view = bench.pods[0]
        .member
        .view("payment")
        .expect("the registry is there");
    assert_eq!(view.circuit.as_str(), "forced_open");

    bench.pods[0].payment.clear_override();
    assert!(bench.all(State::ForcedOpen));
}

#[test]
fn f13_an_override_is_said_again_after_the_store_has_lost_it() {
    let mut bench = Bench::new(3);
    bench.steer(0, FOREVER);
    bench.state.lose_data();
    bench.pass(seconds(10));
    assert!(bench.all(State::ForcedOpen));
    let late = bench.add(Quorum::default(), &config(), false);
    bench.pass(seconds(1));
    assert_eq!(bench.pods[late].payment.state(), State::ForcedOpen);
    let again = |pod: &super::bench::Pod| pod.said(|op| matches!(op, Op::Again(_)));
    assert!(bench.pods.iter().map(again).sum::<usize>() >= 1);
}

#[test]
fn f13_an_instance_that_was_cut_off_brings_no_cleared_override_back() {
    let mut bench = Bench::new(3);
    bench.steer(0, FOREVER);
    bench.pods[2].cut = true;
    bench.pass(seconds(20));
    bench.steer(0, Order::Clear);
    bench.state.lose_data();
    bench.pass(seconds(10));
    bench.pods[2].cut = false;
    bench.pass(seconds(40));
    assert!(bench.all(State::Closed), "{:?}", bench.states());
}

#[test]
fn an_override_of_all_holds_for_breakers_that_are_made_later() {
    let mut bench = Bench::new(1);
    let op = Op::Steer {
        name: None,
        order: FOREVER,
        actor: None,
        reason: None,
    };
    bench.pods[0].member.request(op);
    bench.pass(Duration::from_millis(50));
    let registry = &bench.pods[0].registry;
    let mail = registry.get_or_create("mail", config()).expect("valid");
    let own = registry.get_or_create("own", Config::new()).expect("valid");
    bench.pass(seconds(6));
    assert_eq!(mail.state(), State::ForcedOpen);
    assert_eq!(own.state(), State::Closed);
}

#[test]
fn a_breaker_that_is_shared_no_more_loses_the_override_of_the_fleet() {
    let mut bench = Bench::new(2);
    bench.steer(0, FOREVER);
    bench.share(1, false);
    bench.pass(seconds(6));
    assert_eq!(bench.states(), [State::ForcedOpen, State::Closed]);
}

#[test]
fn who_leaves_does_not_obey_any_more() {
    let mut bench = Bench::new(2);
    bench.steer(0, FOREVER);
    let now = crate::time::Clock::now(&bench.clock);
    let batch = bench.pods[1].member.leave(now);
    assert_eq!(batch.ops, [Op::Leave]);
    assert_eq!(bench.pods[1].payment.state(), State::Closed);
}
