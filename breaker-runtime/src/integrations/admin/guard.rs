//! The checks before a request is answered: no foreign page has sent it, and it was granted what it needs.

use std::net::IpAddr;

use axum::http::header::{HOST, HeaderValue, ORIGIN, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{Method, StatusCode};

use super::access::{Access, Grant, Granted};
use super::problem::Problem;
use crate::values::Actor;

/// What a request needs in order to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    Reading,
    Control,
}

/// Decides about requests.
#[derive(Debug)]
pub(super) struct Guard {
    pub(super) access: Access,
    /// The names of hosts under which reading is open, besides loopback and IP addresses, in lower case.
    pub(super) hosts: Vec<String>,
    /// The origins whose pages may send requests, besides the server's own, in lower case.
    pub(super) origins: Vec<String>,
}

impl Guard {
    /// Returns the actor of a request that may control, or the problem of one that is not granted what it needs.
    pub(super) fn check(&self, request: &Parts, needs: Needs) -> Result<Option<Actor>, Problem> {
        // First, so that the function of the program does not see what a foreign page sends with a user's cookies.
        if needs == Needs::Control {
            self.check_origin(request)?;
        }
        if needs == Needs::Nothing {
            return Ok(None);
        }
        match (self.access.grant(request), needs) {
            (Granted::To(Grant::Control(actor)), _) => Ok(Some(actor)),
            (Granted::To(Grant::Read), Needs::Reading) => Ok(None),
            (Granted::OpenReading, Needs::Reading) => self.check_host(request).map(|()| None),
            (Granted::OpenReading, _) if self.access.is_read_only() => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "read-only",
                "nobody can control breakers here; make the `Admin` with `Access::token` or `Access::by`",
            )),
            (Granted::To(Grant::Read), _) => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "not-granted",
                "you may read, but not control",
            )),
            _ if self.access.has_tokens() => Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "token-needed",
                "send a valid token in the header `Authorization: Bearer …`",
            )
            .with_header(
                WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"breaker\""),
            )),
            _ => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "not-granted",
                "the program does not grant you this",
            )),
        }
    }

    /// Returns what a request may do, whatever it asks for.
    pub(super) fn granted(&self, request: &Parts) -> Granted {
        match self.access.grant(request) {
            Granted::OpenReading if self.check_host(request).is_err() => Granted::To(Grant::None),
            granted => granted,
        }
    }

    /// Rejects requests that a browser sends for a page of another site, in the way of Go 1.25.
    ///
    /// Not all browsers send `Sec-Fetch-Site` over plain HTTP, so `Origin` decides in its absence. A request with
    /// neither does not come from a browser.
    fn check_origin(&self, request: &Parts) -> Result<(), Problem> {
        let header = |name: &str| {
            let value = request.headers.get(name);
            value.map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase())
        };
        let origin = header(ORIGIN.as_str());
        if origin
            .as_ref()
            .is_some_and(|origin| self.origins.contains(origin))
        {
            return Ok(());
        }
        let is_own = match (header("sec-fetch-site"), &origin) {
            (Some(site), _) => matches!(site.as_str(), "same-origin" | "none"),
            (None, Some(origin)) => {
                let from = origin.split_once("://").map(|(_, authority)| authority);
                from.is_some() && from == authority(request).as_deref()
            }
            (None, None) => true,
        };
        if is_own {
            return Ok(());
        }
        let detail = "a page of another site sent this request; to allow it, use `Admin::origin`";
        Err(Problem::new(StatusCode::FORBIDDEN, "cross-origin", detail).with("origin", origin))
    }

    /// Rejects requests to a name that an attacker may have made resolve to this server.
    fn check_host(&self, request: &Parts) -> Result<(), Problem> {
        let authority = authority(request);
        let host = authority.as_deref().map(without_port);
        if host.is_some_and(|host| is_safe(host) || self.hosts.iter().any(|it| it == host)) {
            return Ok(());
        }
        let detail = match host {
            Some(host) => format!(
                "reading is open for `localhost` and IP addresses only; to allow this name, write \
                 `.host(\"{}\")` on the `Admin`",
                host.escape_debug()
            ),
            None => "the header `Host` is missing".to_owned(),
        };
        Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "host", detail).with("host", host))
    }
}

/// Returns whether a method changes nothing.
pub(super) fn only_reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Returns the host and the port that a request names, in lower case.
fn authority(request: &Parts) -> Option<String> {
    let mut hosts = request.headers.get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.to_str().ok()?),
        (Some(_), Some(_)) => None,
        (None, _) => request.uri.authority().map(Authority::as_str),
    };
    named.map(str::to_ascii_lowercase)
}

fn without_port(authority: &str) -> &str {
    let end_of_host = match authority.rfind(']') {
        Some(bracket) => bracket + 1,
        None => authority.rfind(':').unwrap_or(authority.len()),
    };
    authority[..end_of_host].trim_end_matches('.')
}

/// Returns whether no name server decides which server this is.
fn is_safe(host: &str) -> bool {
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    host == "localhost"
        || host.ends_with(".localhost")
        || bare.unwrap_or(host).parse::<IpAddr>().is_ok()
}
