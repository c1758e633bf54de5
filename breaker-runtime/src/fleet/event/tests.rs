use std::time::Duration;

use super::FleetEvent;
use crate::fleet::limits::votes_needed;
use crate::fleet::quorum::Quorum;
use crate::values::{ActionKind, Attribution};

fn opened(votes: &[&str], why: &str) -> FleetEvent {
    FleetEvent::Opened {
        name: "payment".to_owned(),
        key: Some("a\nb".to_owned()),
        decided_here: true,
        votes: votes.iter().map(|vote| (*vote).to_owned()).collect(),
        why: why.to_owned(),
    }
}

#[test]
fn an_event_is_one_line_that_says_what_happened() {
    let lines = [
        (
            opened(&["a", "b"], "failures_in_a_row"),
            "the fleet has opened `payment` (failures_in_a_row, 2 votes)",
        ),
        (
            opened(&[], "tripped"),
            "the fleet has opened `payment` (tripped)",
        ),
        (
            FleetEvent::Joined { members: 1 },
            "joined a fleet of 1 member",
        ),
        (
            FleetEvent::Alone {
                why: "no route".to_owned(),
            },
            "the store of the fleet does not answer, deciding alone: no route",
        ),
        (
            FleetEvent::Steered {
                name: None,
                key: None,
                kind: ActionKind::FleetForceOpen {
                    ttl: Some(Duration::from_secs(60)),
                },
                by: Attribution::because("INC-42"),
            },
            "all circuit breakers: forced open in the whole fleet for 60s by code (INC-42)",
        ),
    ];
    for (event, line) in lines {
        assert_eq!(event.to_string(), line);
    }
}

#[test]
fn the_alternate_form_names_the_key_without_control_characters() {
    let line = format!("{:#}", opened(&["a"], "slow_rate"));
    assert_eq!(
        line,
        "the fleet has opened `payment` for `a\\nb` (slow_rate, 1 vote)"
    );
}

#[test]
fn a_quorum_needs_as_many_votes_as_the_store_says() {
    for (at_least, share) in [
        (1, 0.0),
        (2, 0.1),
        (0, 1.0),
        (5, 0.5),
        (3, 2.0),
        (2, f64::NAN),
    ] {
        let quorum = Quorum::at_least(at_least).share(share);
        for live in 1..300 {
            let needed = votes_needed(live, quorum.least(), quorum.of_live());
            assert_eq!(quorum.needed(live), needed, "{quorum:?} of {live}");
        }
    }
}
