//! Tests of the sentences about a fleet.

use std::time::{Duration, SystemTime};

use crate::integrations::admin::says::Says;
use crate::values::{Attribution, FleetCircuit, FleetStatus, FleetView, Layer, Override, State};

const NOW: u64 = 1_000_000;

fn at(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

fn voting(votes: &[&str]) -> FleetView {
    FleetView {
        votes: votes.iter().map(|&it| it.to_owned()).collect(),
        votes_since: Some(at(NOW - 90)),
        needed: 2,
        ..FleetView::example()
    }
}

fn says(view: &FleetView) -> String {
    Says::of_fleet(view).at(at(NOW))
}

#[test]
fn a_calm_circuit_is_closed_and_nobody_votes() {
    assert_eq!(
        says(&FleetView::example()),
        "Closed in the whole fleet; nobody votes."
    );
}

#[test]
fn one_voter_is_named_without_the_text_that_makes_it_unique() {
    assert_eq!(
        says(&voting(&["pod-1#a7"])),
        "Closed in the whole fleet; only pod-1 votes to open it, for 1 min 30 s; it takes 2 votes."
    );
    let here = FleetView {
        votes_here: true,
        ..voting(&["pod-1#a7"])
    };
    assert_eq!(
        says(&here),
        "Closed in the whole fleet; only this instance votes to open it, for 1 min 30 s; it takes 2 votes."
    );
}

#[test]
fn several_voters_are_counted() {
    let view = FleetView {
        needed: 3,
        ..voting(&["pod-1#a7", "pod-2#b8"])
    };
    assert_eq!(
        says(&view),
        "Closed in the whole fleet; only 2 of 5 members vote to open it, for 1 min 30 s; it takes 3 votes."
    );
}

#[test]
fn an_open_circuit_says_by_whose_votes_and_until_when() {
    let view = FleetView {
        circuit: FleetCircuit::Open {
            until: at(NOW + 12),
        },
        why: "failures_in_a_row".to_owned(),
        ..voting(&["a#1", "b#2", "c#3", "d#4"])
    };
    assert_eq!(
        says(&view),
        "Open in the whole fleet: failures in a row, by the votes of a, b, c and 1 more. Its period lasts until 13:46 UTC \
         (12 s left); then one member probes for all."
    );
}

#[test]
fn the_prober_is_named() {
    let view = FleetView {
        circuit: FleetCircuit::Probing {
            by: "pod-2#b8".to_owned(),
        },
        ..FleetView::example()
    };
    assert_eq!(
        says(&view),
        "Open in the whole fleet; pod-2 probes for all."
    );
    let here = FleetView {
        probes_here: true,
        ..view
    };
    assert_eq!(
        says(&here),
        "Open in the whole fleet; this instance probes for all."
    );
}

#[test]
fn an_override_says_who_set_it_and_why() {
    let forced = Override {
        state: State::ForcedOpen,
        reason: "INC-42".to_owned(),
        by: Attribution {
            actor: Some("ana".into()),
            reason: Some("INC-42".into()),
        },
        layer: Layer::Fleet,
        since: at(NOW - 120),
        until: None,
    };
    let view = FleetView {
        circuit: FleetCircuit::Forced(forced),
        ..FleetView::example()
    };
    assert_eq!(
        says(&view),
        "The whole fleet rejects every call until someone clears the override. Forced by ana 2 min ago: “INC-42”."
    );
}

#[test]
fn an_instance_that_is_alone_says_how_old_its_knowledge_is() {
    let view = FleetView {
        status: FleetStatus::Alone {
            since: at(NOW - 60),
            why: "connection refused".to_owned(),
        },
        ..FleetView::example()
    };
    assert_eq!(
        says(&view),
        "Closed in the whole fleet; nobody votes. This is what this instance knew before it lost touch with the fleet \
         1 min ago."
    );
    assert_eq!(
        Says::of_status(&view.status).at(at(NOW)),
        "The store has not answered for 1 min. Until it does, the circuits of this instance go by their own rules, and \
         an action on the fleet fails. Reason: connection refused."
    );
}
