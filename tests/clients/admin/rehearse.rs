//! What other settings would have made of the last ten minutes.

use std::time::Duration;

use breaker_runtime::rehearsal::{Recorder, RecorderOptions};
use serde_json::{Value, json};

use super::{Desk, Reply, with_body};

const TEN_MINUTES: Duration = Duration::from_secs(600);

fn record(desk: &Desk) -> Recorder {
    let options = RecorderOptions::new().in_memory(TEN_MINUTES);
    options.start(&desk.registry).unwrap()
}

async fn rehearse(desk: &Desk, patch: Value) -> Reply {
    desk.send(with_body("POST", "/rehearse/bank", &patch)).await
}

/// Returns what the preview of a change says about the recorder.
async fn is_recorded(desk: &Desk) -> bool {
    let change = with_body(
        "PATCH",
        "/settings/bank?dry_run=true",
        &json!({"threshold": 3}),
    );
    desk.send(change).await.json()["recorded"] == true
}

/// Fails four times and succeeds once, a second apart.
fn call(desk: &Desk) {
    for nth in 0..5 {
        desk.advance(Duration::from_secs(1));
        let permit = desk.bank.try_acquire().unwrap();
        if nth < 4 {
            permit.failure();
        } else {
            permit.success();
        }
    }
}

#[tokio::test]
async fn the_settings_in_force_are_compared_with_changed_ones() {
    let desk = Desk::new();
    let _recorder = record(&desk);
    call(&desk);
    let body = rehearse(&desk, json!({"threshold": 3})).await.json();
    assert_eq!(
        (&body["breaker"], &body["calls"]),
        (&json!("bank"), &json!(5))
    );
    let present = json!({
        "openings": 0, "open": "0 s", "rejected": 0,
        "rejected_failed": 0, "rejected_succeeded": 0, "admitted_failed": 4,
    });
    let changed = json!({
        "openings": 1, "open": "2 s", "rejected": 2,
        "rejected_failed": 1, "rejected_succeeded": 1, "admitted_failed": 3,
    });
    assert_eq!(body["present"], present);
    assert_eq!(body["changed"], changed);
    assert!(
        body["limits"]
            .as_str()
            .unwrap()
            .contains("would have happened")
    );
    // Nothing has changed, and nobody has acted.
    assert_eq!(desk.bank.config().threshold, Some(5));
    assert_eq!(desk.get("/actions").await.json()["actions"], json!([]));
    assert!(is_recorded(&desk).await);
}

#[tokio::test]
async fn settings_at_run_time_can_be_taken_back_in_a_rehearsal() {
    let desk = Desk::new();
    let _recorder = record(&desk);
    call(&desk);
    let overrides = breaker_runtime::Overrides {
        threshold: Some(3),
        ..breaker_runtime::Overrides::default()
    };
    desk.registry.configure("bank", overrides).unwrap();
    let body = rehearse(&desk, json!({"threshold": null})).await.json();
    assert_eq!(body["present"]["openings"], 1);
    assert_eq!(body["changed"]["openings"], 0);
}

#[tokio::test]
async fn calls_of_more_than_ten_minutes_ago_are_not_played() {
    let desk = Desk::new();
    let _recorder = record(&desk);
    call(&desk);
    desk.advance(TEN_MINUTES * 3);
    call(&desk);
    let body = rehearse(&desk, json!({"threshold": 3})).await.json();
    assert_eq!(body["changed"]["openings"], 1);
    assert_eq!(body["calls"], 5);
}

#[tokio::test]
async fn without_calls_there_are_no_figures() {
    let desk = Desk::new();
    let _recorder = record(&desk);
    let body = rehearse(&desk, json!({"threshold": 3})).await.json();
    assert_eq!(
        (&body["calls"], &body["present"]),
        (&json!(0), &Value::Null)
    );
}

#[tokio::test]
async fn without_a_recorder_a_rehearsal_is_409() {
    let desk = Desk::new();
    let reply = rehearse(&desk, json!({"threshold": 3})).await;
    assert_eq!(reply.problem(), (409, "not-recorded".to_owned()));
    assert!(!is_recorded(&desk).await);
    let recorder = record(&desk);
    recorder.stop();
    let reply = rehearse(&desk, json!({"threshold": 3})).await;
    assert_eq!(reply.problem(), (409, "not-recorded".to_owned()));
}

#[tokio::test]
async fn a_wrong_setting_is_422_in_a_rehearsal_too() {
    let desk = Desk::new();
    let _recorder = record(&desk);
    let reply = rehearse(&desk, json!({"threshold": 0})).await;
    assert_eq!(reply.problem(), (422, "setting".to_owned()));
    let reply = rehearse(&desk, json!({"failure_rate": 0.5})).await;
    assert_eq!(reply.problem(), (422, "setting".to_owned()));
}
