use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::rehearsal::{Call, CallOutcome, SuggestOptions, suggest};
use crate::rehearsal::{Candidate, OutageRule, rehearse_all};
use crate::values::FailureKind;

/// A call a second for five minutes from noon on, of which those of one minute fail.
fn calls() -> Vec<Call> {
    let call = |second: u64| {
        let outcome = match second {
            100..160 => CallOutcome::Failure(FailureKind::Returned),
            _ => CallOutcome::Success,
        };
        let began = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_534_400 + second);
        Call::new(began, Duration::from_millis(100), outcome)
    };
    (0..300).map(call).collect()
}

fn value(of: impl serde::Serialize) -> Value {
    serde_json::to_value(of).expect("it can be serialized")
}

#[test]
fn a_report_has_its_numbers_as_numbers_and_its_times_as_text() {
    let candidate = Candidate::new("default", crate::Config::new()).expect("in range");
    let calls = calls().into_iter().map(Ok);
    let (timeline, reports) =
        rehearse_all(calls, &[candidate], OutageRule::new()).expect("in order");
    let report = value(&reports[0]);
    assert_eq!(report["candidate"], json!("default"));
    assert_eq!(
        (&report["calls"], &report["openings"]),
        (&json!(300), &json!(1))
    );
    assert_eq!(report["outages"][0]["opening_delay"], json!("4.1s"));
    assert_eq!(report["bands"][1]["state"], json!("open"));
    assert_eq!(
        report["opening_list"][0]["opened"],
        json!("2026-11-01T12:01:44.100Z")
    );
    assert_eq!(report["settings"]["threshold"], json!(5));
    assert_eq!(value(&timeline)["outages"][0]["failures"], json!(60));
}

#[test]
fn suggestions_have_the_labels_of_picks_and_caveats() {
    let calls = calls();
    let options = SuggestOptions::new().with_most_rehearsals(10);
    let found = suggest(|| Ok(calls.iter().cloned().map(Ok)), &options).expect("in order");
    let found = value(&found);
    assert_eq!(found["chosen_on"], json!(["2026-11-01T00:00:00.000Z"]));
    assert_eq!(found["picks"][0]["kind"], json!("cautious"));
    assert_eq!(found["caveats"], json!(["one_day"]));
}
