//! The events of a registry as a stream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use thiserror::Error;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError::Lagged;
use tokio_stream::{Stream, StreamExt as _};

use crate::breaker::{Event, Subscription};
use crate::registry::Registry;

/// The number of events that are kept for a slow reader.
const CAPACITY: usize = 256;

/// The events of a registry since the stream was made by [`Registry::events`].
///
/// An event holds its breaker. So a stream that nobody reads keeps up to 256 breakers by key, which cannot be evicted
/// meanwhile.
///
/// The stream never delays a call. A reader that falls more than 256 events behind loses the oldest ones and gets
/// [`Missed`] with their number. The stream ends when the registry and all its breakers are dropped. Dropping the
/// stream ends the subscription.
#[must_use = "a stream does nothing unless it is read"]
pub struct EventStream {
    events: BroadcastStream<Event>,
    /// Ends with the stream.
    _subscription: Subscription,
}

/// A reader of an [`EventStream`] was too slow and lost events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("missed {events} event{}", if self.events == 1 { "" } else { "s" })]
#[non_exhaustive]
pub struct Missed {
    /// The number of lost events.
    pub events: u64,
}

impl Registry {
    /// Returns a stream of the events of this registry's breakers from now on, and of conflicts that no listener has
    /// received yet.
    ///
    /// Needs the feature `tokio`, but works with every executor.
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
    /// let action = events.next().await.expect("the registry exists")?;
    /// assert!(matches!(action.kind(), EventKind::Action(_)));
    /// let event = events.next().await.expect("the registry exists")?;
    /// assert_eq!(event.breaker().name(), "payment");
    /// assert!(matches!(event.kind(), EventKind::Transition(changed) if changed.to == State::Open));
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&self) -> EventStream {
        let (sender, receiver) = broadcast::channel(CAPACITY);
        let subscription = self.subscribe(move |event| {
            // If the stream is gone, its subscription is about to end.
            let _ = sender.send(event.clone());
        });
        EventStream {
            events: BroadcastStream::new(receiver),
            _subscription: subscription,
        }
    }
}

impl EventStream {
    /// Returns the next event, or `None` when the registry and all its breakers are dropped.
    ///
    /// # Errors
    ///
    /// [`Missed`] in place of lost events; the stream continues after it.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it is ready, no event is lost.
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

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").finish_non_exhaustive()
    }
}
