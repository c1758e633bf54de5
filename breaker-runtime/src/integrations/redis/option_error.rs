//! What can be wrong with the options of a [`RedisStore`](super::RedisStore).

use thiserror::Error;

/// An option of a [`RedisStore`](super::RedisStore) is invalid.
///
/// No text repeats a URL, because a URL may hold a password.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum RedisOptionError {
    /// The text is no URL, or has another scheme.
    #[error(
        "the address must be a URL such as `redis://host:6379`, `rediss://host:6379` or `unix:/path`"
    )]
    NoUrl,
    /// The URL names no server.
    #[error("the URL names no host, or no path of a socket")]
    NoHost,
    /// The list of servers is empty.
    #[error("at least one server is needed")]
    NoServers,
    /// The URL asks for TLS, which this program does not have.
    #[error("`rediss://` and certificates need the feature `redis-tls` of breaker-runtime")]
    NoTls,
    /// The URL names a Unix socket, which this system does not have.
    #[error("this system has no Unix sockets")]
    NoUnixSockets,
    /// The database is not a number.
    #[error("the database after the host must be a number")]
    Database,
    /// The certificates or the key are not valid PEM.
    #[error("{what}: {why}")]
    Certificate {
        /// Which of them.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
}
