//! Where a server is, and how to log in there: what a URL says.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use percent_encoding::percent_decode_str;

use super::option_error::RedisOptionError;

const DEFAULT_PORT: u16 = 6379;

/// The place of one server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Tcp { host: String, port: u16, tls: bool },
    Unix(PathBuf),
}

impl Place {
    /// Reads an address as servers write it, `host:port`. Without a host it is that of this place.
    pub(super) fn named(&self, address: &str) -> Option<Self> {
        let (host, port) = address.rsplit_once(':')?;
        // A server in a cluster may name its bus too: `host:port@bus,name`.
        let digits = port.split(|byte: char| !byte.is_ascii_digit()).next()?;
        let Self::Tcp { host: own, tls, .. } = self else {
            return None;
        };
        let host = match host.trim_start_matches('[').trim_end_matches(']') {
            "" | "?" => own.as_str(),
            named => named,
        };
        let port = digits.parse().ok().filter(|port| *port != 0)?;
        (host.len() <= 255).then(|| Self::Tcp {
            host: host.to_owned(),
            port,
            tls: *tls,
        })
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port, .. } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port, .. } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Whom to log in as.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: Option<String>,
    pub(super) password: Option<String>,
    pub(super) database: i64,
}

/// Reads a URL. No error repeats a part of the URL, because any part may hold the password.
pub(super) fn parse(url: &str) -> Result<(Place, Login), RedisOptionError> {
    let parsed = ::redis::parse_redis_url(url).ok_or(RedisOptionError::NoUrl)?;
    let decoded = |text: &str| -> Option<String> {
        let text = percent_decode_str(text).decode_utf8_lossy();
        (!text.is_empty()).then(|| text.into_owned())
    };
    let mut login = Login {
        user: decoded(parsed.username()),
        password: parsed.password().and_then(decoded),
        database: 0,
    };
    let tls = matches!(parsed.scheme(), "rediss" | "valkeys");
    if tls && cfg!(not(feature = "redis-tls")) {
        return Err(RedisOptionError::NoTls);
    }
    if matches!(parsed.scheme(), "redis" | "valkey") || tls {
        let host = parsed.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or(RedisOptionError::NoHost)?;
        login.database = database(parsed.path().trim_matches('/'))?;
        let place = Place::Tcp {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: parsed.port().unwrap_or(DEFAULT_PORT),
            tls,
        };
        return Ok((place, login));
    }
    for (name, value) in parsed.query_pairs() {
        match &*name {
            "user" => login.user = Some(value.into_owned()),
            "pass" => login.password = Some(value.into_owned()),
            "db" => login.database = database(&value)?,
            _ => {}
        }
    }
    let path = percent_decode_str(parsed.path()).decode_utf8_lossy();
    if path.trim_matches('/').is_empty() {
        return Err(RedisOptionError::NoHost);
    }
    if cfg!(not(unix)) {
        return Err(RedisOptionError::NoUnixSockets);
    }
    Ok((Place::Unix(PathBuf::from(&*path)), login))
}

fn database(text: &str) -> Result<i64, RedisOptionError> {
    if text.is_empty() {
        return Ok(0);
    }
    let number: u32 = text.parse().map_err(|_| RedisOptionError::Database)?;
    Ok(number.into())
}

#[cfg(test)]
mod tests;
