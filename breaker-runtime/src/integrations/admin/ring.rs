//! The most recent events, as text.

use std::collections::VecDeque;
use std::time::SystemTime;

use serde_json::json;
use tokio::sync::{Semaphore, watch};

use super::instance::random_id;
use super::shown_keys::ShownKeys;
use super::why;
use crate::breaker::{Event, EventKind, Snapshot, Subscription};
use crate::registry::Registry;
use crate::sync::{Arc, Mutex, lock};
use crate::values::Action;

/// The number of events that are kept.
pub(super) const CAPACITY: usize = 1024;
/// The number of events in the details of a breaker.
const MOST_IN_DETAILS: usize = 50;
/// The number of streams at a time.
const MOST_STREAMS: usize = 128;

/// The most recent events of a registry, and the streams that wait for more.
#[derive(Debug)]
pub(super) struct Events {
    /// The first part of the ids of events; two `Admin`s number them differently.
    pub(super) id: String,
    shared: Arc<Shared>,
    /// One permit for each stream.
    pub(super) streams: Arc<Semaphore>,
    /// Ends with the last `Admin`.
    _subscription: Subscription,
}

#[derive(Debug)]
struct Shared {
    ring: Mutex<Ring>,
    news: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Ring {
    /// The number of the next event; the first one is 1.
    next: u64,
    entries: VecDeque<Arc<Entry>>,
}

/// One event. It holds no breaker, so that it keeps no key from being evicted.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) breaker: String,
    pub(super) kind: String,
    key: Option<String>,
    at: SystemTime,
    /// What the event reports, in words.
    text: String,
    /// The action that the event reports.
    action: Option<Action>,
    /// The event as JSON.
    pub(super) json: String,
}

impl Events {
    /// Keeps the events of a registry from now on.
    pub(super) fn new(registry: &Registry, keys: ShownKeys) -> Self {
        let shared = Arc::new(Shared {
            ring: Mutex::new(Ring {
                next: 1,
                entries: VecDeque::new(),
            }),
            news: watch::Sender::new(()),
        });
        let told = Arc::clone(&shared);
        let id = random_id();
        let first_part = id.clone();
        Self {
            id,
            shared,
            streams: Arc::new(Semaphore::new(MOST_STREAMS)),
            _subscription: registry.subscribe(move |event| told.add(event, &first_part, &keys)),
        }
    }

    /// Returns a receiver that is notified of each event.
    pub(super) fn news(&self) -> watch::Receiver<()> {
        self.shared.news.subscribe()
    }

    /// Wakes all streams.
    pub(super) fn wake(&self) {
        self.shared.news.send_replace(());
    }

    /// Returns the events from a number on, at most `most`, and how many are lost in between.
    pub(super) fn from(&self, number: u64, most: usize) -> (Vec<Arc<Entry>>, u64) {
        let ring = lock(&self.shared.ring);
        let oldest = ring.entries.front().map_or(ring.next, |entry| entry.number);
        let lost = oldest.saturating_sub(number);
        let before = usize::try_from(number.saturating_sub(oldest)).unwrap_or(usize::MAX);
        // Their numbers have no gaps.
        let entries = ring.entries.range(before.min(ring.entries.len())..);
        (entries.take(most).cloned().collect(), lost)
    }

    /// Returns the id of an event.
    pub(super) fn id_of(&self, number: u64) -> String {
        format!("{}-{number}", self.id)
    }

    /// Returns the id of the last event, if there is one.
    pub(super) fn last_id(&self) -> Option<String> {
        match self.last() {
            0 => None,
            last => Some(self.id_of(last)),
        }
    }

    /// Returns the number of the event that reports an action, if it was delivered.
    ///
    /// It is missing if another thread is delivering an earlier event of the breaker.
    pub(super) fn number_of(&self, action: &Action) -> Option<u64> {
        let ring = lock(&self.shared.ring);
        let mut latest = ring.entries.iter().rev();
        let found = latest.find(|entry| entry.action.as_ref() == Some(action));
        found.map(|entry| entry.number)
    }

    /// Returns time, text and key of the last events of a breaker, the newest first; for a name with keys, also those of its keys. The
    /// transitions of other breakers are in their details already.
    pub(super) fn of(&self, it: &Snapshot) -> Vec<(SystemTime, String, Option<String>)> {
        let has_keys = it.key_stats.is_some();
        let ring = lock(&self.shared.ring);
        let latest = ring.entries.iter().rev();
        let of_it = latest.filter(|entry| {
            let is_own = entry.key == it.key || has_keys;
            entry.breaker == it.name && is_own && (has_keys || entry.kind != "transition")
        });
        let of_it = of_it.take(MOST_IN_DETAILS);
        let of_it = of_it.map(|entry| (entry.at, entry.text.clone(), entry.key.clone()));
        of_it.collect()
    }

    /// Returns the number of the last event, or 0 before the first.
    pub(super) fn last(&self) -> u64 {
        lock(&self.shared.ring).next - 1
    }
}

impl Shared {
    fn add(&self, event: &Event, id: &str, keys: &ShownKeys) {
        let mut event_json = serde_json::to_value(event).unwrap_or_default();
        if let Some(key) = event.breaker().key() {
            // An action repeats the key.
            let shown = json!(keys.shown(key));
            for place in ["/key", "/action/key"] {
                if let Some(place) = event_json.pointer_mut(place) {
                    place.clone_from(&shown);
                }
            }
        }
        let kind = event_json["kind"].as_str().unwrap_or_default().to_owned();
        let breaker = event.breaker().name().to_owned();
        let text = why::event(event);
        let action = match event.kind() {
            EventKind::Action(action) => Some(action.clone()),
            _ => None,
        };
        let mut ring = lock(&self.ring);
        let number = ring.next;
        ring.next += 1;
        event_json["text"] = json!(text);
        event_json["id"] = json!(format!("{id}-{number}"));
        if ring.entries.len() == CAPACITY {
            ring.entries.pop_front();
        }
        ring.entries.push_back(Arc::new(Entry {
            number,
            breaker,
            kind,
            key: event
                .breaker()
                .key()
                .map(|key| keys.shown(key).into_owned()),
            at: event.at(),
            text,
            action,
            json: event_json.to_string(),
        }));
        drop(ring);
        self.news.send_replace(());
    }
}
