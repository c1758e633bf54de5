//! Tests of what counts as a sick member.

use std::time::{Duration, SystemTime};

use super::{Sick, sick};
use crate::values::{FleetCircuit, FleetView};

const MINUTE: u64 = 60;

fn at(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

fn view(votes: &[&str]) -> FleetView {
    FleetView {
        votes: votes.iter().map(|&it| it.to_owned()).collect(),
        votes_since: Some(at(0)),
        needed: 2,
        ..FleetView::example()
    }
}

fn found(view: &FleetView, second: u64) -> Option<Sick> {
    sick("bank", None, Some(view), at(second))
}

#[test]
fn a_member_that_votes_alone_for_ten_minutes_is_sick() {
    let alone = view(&["pod-1#a7"]);
    assert!(found(&alone, 10 * MINUTE - 1).is_none());
    let sick = found(&alone, 12 * MINUTE).expect("it has voted alone for long");
    assert_eq!(
        sick.text(),
        "the member `pod-1` of the fleet has voted alone for 12 min to open `bank`: its calls fail, and those of all \
         other members succeed, so look at this member and not at the dependency"
    );
    let json = sick.to_json();
    assert_eq!(json["finding"]["sick_member"]["member"], "pod-1#a7");
}

#[test]
fn two_voters_and_an_open_circuit_are_no_sick_member() {
    assert!(found(&view(&["a#1", "b#2"]), 20 * MINUTE).is_none());
    let open = FleetView {
        circuit: FleetCircuit::Open { until: at(0) },
        ..view(&["a#1"])
    };
    assert!(found(&open, 20 * MINUTE).is_none());
    assert!(found(&view(&[]), 20 * MINUTE).is_none());
}
