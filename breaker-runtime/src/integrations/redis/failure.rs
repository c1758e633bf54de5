//! What an error means: for the caller, in words that a person can act on, and for the connection.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use ::redis::{ErrorKind, RedisError};

use super::script;
use super::text::cut;
use crate::fleet::StoreError;

/// An error, and what has to happen to the connection.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) error: StoreError,
    pub(super) then: Then,
}

/// What an error asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing: the connection is good.
    Keep,
    /// The same, unless it happens again: the connection may be dead.
    Late,
    /// A new connection, to an address that is looked up anew.
    Replace,
    /// A new connection, to another server if there is one.
    Next,
    /// The server does not know the script.
    Load,
    /// The keys are on another server.
    Moved(String),
    /// The keys are on their way to another server.
    Ask(String),
    /// The server, or a proxy before it, does not speak RESP3.
    Resp2,
}

impl Failure {
    pub(super) fn away(text: String, then: Then) -> Self {
        Self {
            error: StoreError::Away(text),
            then,
        }
    }

    pub(super) fn refused(text: String) -> Self {
        Self {
            error: StoreError::Refused(text),
            then: Then::Keep,
        }
    }

    /// The server at `place` did not answer within `limit`.
    pub(super) fn late(place: &str, limit: Duration) -> Self {
        let text = format!("{place} did not answer within {} ms", limit.as_millis());
        Self::away(text, Then::Late)
    }

    /// A connection could not be made, or broke.
    pub(super) fn of_io(place: &str, error: &io::Error) -> Self {
        let text = match error.kind() {
            io::ErrorKind::ConnectionRefused => format!("{place}: connection refused"),
            io::ErrorKind::NotFound => format!("{place}: no such socket"),
            _ => format!("{place}: {}", cut(&error.to_string(), 200)),
        };
        Self::away(text, Then::Replace)
    }

    /// The client or the server reports an error.
    pub(super) fn of_redis(place: &str, error: &RedisError) -> Self {
        if let ErrorKind::Io | ErrorKind::Parse = error.kind() {
            if let Some(error) = io_error(error) {
                return Self::of_io(place, error);
            }
            let text = format!("{place}: {}", cut(&error.to_string(), 200));
            return Self::away(text, Then::Replace);
        }
        if error.kind() == ErrorKind::RESP3NotSupported {
            return Self::away(format!("{place} speaks no RESP3"), Then::Resp2);
        }
        if error.kind() == ErrorKind::AuthenticationFailed {
            return Self::refused(format!("{place}: wrong user or password"));
        }
        let detail = error.detail().unwrap_or_default();
        Self::of_server(place, error.code().unwrap_or("ERR"), detail)
    }

    /// The server answers with an error.
    pub(super) fn of_server(place: &str, code: &str, detail: &str) -> Self {
        let (code, detail) = error_in_script(detail).unwrap_or((code, detail));
        let detail = cut(detail, 200);
        let because = |why: &str| format!("{place}: {why}: {code} {detail}");
        let target = || detail.rsplit(' ').next().unwrap_or_default().to_owned();
        match code {
            "NOSCRIPT" => Self::away(because("the script is missing"), Then::Load),
            "MOVED" => Self::away(because("the keys are elsewhere"), Then::Moved(target())),
            "ASK" => Self::away(because("the keys are being moved"), Then::Ask(target())),
            "READONLY" | "MASTERDOWN" => Self::away(because("the server is a replica"), Then::Next),
            "WRONGPASS" => Self::refused(because("wrong user or password")),
            "NOAUTH" => Self::refused(because("a password is needed")),
            "NOPERM" => Self::refused(because("the user lacks a permission")),
            "DENIED" => Self::refused(because("the server takes no connection from here")),
            "WRONGTYPE" => Self::refused(because(
                "another program uses a key of the fleet; delete it",
            )),
            "NOPROTO" => Self::away(because("no RESP3"), Then::Resp2),
            "OOM" => Self::away(because("the memory of the server is full"), Then::Keep),
            "BUSY" => Self::away(because("a script keeps the server busy"), Then::Keep),
            "LOADING" => Self::away(because("the server is loading its data"), Then::Keep),
            "NOREPLICAS" => Self::away(because("the server misses its replicas"), Then::Keep),
            "CLUSTERDOWN" => Self::away(because("the cluster is down"), Then::Next),
            _ => Self::of_unknown(place, code, &detail),
        }
    }

    fn of_unknown(place: &str, code: &str, detail: &str) -> Self {
        // A script that may not call a command says only in which line.
        if detail.contains("can't run this command") {
            let command = script::command_at(detail).unwrap_or("a command of the script");
            return Self::refused(format!(
                "{place}: the user lacks a permission: the script may not run {command}"
            ));
        }
        if detail.contains("ACL failure in script") {
            return Self::refused(format!("{place}: the user lacks a permission: {detail}"));
        }
        if detail.contains("NOAUTH") || detail.contains("HELLO must be called") {
            return Self::refused(format!("{place}: a password is needed"));
        }
        if detail.contains("without any password configured") {
            let why = "a password was given, but the server has none";
            return Self::refused(format!("{place}: {why}"));
        }
        if detail.contains("syntax error") {
            let why = "the server is too old: a fleet needs Redis 6.2 or later";
            return Self::refused(format!("{place}: {why}"));
        }
        let settings = ["unknown command", "DB index", "SELECT is not allowed"];
        if settings.iter().any(|why| detail.contains(why)) {
            return Self::refused(format!("{place}: {code} {detail}"));
        }
        Self::away(format!("{place}: {code} {detail}"), Then::Keep)
    }
}

/// Returns the code and the text of an error that a command of the script had.
///
/// Redis before version 7 puts them into the text of another error: `Error running script (call to f_52d5):
/// @user_script:9: @user_script: 9: -READONLY You can't write`.
fn error_in_script(detail: &str) -> Option<(&str, &str)> {
    let (_, after) = detail.rsplit_once("user_script:")?;
    let (line, error) = after.split_once(": ")?;
    line.trim().parse::<u32>().ok()?;
    let error = error.strip_prefix('-').unwrap_or(error);
    let (code, text) = error.split_once(' ')?;
    let is_code = code.len() > 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_code && code != "ERR").then_some((code, text))
}

/// The error of the connection inside of an error of the client, which wraps it twice.
pub(super) fn io_error(error: &RedisError) -> Option<&io::Error> {
    let source = error.source()?;
    match source.downcast_ref::<Arc<dyn Error + Send + Sync>>() {
        Some(shared) => shared.downcast_ref(),
        None => source.downcast_ref(),
    }
}

#[cfg(test)]
mod tests;
