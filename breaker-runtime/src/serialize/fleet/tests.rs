//! Tests of the form of what an instance knows of its fleet.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::values::{
    Attribution, FleetCircuit, FleetErrors, FleetNumbers, FleetStatus, FleetView, Latency, Layer,
    Override, State,
};

const BEGIN: &str = "1970-01-01T00:00:00.000Z";

fn value(of: impl serde::Serialize) -> Value {
    serde_json::to_value(of).expect("it can be serialized")
}

#[test]
fn a_status_has_null_for_what_it_does_not_have() {
    let joined = FleetStatus::Joined {
        members: 5,
        lag: Some(Duration::from_millis(3)),
    };
    assert_eq!(
        value(joined),
        json!({"status": "joined", "members": 5, "lag": "3ms", "since": null, "why": null})
    );
    let alone = FleetStatus::Alone {
        since: SystemTime::UNIX_EPOCH,
        why: "connection refused".to_owned(),
    };
    assert_eq!(
        value(alone),
        json!({
            "status": "alone", "members": null, "lag": null, "since": BEGIN, "why": "connection refused"
        })
    );
    let polling = FleetStatus::Polling {
        members: 2,
        why: "no push".to_owned(),
    };
    assert_eq!(value(polling)["why"], "no push");
    assert_eq!(value(FleetStatus::Left)["status"], "left");
}

#[test]
fn a_circuit_of_the_fleet_has_its_state_and_what_belongs_to_it() {
    let states = [
        FleetCircuit::Closed,
        FleetCircuit::Open {
            until: SystemTime::UNIX_EPOCH,
        },
        FleetCircuit::Probing {
            by: "pod-1#7".to_owned(),
        },
    ];
    assert_eq!(
        states.map(value),
        [
            json!({"state": "closed", "until": null, "by": null, "override": null}),
            json!({"state": "open", "until": BEGIN, "by": null, "override": null}),
            json!({"state": "probing", "until": null, "by": "pod-1#7", "override": null}),
        ]
    );
    let forced = value(FleetCircuit::Forced(forced()));
    assert_eq!(forced["state"], "forced_open");
    assert_eq!(forced["override"]["reason"], "maintenance");
}

#[test]
fn a_view_has_all_of_its_fields() {
    let view = FleetView {
        status: FleetStatus::Left,
        circuit: FleetCircuit::Closed,
        generation: 7,
        votes: vec!["pod-1#7".to_owned()],
        votes_since: Some(SystemTime::UNIX_EPOCH),
        needed: 2,
        members: 5,
        prober: None,
        votes_here: true,
        probes_here: false,
        why: String::new(),
        r#override: None,
    };
    assert_eq!(
        value(&view),
        json!({
            "status": value(&view.status), "circuit": value(&view.circuit), "generation": 7,
            "votes": ["pod-1#7"], "votes_since": BEGIN, "needed": 2, "members": 5, "prober": null,
            "votes_here": true, "probes_here": false, "why": "", "override": null
        })
    );
}

#[test]
fn numbers_have_their_errors_by_kind() {
    let numbers = FleetNumbers {
        round_trips: 12,
        errors: FleetErrors {
            away: 1,
            ..FleetErrors::default()
        },
        lag: Latency::default(),
    };
    let numbers = value(numbers);
    assert_eq!(
        numbers["errors"],
        json!({"away": 1, "refused": 0, "panicked": 0, "ignored": 0})
    );
    assert_eq!(numbers["lag"]["count"], 0);
}

#[cfg(feature = "fleet")]
#[test]
fn an_event_has_null_for_what_it_does_not_have() {
    use crate::fleet::FleetEvent;
    use crate::values::ActionKind;

    let opened = FleetEvent::Opened {
        name: "bank".to_owned(),
        key: None,
        decided_here: true,
        votes: vec!["pod-1#7".to_owned()],
        why: "failure_rate".to_owned(),
    };
    assert_eq!(
        value(opened),
        json!({
            "kind": "opened", "name": "bank", "key": null, "members": null, "decided_here": true,
            "votes": ["pod-1#7"], "why": "failure_rate", "action": null, "ttl": null, "by": null
        })
    );
    let steered = FleetEvent::Steered {
        name: None,
        key: None,
        kind: ActionKind::FleetForceOpen {
            ttl: Some(Duration::from_secs(60)),
        },
        by: Attribution::because("maintenance"),
    };
    let steered = value(steered);
    assert_eq!(steered["action"], "fleet_force_open");
    assert_eq!(steered["ttl"], "60s");
    assert_eq!(steered["by"]["reason"], "maintenance");
    let probing = FleetEvent::Probing {
        name: "bank".to_owned(),
        key: None,
        by: "pod-1#7".to_owned(),
    };
    assert_eq!(value(probing)["by"], "pod-1#7");
}

fn forced() -> Override {
    Override {
        state: State::ForcedOpen,
        reason: "maintenance".to_owned(),
        by: Attribution::because("maintenance"),
        layer: Layer::Runtime,
        since: SystemTime::UNIX_EPOCH,
        until: None,
    }
}
