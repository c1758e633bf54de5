use std::time::Duration;

use super::{BreakerError, CallError, Rejection, RejectionReason};
use crate::machine::Refusal;
use crate::name::Name;

static DECLARED: &str = "payment";

fn rejection(refusal: Refusal) -> Rejection {
    Rejection::new(Name::Declared(&DECLARED), refusal)
}

#[test]
fn a_rejection_of_a_declared_name_equals_one_of_a_created_name() {
    let refusal = Refusal::HalfOpenFull;
    let created = Rejection::new(Name::created("payment"), refusal);
    assert_eq!(rejection(refusal), created);
    assert_ne!(
        rejection(refusal),
        Rejection::new(Name::created("mail"), refusal)
    );
}

#[test]
fn the_message_says_what_refused_and_for_how_long() {
    let open = Refusal::Open {
        retry_after: Duration::from_millis(12_345),
    };
    let error = BreakerError::Rejected(rejection(open));
    assert_eq!(
        error.to_string(),
        "circuit breaker `payment` is open; next probe in 12.3s"
    );
    let forced = |retry_after| rejection(Refusal::Forced { retry_after }).to_string();
    assert_eq!(forced(None), "circuit breaker `payment` is forced open");
    assert_eq!(
        forced(Some(Duration::from_secs(5))),
        "circuit breaker `payment` is forced open for another 5s"
    );
}

#[test]
fn the_chain_of_sources_has_no_link_twice() {
    let error = BreakerError::Rejected(rejection(Refusal::HalfOpenFull));
    assert!(std::error::Error::source(&error).is_none());
    let call = CallError::<std::fmt::Error>::Breaker(error.clone());
    assert_eq!(call.to_string(), error.to_string());
    assert!(std::error::Error::source(&call).is_none());
}

#[test]
fn everything_in_an_error_is_send_sync_and_static() {
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
