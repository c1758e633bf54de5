//! The log of control requests and of wrong tokens: `tracing` events with the target `breaker::admin`. Without the
//! feature `tracing`, nothing is logged.

#[cfg(feature = "tracing")]
pub(super) use self::with_tracing::{WrongTokens, control, link_left_out, open_to_others};
#[cfg(not(feature = "tracing"))]
pub(super) use self::without_tracing::{WrongTokens, control, link_left_out, open_to_others};

#[cfg(feature = "tracing")]
mod with_tracing {
    use std::net::SocketAddr;
    use std::time::{Duration, Instant};

    use axum::extract::ConnectInfo;
    use axum::http::StatusCode;
    use axum::http::request::Parts;
    use tracing::{field, info, warn};

    use crate::integrations::admin::deed::DeedLog;
    use crate::sync::{Mutex, lock};
    use crate::values::{Actor, printable};

    /// The length of the longest name or key that a line shows.
    const LONGEST: usize = 256;

    /// The shortest time between two lines about wrong tokens.
    const PAUSE: Duration = Duration::from_secs(1);

    /// Logs a control request, whatever its answer.
    pub(in super::super) fn control(
        request: &Parts,
        (action, name): (&str, &str),
        who: Option<&Actor>,
        status: StatusCode,
        deed: Option<&DeedLog>,
    ) {
        let query = request.uri.query().unwrap_or_default();
        let mut parameters = form_urlencoded::parse(query.as_bytes());
        let key = parameters.find(|(parameter, _)| parameter == "key");
        let peer = request.extensions.get::<ConnectInfo<SocketAddr>>();
        let forwarded = request.headers.get("x-forwarded-for");
        info!(
            target: "breaker::admin",
            who = who.map(Actor::name),
            method = %request.method,
            action,
            // The name and the key are what the client has sent, whether they exist or not.
            name = printable(name, LONGEST),
            key = key.map(|(_, key)| printable(&key, LONGEST)),
            query,
            why = deed.and_then(|it| it.reason.as_deref()),
            ttl = deed.and_then(|it| it.ttl).map(field::debug),
            before = deed.map(|it| it.before.as_str()),
            after = deed.map(|it| it.after.as_str()),
            status = status.as_u16(),
            peer = peer.map(|peer| field::display(peer.0)),
            // The client writes this header.
            claimed = forwarded.and_then(|it| it.to_str().ok()),
            "control request"
        );
    }

    /// Warns that reading is open to other hosts.
    pub(in super::super) fn open_to_others(address: SocketAddr) {
        warn!(
            target: "breaker::admin",
            %address,
            "anybody who reaches this address can read names, keys and reasons; use a token or a loopback address"
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
    use std::net::SocketAddr;

    use axum::http::StatusCode;
    use axum::http::request::Parts;

    use crate::integrations::admin::deed::DeedLog;
    use crate::values::Actor;

    pub(in super::super) fn control(
        _: &Parts,
        _: (&str, &str),
        _: Option<&Actor>,
        _: StatusCode,
        _: Option<&DeedLog>,
    ) {
    }

    pub(in super::super) fn open_to_others(_: SocketAddr) {}

    pub(in super::super) fn link_left_out(_: &str, _: &str) {}

    #[derive(Debug, Default)]
    pub(in super::super) struct WrongTokens(());

    impl WrongTokens {
        #[expect(clippy::unused_self, reason = "only the log needs it")]
        pub(in super::super) fn add(&self) {}
    }
}
