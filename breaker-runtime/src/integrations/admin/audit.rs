//! The log of control requests and of wrong tokens: `tracing` events with the target `breaker::admin`. Without the
//! feature `tracing`, nothing is logged.

#[cfg(feature = "tracing")]
pub(super) use self::with_tracing::{WrongTokens, control, link_left_out};
#[cfg(not(feature = "tracing"))]
pub(super) use self::without_tracing::{WrongTokens, control, link_left_out};

#[cfg(feature = "tracing")]
mod with_tracing {
    use std::time::{Duration, Instant};

    use axum::http::StatusCode;
    use axum::http::request::Parts;
    use tracing::{info, warn};

    use crate::sync::{Mutex, lock};
    use crate::values::Actor;

    /// The shortest time between two lines about wrong tokens.
    const PAUSE: Duration = Duration::from_secs(1);

    /// Logs a control request, whatever its answer.
    pub(in super::super) fn control(request: &Parts, who: Option<&Actor>, status: StatusCode) {
        let forwarded = request.headers.get("x-forwarded-for");
        info!(
            target: "breaker::admin",
            who = who.map(Actor::name),
            method = %request.method,
            path = request.uri.path(),
            query = request.uri.query(),
            status = status.as_u16(),
            // Whoever sends the request writes this header.
            claimed_peer = forwarded.and_then(|it| it.to_str().ok()),
            "control request"
        );
    }

    /// Warns of a link that is not shown.
    pub(in super::super) fn link_left_out(label: &str, url: &str) {
        warn!(target: "breaker::admin", label, url, "the URL of a link must begin with http:// or https://");
    }

    /// Counts requests without a valid token.
    #[derive(Debug, Default)]
    pub(in super::super) struct WrongTokens(Mutex<Counted>);

    #[derive(Debug, Default)]
    struct Counted {
        since_last_line: u64,
        last_line: Option<Instant>,
    }

    impl WrongTokens {
        /// Counts one more request, and logs the count at most once a second.
        pub(in super::super) fn add(&self) {
            let count = {
                let mut counted = lock(&self.0);
                counted.since_last_line += 1;
                if counted.last_line.is_some_and(|at| at.elapsed() < PAUSE) {
                    return;
                }
                counted.last_line = Some(Instant::now());
                std::mem::take(&mut counted.since_last_line)
            };
            warn!(target: "breaker::admin", count, "requests without a valid token");
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod without_tracing {
    use axum::http::StatusCode;
    use axum::http::request::Parts;

    use crate::values::Actor;

    pub(in super::super) fn control(_: &Parts, _: Option<&Actor>, _: StatusCode) {}

    pub(in super::super) fn link_left_out(_: &str, _: &str) {}

    #[derive(Debug, Default)]
    pub(in super::super) struct WrongTokens(());

    impl WrongTokens {
        #[expect(clippy::unused_self, reason = "only the log needs it")]
        pub(in super::super) fn add(&self) {}
    }
}
