//! The store of a fleet on Redis or Valkey. Needs the feature `redis`.
//!
//! All instances of a service that share circuits use the same server and the same namespace:
//!
//! ```
//! use breaker_runtime::redis::RedisStore;
//!
//! let store = RedisStore::open("redis://cache.internal:6379")?.user("shop").password("…");
//! # drop(store);
//! # Ok::<(), breaker_runtime::redis::RedisOptionError>(())
//! ```
//!
//! | what | needs |
//! |---|---|
//! | server | Redis 6.2 or later, or Valkey; a cluster or sentinels, too |
//! | data | four keys and a channel, `brk1:{namespace}` …, in one slot; all of them end by themselves |
//! | connections | one for each instance, for commands and for messages |
//! | commands | one script for everything that an instance says at once, about every five seconds; more in an outage |
//!
//! A user of the access control list needs, for the namespace `shop`:
//!
//! ```text
//! ~brk1:{shop}* &brk1:{shop} +hello +evalsha +script|load +subscribe +publish +time
//! +hmget +hget +hset +hdel +hgetall +hlen +zadd +zrem +zcard +zscore +zrange
//! +zremrangebyscore +pexpire
//! ```
//!
//! Without the channel, `+hello` or `+subscribe`, changes are not pushed, and instances ask for them every second.
//!
//! # Errors
//!
//! Nothing that is wrong with a server reaches a call. A server that cannot be reached, does not answer within a second,
//! is full, busy, loading or a replica is [away](StoreError::Away) until it answers. A wrong password, a missing
//! permission or a certificate that is not trusted is [refused](StoreError::Refused), which is not tried again soon. The
//! texts name the server and the cause, and never the password.
//!
//! A connection that has missed two answers in a row, or leads to a replica, is replaced by a new one, for which the
//! address is looked up anew.
//!
//! # Trust
//!
//! Whoever can write to these keys can open and close every shared circuit. Values that are not valid are ignored and
//! [counted](RedisStore::garbage); texts are cut and numbers have limits.

mod decode;
mod encode;
mod failure;
mod item;
mod link;
mod listen;
mod names;
mod option_error;
mod place;
mod script;
mod shared;
mod target;
mod text;
#[cfg(feature = "redis-tls")]
mod tls;

// Miri starts no servers.
#[cfg(all(test, unix, not(miri)))]
mod agreement;

use std::fmt::{self, Debug, Formatter};
use std::sync::{Arc, OnceLock};

use tokio::sync::broadcast;

use self::link::Dialer;
use self::listen::Listening;
pub use self::option_error::RedisOptionError;
use self::place::{Login, Place};
use self::shared::Shared;
use self::target::Target;
#[cfg(feature = "redis-tls")]
use self::tls::Tls;
use crate::fleet::{Answers, Batch, BoxFuture, BoxStream, FleetStore, Heard, StoreError};

/// A store on Redis or Valkey.
///
/// Nothing connects before the store is used. The options are those of the login and, with the feature `redis-tls`, of
/// the encryption.
#[must_use = "a store does nothing by itself: pass it to the fleet"]
pub struct RedisStore {
    options: Options,
    shared: OnceLock<Arc<Shared>>,
}

struct Options {
    places: Vec<Place>,
    login: Login,
    master: Option<String>,
    master_user: Option<String>,
    master_password: Option<String>,
    #[cfg(feature = "redis-tls")]
    tls: Arc<Tls>,
}

impl RedisStore {
    /// Uses one server: `redis://[user[:password]@]host[:port][/database]`, `rediss://…` for TLS, or
    /// `unix:/path[?user=…&pass=…&db=…]`. If the server belongs to a cluster, its redirections are followed.
    ///
    /// # Errors
    ///
    /// [`RedisOptionError`] if the URL is invalid, or asks for TLS without the feature `redis-tls`.
    pub fn open(url: &str) -> Result<Self, RedisOptionError> {
        Self::new([url], None)
    }

    /// Uses a cluster, of which some servers are named by URLs as for [`open`](Self::open).
    ///
    /// All data of a fleet are in one slot. The store asks one server, and follows it to the owner of the slot. The
    /// login is that of the first URL.
    ///
    /// # Errors
    ///
    /// [`RedisOptionError`] if there is no URL, or one is invalid.
    pub fn cluster<U: AsRef<str>>(
        urls: impl IntoIterator<Item = U>,
    ) -> Result<Self, RedisOptionError> {
        Self::new(urls, None)
    }

    /// Uses the master that sentinels know by the name `master`. The URLs are those of the sentinels.
    ///
    /// The login of the first URL is for the sentinels, and also for the master unless [`user`](Self::user) or
    /// [`password`](Self::password) are called. With `rediss://`, connections to the master use TLS, too.
    ///
    /// # Errors
    ///
    /// [`RedisOptionError`] if there is no URL, or one is invalid.
    pub fn sentinel<U: AsRef<str>>(
        urls: impl IntoIterator<Item = U>,
        master: &str,
    ) -> Result<Self, RedisOptionError> {
        Self::new(urls, Some(master.to_owned()))
    }

    fn new<U: AsRef<str>>(
        urls: impl IntoIterator<Item = U>,
        master: Option<String>,
    ) -> Result<Self, RedisOptionError> {
        let parsed = urls.into_iter().map(|url| place::parse(url.as_ref()));
        let parsed: Vec<_> = parsed.collect::<Result<_, _>>()?;
        let (_, login) = parsed.first().ok_or(RedisOptionError::NoServers)?;
        let options = Options {
            login: login.clone(),
            places: parsed.into_iter().map(|(place, _)| place).collect(),
            master,
            master_user: None,
            master_password: None,
            #[cfg(feature = "redis-tls")]
            tls: Arc::default(),
        };
        Ok(Self {
            options,
            shared: OnceLock::new(),
        })
    }

    /// Logs in as this user, instead of the one in the URL.
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.options.master_user = Some(user.into());
        self
    }

    /// Logs in with this password, instead of the one in the URL.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.options.master_password = Some(password.into());
        self
    }

    /// Trusts the authorities of these certificates in PEM, instead of those of the system. Needs the feature
    /// `redis-tls`.
    ///
    /// # Errors
    ///
    /// [`RedisOptionError::Certificate`] if there is no certificate in the text, or one is invalid.
    #[cfg(feature = "redis-tls")]
    pub fn authority(mut self, pem: impl AsRef<[u8]>) -> Result<Self, RedisOptionError> {
        Arc::make_mut(&mut self.options.tls).trust(pem.as_ref())?;
        Ok(self)
    }

    /// Shows this certificate to the server: its chain and its key in PEM. Needs the feature `redis-tls`.
    ///
    /// # Errors
    ///
    /// [`RedisOptionError::Certificate`] if one of them is invalid, or the key does not belong to the certificate.
    #[cfg(feature = "redis-tls")]
    pub fn client_certificate(
        mut self,
        chain: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Result<Self, RedisOptionError> {
        Arc::make_mut(&mut self.options.tls).show(chain.as_ref(), key.as_ref())?;
        Ok(self)
    }

    /// Returns how many values and messages were ignored because they were not valid.
    pub fn garbage(&self) -> u64 {
        self.shared.get().map_or(0, |shared| shared.garbage())
    }

    fn shared(&self) -> &Arc<Shared> {
        self.shared.get_or_init(|| Arc::new(self.options.build()))
    }
}

impl Options {
    fn build(&self) -> Shared {
        let mut login = self.login.clone();
        if let Some(user) = &self.master_user {
            login.user = Some(user.clone());
        }
        if let Some(password) = &self.master_password {
            login.password = Some(password.clone());
        }
        let mut target = Target::new(self.places.clone(), self.login.clone(), self.master.clone());
        if self.master.is_none() {
            target.login = login.clone();
        } else {
            // Sentinels have no databases.
            target.login.database = 0;
        }
        target.master_login = login;
        let dialer = Dialer {
            #[cfg(feature = "redis-tls")]
            tls: Arc::clone(&self.tls),
            pushed: broadcast::Sender::new(1024),
        };
        Shared::new(target, dialer)
    }
}

impl FleetStore for RedisStore {
    fn enter(&self, namespace: &str) {
        self.shared().enter(namespace);
    }

    fn send(&self, batch: Batch) -> BoxFuture<'_, Result<Answers, StoreError>> {
        Box::pin(async move { self.shared().send(&batch, None).await })
    }

    fn listen(&self) -> BoxStream<Heard> {
        Box::pin(Listening::new(Arc::clone(self.shared())))
    }

    fn reconnect(&self) {
        self.shared().reconnect();
    }

    fn garbage(&self) -> u64 {
        Self::garbage(self)
    }
}

impl Debug for RedisStore {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let places = self.options.places.iter().map(ToString::to_string);
        f.debug_struct("RedisStore")
            .field("servers", &places.collect::<Vec<_>>())
            .field("master", &self.options.master)
            .finish_non_exhaustive()
    }
}
