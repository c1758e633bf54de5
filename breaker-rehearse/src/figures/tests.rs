use std::time::{Duration, SystemTime};

use breaker_runtime::rehearsal::{Call, CallOutcome, Candidate, rehearse};

use super::{FIGURES, Kind, Value};

#[test]
fn each_figure_has_its_kind_in_every_report() {
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_700_000);
    let call = Call::new(at, Duration::from_millis(5), CallOutcome::Success);
    let candidate = Candidate::parse("default:").expect("a candidate");
    let report = rehearse([Ok(call)], candidate).expect("a trace");
    for figure in FIGURES {
        let kind = match (figure.of)(&report) {
            Value::Number(_) => Kind::Number,
            Value::Time(_) | Value::Never | Value::Unknown => Kind::Time,
            Value::Truth(_) => Kind::Truth,
        };
        assert_eq!(kind, figure.kind, "{}", figure.name);
    }
}
