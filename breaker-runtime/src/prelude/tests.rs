// Names are ambiguous only between glob imports.
use ::axum::*;
use ::metrics::*;
use ::tower::*;
use ::tracing::*;

use crate::prelude::*;

type OfThePrelude = (
    BreakerError,
    CallError<()>,
    CircuitBreaker,
    Config,
    Outcome,
    Permit,
    Registry,
    Rejection,
    RejectionReason,
    State,
    TimedOut,
    Window,
);

type OfOtherCrates = (Counter, Router, ServiceBuilder<()>, Span);

#[test]
fn the_prelude_does_not_clash_with_other_crates() {
    #[expect(unused_imports, reason = "it is enough that the name is unambiguous")]
    use self::circuit_breaker as attribute;

    let _: Option<(OfThePrelude, OfOtherCrates)> = None;
}
