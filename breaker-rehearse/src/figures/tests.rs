use std::time::{Duration, SystemTime};

use breaker_runtime::rehearsal::{Call, CallOutcome, Candidate, rehearse};

use super::{Delays, FIGURES, Kind, Value};

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

#[test]
fn delays_that_exist_are_shown_next_to_those_that_do_not() {
    let shown = |delays: &[Option<u64>]| {
        let delays = delays.iter().map(|it| it.map(Duration::from_secs));
        Delays::of(delays).to_string()
    };
    assert_eq!(shown(&[]), "–");
    assert_eq!(shown(&[None, None]), "never");
    assert_eq!(shown(&[Some(3), Some(12)]), "12.0s");
    assert_eq!(shown(&[Some(3), None, Some(12)]), "12.0s, 1 of 3 never");
}

#[test]
fn large_numbers_have_separators() {
    assert_eq!(Value::Number(12_222.0).to_string(), "12,222");
    assert_eq!(Value::Number(0.125).to_string(), "0.1250");
}
