//! The stream of what a fleet publishes.

use std::collections::hash_map::RandomState;
use std::future::{Future, pending};
use std::hash::BuildHasher;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::timeout;
use tokio_stream::Stream;

use super::decode::{self, Message};
use super::failure::{Failure, Then};
use super::link::{LIMIT, Link, Pushed};
use super::names::VERSION;
use super::shared::Shared;
use crate::fleet::{Heard, StoreError};

/// After this long without a message, a listener asks whether messages still arrive. Any message is an answer to all,
/// so one question a minute serves a whole fleet.
const QUIET: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const REFUSED_WAIT: Duration = Duration::from_secs(60);

/// A stream that is fed by a future of its own, and so needs no task.
pub(super) struct Listening {
    feed: Pin<Box<dyn Future<Output = ()> + Send>>,
    heard: mpsc::Receiver<Heard>,
}

impl Listening {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let (to, heard) = mpsc::channel(64);
        let listener = Listener {
            shared,
            to,
            said: None,
            tried: 0,
        };
        Self {
            feed: Box::pin(listener.run()),
            heard,
        }
    }
}

impl Stream for Listening {
    type Item = Heard;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Heard>> {
        if let Poll::Ready(heard) = self.heard.poll_recv(context) {
            return Poll::Ready(heard);
        }
        // The feed never ends. What it sends wakes the receiver, which has just been asked.
        let _ = self.feed.as_mut().poll(context);
        self.heard.poll_recv(context)
    }
}

struct Listener {
    shared: Arc<Shared>,
    to: mpsc::Sender<Heard>,
    /// The reason for the silence, if it was said.
    said: Option<String>,
    /// The number of the connection that was tried last.
    tried: u64,
}

impl Listener {
    async fn run(mut self) {
        let mut failures = 0;
        loop {
            let mut linked = self.shared.linked();
            self.tried = *linked.borrow_and_update();
            let mut pushed = self.shared.pushed();
            let failure = match self.subscribe(&mut pushed).await {
                Ok(number) => {
                    failures = 0;
                    self.said = None;
                    self.say(Heard::Ready).await;
                    self.forward(&mut pushed, number).await
                }
                Err(failure) => failure,
            };
            let wait = match failure.error {
                StoreError::Refused(_) => REFUSED_WAIT,
                StoreError::Away(_) => backoff(failures),
            };
            failures += 1;
            self.say_silent(failure.error.to_string()).await;
            // A new connection is worth a new attempt.
            let _ = timeout(wait, linked.wait_for(|number| *number > self.tried)).await;
        }
    }

    /// Returns the number of the connection on which messages arrive.
    async fn subscribe(
        &mut self,
        pushed: &mut broadcast::Receiver<Pushed>,
    ) -> Result<u64, Failure> {
        let link = self.shared.link().await?;
        self.tried = link.number;
        if let Some(why) = &link.silent {
            return Err(Failure::refused(why.clone()));
        }
        let mut command = ::redis::cmd("SUBSCRIBE");
        command.arg(&self.shared.names()?.channel);
        link.ask(&command).await?;
        self.confirm(&link, pushed).await?;
        Ok(link.number)
    }

    /// Waits until a message arrives: that of another member, or a nonce of our own.
    async fn confirm(
        &self,
        link: &Link,
        pushed: &mut broadcast::Receiver<Pushed>,
    ) -> Result<(), Failure> {
        // All members come back at once after an outage. The nonce of one of them is enough.
        let early = timeout(up_to(LIMIT / 4), self.next(pushed, link.number)).await;
        if let Ok(arrived) = early {
            return arrived;
        }
        let nonce = random().to_string();
        let message = serde_json::json!([VERSION, "nonce", nonce]).to_string();
        let mut command = ::redis::cmd("PUBLISH");
        command.arg(&self.shared.names()?.channel).arg(message);
        link.ask(&command).await?;
        let arrived = timeout(LIMIT, self.next(pushed, link.number)).await;
        arrived.map_err(|_| {
            let why = format!("{} takes subscriptions but pushes no messages", link.place);
            Failure::away(why, Then::Keep)
        })?
    }

    /// Waits for a message, passes it on, and fails if the connection ends.
    async fn next(
        &self,
        pushed: &mut broadcast::Receiver<Pushed>,
        number: u64,
    ) -> Result<(), Failure> {
        loop {
            match pushed.recv().await {
                Ok(Pushed::Message(bytes)) => {
                    match decode::message(&bytes) {
                        Some(Message::Heard(heard)) => self.say(heard).await,
                        Some(Message::Nonce) => {}
                        None => self.shared.count_garbage(1),
                    }
                    return Ok(());
                }
                Ok(Pushed::Gone(gone)) if gone == number => return Err(ended()),
                // The numbers of the messages that come after it show that some are missing.
                Ok(Pushed::Gone(_)) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => pending().await,
            }
        }
    }

    /// Passes messages on until they stop.
    async fn forward(&self, pushed: &mut broadcast::Receiver<Pushed>, number: u64) -> Failure {
        loop {
            let quiet = QUIET + up_to(QUIET);
            match timeout(quiet, self.next(pushed, number)).await {
                Ok(Ok(())) => {}
                Ok(Err(failure)) => return failure,
                Err(_) => {
                    let link = match self.shared.link().await {
                        Ok(link) if link.number == number => link,
                        Ok(_) => return ended(),
                        Err(failure) => return failure,
                    };
                    if let Err(failure) = self.confirm(&link, pushed).await {
                        return failure;
                    }
                }
            }
        }
    }

    /// Waits while the receiver is full: the stream is not being read.
    async fn say(&self, heard: Heard) {
        let _ = self.to.send(heard).await;
    }

    async fn say_silent(&mut self, why: String) {
        if self.said.as_ref() != Some(&why) {
            self.said = Some(why.clone());
            self.say(Heard::Silent(why)).await;
        }
    }
}

fn ended() -> Failure {
    Failure::away("the connection has ended".to_owned(), Then::Keep)
}

/// Full jitter: up to 1, 2, 4 … seconds, at most half a minute.
fn backoff(failures: u32) -> Duration {
    up_to((Duration::from_secs(1) * 2_u32.pow(failures.min(5))).min(LONGEST_WAIT))
}

fn up_to(most: Duration) -> Duration {
    let parts = u32::try_from(random() % 1000).unwrap_or_default();
    most * parts / 1000
}

fn random() -> u64 {
    RandomState::new().hash_one(0)
}
