//! What the two halves of a store share: the connection, and who has to make a new one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ::redis::{Cmd, Value};
use tokio::sync::{broadcast, watch};

use super::encode;
use super::failure::{Failure, Then};
use super::item::Item;
use super::link::{Dialer, Link, Pushed};
use super::names::Names;
use super::target::Target;
use super::{decode, script};
use crate::fleet::{Answers, Batch, StoreError};
use crate::sync::fixed::AtomicU64;
use crate::sync::{Mutex, lock};

/// How many timeouts in a row replace the connection: a server that hangs keeps its connections open.
const LATE: u32 = 2;
/// How many servers one batch is sent to at most, following redirections.
const HOPS: u32 = 4;

/// The state of a store.
pub(super) struct Shared {
    pub(super) target: Target,
    pub(super) dialer: Dialer,
    names: Mutex<Option<Arc<Names>>>,
    link: Mutex<Option<Arc<Link>>>,
    /// Held by whoever connects.
    dialing: tokio::sync::Mutex<()>,
    /// The number of attempts to connect, and how the last one failed.
    failed: Mutex<(u64, Option<Failure>)>,
    /// The number of the newest connection.
    linked: watch::Sender<u64>,
    /// The timeouts in a row.
    late: AtomicU32,
    garbage: AtomicU64,
}

impl Shared {
    pub(super) fn new(target: Target, dialer: Dialer) -> Self {
        Self {
            target,
            dialer,
            names: Mutex::new(None),
            link: Mutex::new(None),
            dialing: tokio::sync::Mutex::new(()),
            failed: Mutex::new((0, None)),
            linked: watch::Sender::new(0),
            late: AtomicU32::new(0),
            garbage: AtomicU64::new(0),
        }
    }

    pub(super) fn enter(&self, namespace: &str) {
        *lock(&self.names) = Some(Arc::new(Names::new(namespace)));
    }

    pub(super) fn names(&self) -> Result<Arc<Names>, Failure> {
        let names = lock(&self.names).clone();
        names.ok_or_else(|| Failure::refused("the store has not entered a fleet".to_owned()))
    }

    pub(super) fn garbage(&self) -> u64 {
        self.garbage.load(Ordering::Relaxed)
    }

    pub(super) fn count_garbage(&self, more: u64) {
        self.garbage.fetch_add(more, Ordering::Relaxed);
    }

    /// Receives what servers push.
    pub(super) fn pushed(&self) -> broadcast::Receiver<Pushed> {
        self.dialer.pushed.subscribe()
    }

    /// Follows the numbers of new connections.
    pub(super) fn linked(&self) -> watch::Receiver<u64> {
        self.linked.subscribe()
    }

    /// Ends the connection with this number, if it is still in use.
    pub(super) fn drop_link(&self, number: u64) {
        let mut link = lock(&self.link);
        if link.as_ref().is_some_and(|link| link.number == number) {
            let dropped = link.take();
            drop(link);
            self.end(dropped);
        }
    }

    /// Ends the connection.
    pub(super) fn reconnect(&self) {
        let dropped = lock(&self.link).take();
        self.end(dropped);
    }

    fn end(&self, link: Option<Arc<Link>>) {
        self.late.store(0, Ordering::Relaxed);
        if let Some(link) = link {
            link.end();
            // Nobody may be listening.
            let _ = self.dialer.pushed.send(Pushed::Gone(link.number));
        }
    }

    fn present(&self) -> Option<Arc<Link>> {
        let link = lock(&self.link).clone();
        link.filter(|link| !link.is_broken())
    }

    /// Returns the connection, and makes one if there is none.
    ///
    /// A task connects, so that a caller who gives up does not end the attempt. Callers that wait for the same attempt
    /// get the same error.
    pub(super) async fn link(self: &Arc<Self>) -> Result<Arc<Link>, Failure> {
        if let Some(link) = self.present() {
            return Ok(link);
        }
        let shared = Arc::clone(self);
        let attempts = lock(&self.failed).0;
        let dial = tokio::spawn(async move { shared.dial(attempts).await });
        dial.await.unwrap_or_else(|error| {
            let text = format!("the task that connects has ended: {error}");
            Err(Failure::away(text, Then::Keep))
        })
    }

    async fn dial(&self, attempts: u64) -> Result<Arc<Link>, Failure> {
        let _dialing = self.dialing.lock().await;
        if let Some(link) = self.present() {
            return Ok(link);
        }
        let (now, failed) = lock(&self.failed).clone();
        if let (true, Some(failed)) = (now != attempts, failed) {
            return Err(failed);
        }
        let number = *self.linked.borrow() + 1;
        let linked = self.target.dial(&self.dialer, number).await;
        let result = linked.map(Arc::new);
        *lock(&self.failed) = (now + 1, result.as_ref().err().cloned());
        if let Ok(link) = &result {
            *lock(&self.link) = Some(Arc::clone(link));
            self.late.store(0, Ordering::Relaxed);
            self.linked.send_replace(number);
        }
        result
    }

    /// Applies a batch. `now` is a time for tests.
    pub(super) async fn send(
        self: &Arc<Self>,
        batch: &Batch,
        now: Option<u64>,
    ) -> Result<Answers, StoreError> {
        let sent = async {
            let names = self.names()?;
            let command = encode::command(&names, batch, now);
            // A caller that gives up has waited too long for an answer.
            let waits = Waits(self);
            let answer = self.run(&command).await;
            std::mem::forget(waits);
            let failure = match answer {
                Ok(answer) => {
                    self.late.store(0, Ordering::Relaxed);
                    return self.read(answer);
                }
                Err(failure) => failure,
            };
            match failure.then {
                Then::Late => self.count_late(),
                Then::Replace | Then::Next => self.reconnect(),
                _ => {}
            }
            Err(failure)
        };
        sent.await.map_err(|failure| failure.error)
    }

    fn count_late(&self) {
        if self.late.fetch_add(1, Ordering::Relaxed) + 1 >= LATE {
            self.reconnect();
        }
    }

    fn read(&self, answer: Value) -> Result<Answers, Failure> {
        let mut garbage = 0;
        let answers = decode::answers(&Item::from(answer), &mut garbage);
        self.count_garbage(garbage + u64::from(answers.is_none()));
        answers.ok_or_else(|| {
            let text = "the server answers what the script of the fleet does not".to_owned();
            Failure::away(text, Then::Keep)
        })
    }

    /// Runs the script, wherever the keys are. Loads it at most once.
    ///
    /// A connection that has broken since it was last used is replaced at once, because every batch may be sent again.
    async fn run(self: &Arc<Self>, command: &Cmd) -> Result<Value, Failure> {
        let mut loaded = false;
        let present = self.present();
        let mut replaced = present.is_none();
        let mut link = match present {
            Some(link) => link,
            None => self.link().await?,
        };
        for _ in 0..HOPS {
            let failure = match link.ask(command).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            match &failure.then {
                Then::Load if !loaded => {
                    loaded = true;
                    load(&link).await?;
                }
                Then::Moved(address) => {
                    let Some(place) = link.place.named(address) else {
                        return Err(failure);
                    };
                    self.target.follow(place);
                    self.drop_link(link.number);
                    link = self.link().await?;
                }
                Then::Replace if !replaced => {
                    replaced = true;
                    self.drop_link(link.number);
                    link = self.link().await?;
                }
                Then::Ask(address) => return self.run_once_at(&link, address, command).await,
                Then::Next => {
                    self.target.try_next();
                    return Err(failure);
                }
                _ => return Err(failure),
            }
        }
        let text = format!("{}: too many redirections", link.place);
        Err(Failure::away(text, Then::Keep))
    }

    /// Runs the script on a server to which the keys are on their way.
    async fn run_once_at(&self, link: &Link, to: &str, command: &Cmd) -> Result<Value, Failure> {
        let place = link.place.named(to).ok_or_else(|| {
            let text = format!("{}: a redirection to nowhere", link.place);
            Failure::away(text, Then::Keep)
        })?;
        let other = self
            .dialer
            .dial(&place, self.target.data_login(), 0)
            .await?;
        load(&other).await?;
        other.ask(&::redis::cmd("ASKING")).await?;
        other.ask(command).await
    }
}

async fn load(link: &Link) -> Result<(), Failure> {
    let mut command = ::redis::cmd("SCRIPT");
    command.arg("LOAD").arg(script::SOURCE);
    link.ask(&command).await.map(|_| ())
}

/// Somebody waits for an answer. Dropped before it came, it counts as a timeout.
struct Waits<'a>(&'a Shared);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.count_late();
    }
}
