use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use super::{BreakerError, CallError, Rejection, TimedOut};
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
fn the_message_states_why_the_call_was_rejected_and_the_long_one_for_how_long() {
    let rest = Duration::from_millis(12_345);
    let error = BreakerError::Rejected(rejection(RejectionReason::Open, Some(rest)));
    assert_eq!(error.to_string(), "circuit breaker `payment` is open");
    assert_eq!(
        format!("{error:#}"),
        "circuit breaker `payment` is open; next probe in 12.3s"
    );
    let forced = |retry_after| rejection(RejectionReason::Forced, retry_after);
    let (endless, limited) = (forced(None), forced(Some(Duration::from_secs(5))));
    for text in [
        endless.to_string(),
        format!("{endless:#}"),
        limited.to_string(),
    ] {
        assert_eq!(text, "circuit breaker `payment` is forced open");
    }
    assert_eq!(
        format!("{limited:#}"),
        "circuit breaker `payment` is forced open for another 5s"
    );
}

#[test]
fn texts_that_logs_are_grouped_by_have_no_number_and_no_key() {
    let keyed = BreakerName::keyed(&BreakerName::created("fetch"), "tenant-4711");
    let reasons = [
        RejectionReason::Open,
        RejectionReason::HalfOpenFull,
        RejectionReason::Ramp,
        RejectionReason::Forced,
    ];
    let rejections = reasons.map(|reason| {
        let rest = Some(Duration::from_millis(12_345));
        Rejection::new(keyed.clone(), reason, rest).into()
    });
    let timed_out = TimedOut::new(keyed, Duration::from_millis(250));
    let errors = rejections.into_iter().chain([timed_out.into()]);
    for error in errors {
        let text = |error: &BreakerError| {
            let call = CallError::<std::fmt::Error>::Breaker(error.clone());
            format!("{error} {call}")
        };
        let grouped = text(&error);
        assert!(
            !grouped.contains(|it: char| it.is_ascii_digit()),
            "{grouped}"
        );
        assert!(!grouped.contains("tenant"), "{grouped}");
        assert!(format!("{error:#}").contains("for `tenant-4711`"));
        assert!(format!("{error:?}").contains("tenant-4711"));
    }
}

#[test]
fn a_breakers_error_is_found_in_a_chain_of_errors() {
    let error = BreakerError::Rejected(half_open_full());
    assert_eq!(BreakerError::find_in(&error), Some(&error));
    let call = CallError::<std::fmt::Error>::Breaker(error.clone());
    assert_eq!(BreakerError::find_in(&call), Some(&error));
    let hidden = std::io::Error::other(std::io::Error::other(call));
    assert_eq!(BreakerError::find_in(&hidden), Some(&error));
    let pointed: Arc<dyn Error + Send + Sync> = Arc::new(hidden);
    assert_eq!(BreakerError::find_in(&pointed), Some(&error));
    assert_eq!(BreakerError::find_in(&std::fmt::Error), None);
    let inner = CallError::Inner(std::io::Error::other("down"));
    assert_eq!(BreakerError::find_in(&inner), None);
}

#[test]
fn no_error_is_its_own_source() {
    let error = BreakerError::Rejected(half_open_full());
    assert!(Error::source(&error).is_none());
    let call = CallError::<std::fmt::Error>::Breaker(error.clone());
    assert_eq!(
        call.to_string(),
        "stopped by circuit breaker `payment` (half_open_full)"
    );
    let source = Error::source(&call).expect("it holds an error");
    assert_eq!(source.downcast_ref(), Some(&error));
}

#[test]
fn errors_are_send_sync_and_static() {
    fn check<T: Send + Sync + Clone + Eq + Error + 'static>() {}
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
        RejectionReason::Forced => Some(RejectionReason::ProbedElsewhere),
        RejectionReason::ProbedElsewhere => Some(RejectionReason::Full),
        RejectionReason::Full => None,
    };
    let reasons = std::iter::successors(Some(RejectionReason::Open), next);
    let labels: Vec<_> = reasons.map(|reason| reason.to_string()).collect();
    assert_eq!(
        labels,
        [
            "open",
            "half_open_full",
            "ramp",
            "forced",
            "probed_elsewhere",
            "full"
        ]
    );
}
