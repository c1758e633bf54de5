use std::time::Duration;

use super::{BreakerError, CallError, Rejection};
use crate::values::{BreakerName, RejectionReason};

static DECLARED: &str = "payment";

fn rejection(reason: RejectionReason, retry_after: Option<Duration>) -> Rejection {
    Rejection::new(BreakerName::Declared(&DECLARED), reason, retry_after)
}

fn half_open_full() -> Rejection {
    rejection(RejectionReason::HalfOpenFull, None)
}

#[test]
fn a_rejection_of_a_declared_name_equals_one_of_a_created_name() {
    let created = |name| {
        Rejection::new(
            BreakerName::created(name),
            RejectionReason::HalfOpenFull,
            None,
        )
    };
    assert_eq!(half_open_full(), created("payment"));
    assert_ne!(half_open_full(), created("mail"));
}

#[test]
fn the_message_states_why_the_call_was_rejected_and_for_how_long() {
    let rest = Duration::from_millis(12_345);
    let error = BreakerError::Rejected(rejection(RejectionReason::Open, Some(rest)));
    assert_eq!(
        error.to_string(),
        "circuit breaker `payment` is open; next probe in 12.3s"
    );
    let forced = |retry_after| rejection(RejectionReason::Forced, retry_after).to_string();
    assert_eq!(forced(None), "circuit breaker `payment` is forced open");
    assert_eq!(
        forced(Some(Duration::from_secs(5))),
        "circuit breaker `payment` is forced open for another 5s"
    );
}

#[test]
fn no_error_is_its_own_source() {
    let error = BreakerError::Rejected(half_open_full());
    assert!(std::error::Error::source(&error).is_none());
    let call = CallError::<std::fmt::Error>::Breaker(error.clone());
    assert_eq!(call.to_string(), error.to_string());
    assert!(std::error::Error::source(&call).is_none());
}

#[test]
fn errors_are_send_sync_and_static() {
    fn check<T: Send + Sync + Clone + Eq + std::error::Error + 'static>() {}
    check::<BreakerError>();
    check::<Rejection>();
    check::<CallError<std::fmt::Error>>();
}

#[test]
fn labels_are_in_snake_case() {
    // A new reason does not compile until it has its place in this chain.
    let next = |reason: &RejectionReason| match reason {
        RejectionReason::Open => Some(RejectionReason::HalfOpenFull),
        RejectionReason::HalfOpenFull => Some(RejectionReason::Ramp),
        RejectionReason::Ramp => Some(RejectionReason::Forced),
        RejectionReason::Forced => None,
    };
    let reasons = std::iter::successors(Some(RejectionReason::Open), next);
    let labels: Vec<_> = reasons.map(|reason| reason.to_string()).collect();
    assert_eq!(labels, ["open", "half_open_full", "ramp", "forced"]);
}
