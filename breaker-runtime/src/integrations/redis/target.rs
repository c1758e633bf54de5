//! Which server to connect to: the one of a URL, the owner of a slot in a cluster, or the master that sentinels name.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ::redis::Value;

use super::failure::{Failure, Then};
use super::link::{Dialer, Link};
use super::place::{Login, Place};
use crate::fleet::StoreError;
use crate::sync::lock;

/// How many servers one attempt tries. The next attempt begins with the server after them.
const TRIES: usize = 3;

/// The servers of a store.
pub(super) struct Target {
    /// The servers to ask first; there is at least one.
    places: Vec<Place>,
    /// The master to ask the sentinels at `places` for.
    master: Option<String>,
    /// The login at `places`.
    pub(super) login: Login,
    /// The login at the master that sentinels name, if it differs.
    pub(super) master_login: Login,
    /// Where a server of the cluster has sent us.
    moved: Mutex<Option<Place>>,
    /// The next place to try. Any value is right.
    next: AtomicUsize,
}

impl Target {
    pub(super) fn new(places: Vec<Place>, login: Login, master: Option<String>) -> Self {
        Self {
            places,
            master,
            master_login: login.clone(),
            login,
            moved: Mutex::new(None),
            next: AtomicUsize::new(0),
        }
    }

    /// Follows a redirection.
    pub(super) fn follow(&self, place: Place) {
        *lock(&self.moved) = Some(place);
    }

    /// The login at a server that holds data.
    pub(super) fn data_login(&self) -> &Login {
        if self.master.is_some() {
            &self.master_login
        } else {
            &self.login
        }
    }

    /// Connects to a server that holds data.
    pub(super) async fn dial(&self, dialer: &Dialer, number: u64) -> Result<Link, Failure> {
        let moved = lock(&self.moved).clone();
        if let Some(place) = moved {
            match dialer.dial(&place, self.data_login(), number).await {
                Ok(link) => return Ok(link),
                // The servers of the URLs know where the keys are now.
                Err(_) => *lock(&self.moved) = None,
            }
        }
        let first = self.next.load(Ordering::Relaxed);
        let mut last = None;
        for offset in 0..TRIES.min(self.places.len()) {
            let place = &self.places[(first + offset) % self.places.len()];
            let linked = match &self.master {
                Some(master) => self.dial_master(dialer, place, master, number).await,
                None => dialer.dial(place, &self.login, number).await,
            };
            match linked {
                Ok(link) => {
                    // The next attempt asks this server first, too.
                    self.next.store(first + offset, Ordering::Relaxed);
                    return Ok(link);
                }
                Err(failure) => last = Some(failure),
            }
        }
        self.next
            .store(first.wrapping_add(TRIES), Ordering::Relaxed);
        Err(last.unwrap_or_else(|| Failure::away("no server".to_owned(), Then::Keep)))
    }

    /// The server could not do what was asked of it: another one may.
    pub(super) fn try_next(&self) {
        *lock(&self.moved) = None;
        self.next.fetch_add(1, Ordering::Relaxed);
    }

    async fn dial_master(
        &self,
        dialer: &Dialer,
        sentinel: &Place,
        master: &str,
        number: u64,
    ) -> Result<Link, Failure> {
        let link = dialer.dial(sentinel, &self.login, 0).await?;
        let mut command = ::redis::cmd("SENTINEL");
        command.arg("get-master-addr-by-name").arg(master);
        let answer = link.ask(&command).await?;
        let place = read_master(sentinel, &answer).ok_or_else(|| Failure {
            error: StoreError::Away(format!("{sentinel} knows no master of this name")),
            then: Then::Keep,
        })?;
        dialer.dial(&place, &self.master_login, number).await
    }
}

fn read_master(sentinel: &Place, answer: &Value) -> Option<Place> {
    let Value::Array(answer) = answer else {
        return None;
    };
    let [Value::BulkString(host), Value::BulkString(port)] = &answer[..] else {
        return None;
    };
    let (host, port) = (
        std::str::from_utf8(host).ok()?,
        std::str::from_utf8(port).ok()?,
    );
    sentinel.named(&format!("{host}:{port}"))
}
