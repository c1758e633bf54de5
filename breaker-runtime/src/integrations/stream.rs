//! Events as a stream.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError::Lagged;
use tokio_stream::{Stream, StreamExt as _};

use crate::breaker::{Event, Subscription};
use crate::registry::Registry;

/// How many events wait for a reader that is behind.
const WAITING: usize = 256;

/// The events of a registry, from when the stream was made.
///
/// Made by [`Registry::events`]. It ends when the registry and every breaker of it are gone. A reader
/// that is more than 256 events behind loses the oldest ones and is told how many; it never holds up a
/// call. Dropping the stream ends the subscription.
#[must_use = "a stream does nothing unless it is read"]
pub struct EventStream {
    events: BroadcastStream<Event>,
    subscription: Option<Subscription>,
}

/// A reader of an [`EventStream`] was too slow: so many events are lost to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Missed {
    /// How many.
    pub events: u64,
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events came and went unread", self.events)
    }
}

impl Error for Missed {}

impl Registry {
    /// Returns a stream of everything that happens to the breakers of this registry from now on.
    ///
    /// Needs the feature `tokio`, and works with every executor.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::{Config, EventKind, Registry, State};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry = Registry::new();
    /// let mut events = registry.events();
    /// registry.get_or_create("payment", Config::new())?.trip();
    ///
    /// let event = events.next().await.expect("the registry is there")?;
    /// assert_eq!(event.breaker().name(), "payment");
    /// assert!(matches!(event.kind(), EventKind::Transition(changed) if changed.to == State::Open));
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> EventStream {
        let (sender, receiver) = broadcast::channel(WAITING);
        let subscription = self.subscribe(move |event| {
            // Nobody reads any more: the subscription is about to end.
            let _ = sender.send(event.clone());
        });
        EventStream {
            events: BroadcastStream::new(receiver),
            subscription: Some(subscription),
        }
    }
}

impl EventStream {
    /// Returns the next event, or `None` when the registry is gone.
    ///
    /// # Errors
    ///
    /// [`Missed`] instead of the events that were lost; the stream goes on after it.
    ///
    /// # Cancel safety
    ///
    /// An event is lost only to a reader that has got it.
    pub async fn next(&mut self) -> Option<Result<Event, Missed>> {
        let next = self.events.next().await?;
        Some(next.map_err(|Lagged(events)| Missed { events }))
    }
}

impl Stream for EventStream {
    type Item = Result<Event, Missed>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = Pin::new(&mut self.events).poll_next(cx);
        next.map(|next| Some(next?.map_err(|Lagged(events)| Missed { events })))
    }
}

impl Drop for EventStream {
    fn drop(&mut self) {
        if let Some(subscription) = self.subscription.take() {
            subscription.cancel();
        }
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").finish_non_exhaustive()
    }
}
