//! Who may read and who may control.

use std::fmt;

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use subtle::ConstantTimeEq as _;
use thiserror::Error;

use crate::sync::Arc;
use crate::values::{Actor, InvalidActor};

/// The least number of bytes in the secret of a token.
const SHORTEST_SECRET: usize = 16;

/// Who may read breakers through an [`Admin`](super::Admin), and who may control them.
///
/// There is no default: whoever makes an `Admin` decides. Several ways of access can be combined; a request gets what
/// its token grants, else what the program's own function grants, else what is open to everybody.
///
/// # Examples
///
/// ```
/// use breaker_runtime::admin::Access;
///
/// let secret = "correct-horse-battery-staple"; // in a program, from its store of secrets
/// let access = Access::token("on-call", secret)?.reading_open();
/// # drop(access);
///
/// // An empty variable never becomes a token.
/// assert!(Access::token("on-call", "").is_err());
/// # Ok::<(), breaker_runtime::admin::InvalidAccess>(())
/// ```
#[derive(Clone)]
#[must_use = "access grants nothing until an `Admin` is made with it"]
pub struct Access {
    tokens: Vec<Token>,
    own: Option<Arc<Own>>,
    reading_is_open: bool,
}

type Own = dyn Fn(&Parts) -> Grant + Send + Sync;

#[derive(Clone)]
struct Token {
    who: Actor,
    secret: Box<[u8]>,
}

/// What a request may do.
///
/// # Examples
///
/// ```
/// use breaker_runtime::Actor;
/// use breaker_runtime::admin::{Access, Grant};
///
/// // A proxy in front of the program has checked the user, and removes this header from requests of others.
/// let access = Access::by(|request| {
///     let user = request.headers.get("x-user").and_then(|user| user.to_str().ok());
///     match user.map(Actor::new) {
///         Some(Ok(user)) => Grant::Control(user),
///         _ => Grant::None,
///     }
/// });
/// # drop(access);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Nothing.
    None,
    /// Reading.
    Read,
    /// Reading and control. The actions are attributed to the actor, with the reason of the request.
    Control(Actor),
}

/// The reason why an [`Access`] could not be made.
///
/// # Examples
///
/// ```
/// use breaker_runtime::admin::Access;
///
/// let error = Access::token("on-call", "hunter2").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "the secret of a token must have at least 16 characters, all printable ASCII without spaces"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidAccess {
    /// The secret is too short, or has characters that a header cannot transmit, such as the end of a line.
    #[error(
        "the secret of a token must have at least {SHORTEST_SECRET} characters, all printable ASCII without spaces"
    )]
    Secret,
    /// The name of the token's holder is invalid.
    #[error(transparent)]
    Name(#[from] InvalidActor),
}

impl Access {
    /// Grants reading and control to requests with the bearer token `secret`; `who` is the name of its holder, which
    /// the actions record.
    ///
    /// A request presents the token in the header `Authorization: Bearer …`, and never in its URL.
    ///
    /// # Errors
    ///
    /// [`InvalidAccess`] unless the secret has at least 16 characters, all of them printable ASCII without spaces, and
    /// the name is that of an [`Actor`].
    pub fn token(who: impl AsRef<str>, secret: impl AsRef<str>) -> Result<Self, InvalidAccess> {
        Self::nothing().and_token(who, secret)
    }

    /// Adds a token, for another holder or to replace a token without a pause.
    ///
    /// # Errors
    ///
    /// The errors of [`token`](Self::token).
    pub fn and_token(
        mut self,
        who: impl AsRef<str>,
        secret: impl AsRef<str>,
    ) -> Result<Self, InvalidAccess> {
        let who = Actor::new(who)?;
        let secret = secret.as_ref().as_bytes();
        if secret.len() < SHORTEST_SECRET || !secret.iter().all(u8::is_ascii_graphic) {
            return Err(InvalidAccess::Secret);
        }
        let secret = secret.into();
        self.tokens.push(Token { who, secret });
        Ok(self)
    }

    /// Grants reading to everybody who reaches the server, and control to nobody.
    ///
    /// A request has to name the server as `localhost`, by an IP address, or by a name that
    /// [`Admin::host`](super::Admin::host) allows: otherwise a web page could read the answers by DNS rebinding. The
    /// check is not access control, because a client that is not a browser sends any name.
    pub fn open_reading() -> Self {
        Self::nothing().reading_open()
    }

    /// Grants what a function of the program decides, for example by the session of a user or by a header that a proxy
    /// has set.
    ///
    /// The function runs for each request that presents no valid token. Requests that browsers send for the pages of
    /// other sites never reach it, unless they only read.
    pub fn by(grant: impl Fn(&Parts) -> Grant + Send + Sync + 'static) -> Self {
        Self {
            own: Some(Arc::new(grant)),
            ..Self::nothing()
        }
    }

    /// Grants reading to everybody as [`open_reading`](Self::open_reading) does, in addition.
    pub fn reading_open(mut self) -> Self {
        self.reading_is_open = true;
        self
    }

    fn nothing() -> Self {
        Self {
            tokens: Vec::new(),
            own: None,
            reading_is_open: false,
        }
    }

    /// Returns what a request may do.
    pub(super) fn grant(&self, request: &Parts) -> Granted {
        let mut with_wrong_token = false;
        if let Some(secret) = bearer(request).filter(|_| !self.tokens.is_empty()) {
            match self.holder(secret) {
                Some(who) => return Granted::To(Grant::Control(who)),
                None => with_wrong_token = true,
            }
        }
        if let Some(own) = &self.own {
            match own(request) {
                Grant::None => {}
                grant => return Granted::To(grant),
            }
        }
        if with_wrong_token {
            Granted::WrongToken
        } else if self.reading_is_open {
            Granted::OpenReading
        } else {
            Granted::To(Grant::None)
        }
    }

    /// Returns the holder of a token. All tokens are compared, each in constant time.
    fn holder(&self, secret: &[u8]) -> Option<Actor> {
        let mut holder = None;
        for token in &self.tokens {
            if bool::from(token.secret.ct_eq(secret)) {
                holder = holder.or(Some(&token.who));
            }
        }
        holder.cloned()
    }

    /// Returns whether a request without a token could have presented one.
    pub(super) fn has_tokens(&self) -> bool {
        !self.tokens.is_empty()
    }

    /// Returns whether everybody may read.
    pub(super) fn has_open_reading(&self) -> bool {
        self.reading_is_open
    }

    /// Returns whether nobody can control anything.
    pub(super) fn is_read_only(&self) -> bool {
        self.tokens.is_empty() && self.own.is_none()
    }
}

/// What a request was granted, and by what.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Granted {
    /// By a token, by the program's function, or by nothing.
    To(Grant),
    /// By the fact that reading is open.
    OpenReading,
    /// The request presents a token that is not valid.
    WrongToken,
}

fn bearer(request: &Parts) -> Option<&[u8]> {
    let value = request.headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, secret) = value.split_at_checked("bearer ".len())?;
    scheme
        .eq_ignore_ascii_case(b"bearer ")
        .then(|| secret.trim_ascii())
}

/// Shows no secret.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let holders = self.tokens.iter().map(|token| token.who.name());
        f.debug_struct("Access")
            .field("tokens", &holders.collect::<Vec<_>>())
            .field("own", &self.own.is_some())
            .field("reading_is_open", &self.reading_is_open)
            .finish()
    }
}
