//! Events, as a list or as a stream.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use super::incoming::{Answer, Incoming, Site};
use super::problem::Problem;
use super::ring::{CAPACITY, Entry};
use crate::serialize::Timestamp;
use crate::sync::{Arc, Ordering};

/// The labels of all kinds of events.
const KINDS: [&str; 10] = [
    "transition",
    "action",
    "outage_began",
    "outage_ended",
    "override_set",
    "override_cleared",
    "override_expired",
    "settings_changed",
    "settings_rejected",
    "conflict",
];
/// The number of past events in a list, unless the request asks for another number.
const PAST: usize = 100;
/// The time between two comments in a stream without events; proxies often cut after 60 s.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a stream lasts. The client resumes it with the id of the last event.
const LONGEST_STREAM: Duration = Duration::from_secs(600);
/// How long a client may take to read before its stream ends.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// The number of events that are written at once.
const BATCH: usize = 64;

/// Answers with the most recent events, or with a stream of events.
pub(super) fn events(incoming: &Incoming<'_>) -> Answer {
    let filter = Filter::of(incoming)?;
    let last = incoming.query.number("last", 0..=CAPACITY)?;
    let accept = incoming.request.headers.get(ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    let wants_stream = accept.is_some_and(|accept| accept.contains("text/event-stream"));
    let past = last.unwrap_or(if wants_stream { 0 } else { PAST });
    let after = incoming.query.get("after");
    if wants_stream {
        // A client that resumes a stream repeats its query, and the header has the newer id.
        let header = incoming.request.headers.get("last-event-id");
        let seen = header.and_then(|it| it.to_str().ok()).or(after);
        stream(incoming, Start::of(incoming, seen, past), filter)
    } else {
        Ok(list(incoming, &Start::of(incoming, after, past), &filter))
    }
}

/// Which events a request asks for.
#[derive(Debug)]
struct Filter {
    breaker: Option<String>,
    kinds: Option<Vec<&'static str>>,
}

impl Filter {
    fn of(incoming: &Incoming<'_>) -> Result<Self, Problem> {
        let breaker = incoming.query.get("breaker");
        if let Some(name) = breaker {
            // A mistyped name must not look like a breaker without events.
            incoming.find(name)?;
        }
        Ok(Self {
            breaker: breaker.map(str::to_owned),
            kinds: incoming
                .query
                .list("kind", &KINDS.map(|kind| (kind, kind)))?,
        })
    }

    fn wants(&self, entry: &Entry) -> bool {
        let kinds = self.kinds.as_ref();
        self.breaker.as_ref().is_none_or(|it| *it == entry.breaker)
            && kinds.is_none_or(|kinds| kinds.contains(&entry.kind.as_str()))
    }
}

/// Where a list or a stream begins.
#[derive(Debug)]
struct Start {
    next: u64,
    /// Why events before it are missing.
    gap: Option<Value>,
}

impl Start {
    /// Begins after the event that the client has seen, or `past` events before the end.
    fn of(incoming: &Incoming<'_>, seen: Option<&str>, past: usize) -> Self {
        let events = &incoming.site.events;
        let last = events.last();
        let Some(seen) = seen else {
            let past = u64::try_from(past).unwrap_or(u64::MAX);
            let (oldest, _) = events.from(0, 1);
            let oldest = oldest.first().map_or(last + 1, |entry| entry.number);
            return Self {
                next: (last + 1).saturating_sub(past).max(oldest),
                gap: None,
            };
        };
        let number = seen.rsplit_once('-').and_then(|(id, number)| {
            let is_own = id == events.id;
            number
                .parse()
                .ok()
                .filter(|number| is_own && *number <= last)
        });
        let next = number.map_or(0, |number: u64| number + 1);
        let (found, missed) = events.from(next, 1);
        let first = found.first().map_or(last + 1, |entry| entry.number);
        let gap = match number {
            None => Some(json!({"why": "restarted", "missed": null})),
            Some(_) if missed > 0 => Some(json!({"why": "too_old", "missed": missed})),
            Some(_) => None,
        };
        Self { next: first, gap }
    }
}

fn list(incoming: &Incoming<'_>, start: &Start, filter: &Filter) -> Response<Body> {
    let (entries, _) = incoming.site.events.from(start.next, CAPACITY);
    let last = entries
        .last()
        .map_or(start.next.saturating_sub(1), |it| it.number);
    let wanted = entries.iter().filter(|entry| filter.wants(entry));
    let wanted: Vec<&str> = wanted.map(|entry| entry.json.as_str()).collect();
    let instance = &incoming.site.instance;
    let events = format!("[{}]", wanted.join(","));
    let gap = start.gap.clone().unwrap_or_default();
    let head = json!({
        "instance": instance.to_json(),
        "last": incoming.site.events.id_of(last),
        "gap": gap,
    });
    // The events are JSON already.
    let head = head.to_string();
    let head = head.strip_suffix('}').unwrap_or(&head);
    incoming.json_text(format!("{head},\"events\":{events}}}"))
}

fn stream(incoming: &Incoming<'_>, start: Start, filter: Filter) -> Answer {
    let streams = Arc::clone(&incoming.site.events.streams);
    let permit = streams.try_acquire_owned().map_err(|_| {
        let detail = "too many streams are open; read `events` without a stream";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-streams", detail)
            .with_header(RETRY_AFTER, HeaderValue::from_static("10"))
    })?;
    let (sender, receiver) = mpsc::channel(1);
    let site = Arc::clone(incoming.site);
    tokio::spawn(async move {
        // A stream that ends for any reason is resumed by its client.
        let _ = feed(&site, start, &filter, &sender).await;
        drop(permit);
    });
    let chunks = ReceiverStream::new(receiver).map(Ok::<Bytes, std::convert::Infallible>);
    let mut response = Response::new(Body::from_stream(chunks));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    let buffering = HeaderName::from_static("x-accel-buffering");
    headers.insert(buffering, HeaderValue::from_static("no"));
    Ok(response)
}

/// Returns an event in the form of a stream.
fn frame(id: &str, entry: &Entry) -> String {
    format!("id: {id}\ndata: {}\n\n", entry.json)
}

/// The client is gone, or does not read.
struct Gone;

async fn feed(
    site: &Site,
    start: Start,
    filter: &Filter,
    out: &mpsc::Sender<Bytes>,
) -> Result<(), Gone> {
    let end = Instant::now() + LONGEST_STREAM;
    let events = &site.events;
    // Before the first look, so that no event comes in between.
    let mut news = events.news();
    let mut text = "retry: 2000\n\n".to_owned();
    if let Some(gap) = start.gap {
        text += &gap_text(&gap);
    }
    let mut next = start.next;
    let mut heartbeat = Instant::now() + HEARTBEAT;
    loop {
        news.mark_unchanged();
        let is_closed = site.streams_end.load(Ordering::Relaxed);
        let (entries, lost) = events.from(next, BATCH);
        if lost > 0 {
            text += &gap_text(&json!({"why": "too_slow", "missed": lost}));
        }
        for entry in &entries {
            next = entry.number + 1;
            if filter.wants(entry) {
                text += &frame(&events.id_of(entry.number), entry);
            }
        }
        // Events that the client does not want keep no proxy from closing the connection.
        if text.is_empty() && Instant::now() >= heartbeat {
            text = format!(": {}\n\n", Timestamp(site.registry.wall_now()));
        }
        if !text.is_empty() {
            send(out, std::mem::take(&mut text)).await?;
            heartbeat = Instant::now() + HEARTBEAT;
        }
        if is_closed || Instant::now() >= end {
            return Ok(());
        }
        if entries.len() == BATCH {
            continue;
        }
        if let Ok(Err(_)) = timeout_at(end.min(heartbeat), news.changed()).await {
            return Ok(());
        }
    }
}

async fn send(out: &mpsc::Sender<Bytes>, text: String) -> Result<(), Gone> {
    let sent = timeout(LONGEST_PAUSE, out.send(Bytes::from(text))).await;
    sent.map_err(|_| Gone)?.map_err(|_| Gone)
}

fn gap_text(gap: &Value) -> String {
    format!("event: gap\ndata: {gap}\n\n")
}
