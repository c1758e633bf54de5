//! Events as a list and as a stream.

use std::time::Duration;

use axum::body::Body;
use breaker_runtime::Config;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{Desk, Reply, operator, token};

fn kinds(list: &Value) -> Vec<&str> {
    let events = list["events"].as_array().unwrap().iter();
    events
        .map(|event| event["kind"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn events_are_listed_the_oldest_first_with_their_ids() {
    let desk = Desk::new();
    desk.bank.trip();
    desk.configure_mail();
    let list = desk.get("/events").await.json();
    assert_eq!(
        kinds(&list),
        [
            "action",
            "transition",
            "outage_began",
            "action",
            "settings_changed"
        ]
    );
    let transition = &list["events"][1];
    assert_eq!(transition["breaker"], "bank");
    assert_eq!(transition["transition"]["to"], "open");
    let last = list["last"].as_str().unwrap();
    let id = last.strip_suffix("-5").unwrap();
    assert_eq!(transition["id"], format!("{id}-2"));
    assert_eq!(list["gap"], Value::Null);
}

#[tokio::test]
async fn a_list_continues_after_an_event_and_can_be_filtered() {
    let desk = Desk::new();
    desk.bank.trip();
    let last = desk.get("/events").await.json()["last"]
        .as_str()
        .unwrap()
        .to_owned();
    let after = format!("/events?after={last}");
    let none = desk.get(&after).await.json();
    assert_eq!((kinds(&none), &none["last"]), (vec![], &json!(last)));
    desk.mail.trip();
    assert_eq!(kinds(&desk.get(&after).await.json()).len(), 3);
    let only = desk
        .get("/events?kind=transition&breaker=mail")
        .await
        .json();
    assert_eq!(kinds(&only), ["transition"]);
    assert_eq!(
        kinds(&desk.get("/events?last=1").await.json()),
        ["outage_began"]
    );
    assert_eq!(
        desk.get("/events?kind=transitoin").await.json()["nearest"],
        "transition"
    );
    let unknown = desk.get("/events?breaker=bnak").await;
    assert_eq!(unknown.problem(), (404, "unknown-breaker".to_owned()));
}

#[tokio::test]
async fn a_client_learns_that_events_are_missing() {
    let desk = Desk::new();
    let why =
        async |after: &str| desk.get(&format!("/events?after={after}")).await.json()["gap"].clone();
    assert_eq!(why("0000000000000000-7").await["why"], "restarted");
    assert_eq!(why("nonsense").await["why"], "restarted");
    desk.bank.trip();
    let first = desk.get("/events?last=1").await.json();
    let first = first["last"].as_str().unwrap().replace("-3", "-1");
    assert_eq!(why(&first).await, Value::Null);
    for _ in 0..1024 {
        desk.bank.reset();
    }
    let gap = why(&first).await;
    assert_eq!(gap["why"], "too_old");
    assert!(gap["missed"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn a_list_of_breakers_says_which_event_was_the_last() {
    let desk = Desk::new();
    let last = async || desk.get("/breakers").await.json()["last_event"].clone();
    assert_eq!(last().await, Value::Null);
    desk.bank.trip();
    assert_eq!(last().await, desk.get("/events").await.json()["last"]);
}

#[tokio::test]
async fn the_events_that_are_kept_pin_no_key() {
    let desk = Desk::new();
    let config = Config::new().max_keys(1);
    let key = |key: &str| {
        desk.registry
            .get_or_create_keyed("fetch", key, config)
            .unwrap()
    };
    key("one.example").reset();
    drop(key("two.example"));
    assert_eq!(desk.registry.key_stats("fetch").unwrap().unlisted, 0);
    let list = desk.get("/events").await.json();
    assert_eq!(list["events"][0]["key"], "one.example");
}

/// A stream that is read.
struct Stream(Body);

impl Stream {
    async fn open(desk: &Desk, path: &str, headers: &[(&'static str, &str)]) -> Self {
        let mut request = operator("GET", path);
        request
            .headers_mut()
            .insert("accept", "text/event-stream".parse().unwrap());
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let response = desk.routes.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        Self(response.into_body())
    }

    /// Returns the next part, or `None` at the end.
    async fn next(&mut self) -> Option<String> {
        let frame = self.0.frame().await?.unwrap();
        let data = frame.into_data().unwrap();
        Some(String::from_utf8(data.to_vec()).unwrap())
    }

    /// Reads until a text has come.
    async fn until(&mut self, text: &str) -> String {
        let mut all = String::new();
        loop {
            let part = self.next().await.expect("the stream goes on");
            all += &part;
            if part.contains(text) {
                return all;
            }
        }
    }
}

#[tokio::test]
async fn a_stream_tells_events_as_they_come() {
    let desk = Desk::new();
    desk.mail.trip();
    let mut stream = Stream::open(&desk, "/events?kind=transition", &[]).await;
    assert_eq!(stream.next().await.unwrap(), "retry: 2000\n\n");
    desk.bank.trip();
    let text = stream.until("transition").await;
    let mut lines = text.lines();
    let id = lines.next().unwrap().strip_prefix("id: ").unwrap();
    assert!(id.ends_with("-5"), "{id}");
    let data: Value =
        serde_json::from_str(lines.next().unwrap().strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(
        (&data["breaker"], &data["id"]),
        (&json!("bank"), &json!(id))
    );
    assert_eq!(lines.next(), Some(""));

    // It is resumed after the event that was seen last.
    desk.bank.reset();
    let mut resumed =
        Stream::open(&desk, "/events?kind=transition", &[("last-event-id", id)]).await;
    let text = resumed.until("transition").await;
    assert!(text.contains("\"to\":\"closed\""), "{text}");
    assert_eq!(text.matches("data:").count(), 1);
}

#[tokio::test]
async fn a_client_that_repeats_its_query_is_resumed_by_the_header() {
    let desk = Desk::new();
    desk.bank.trip();
    let last = desk.get("/events").await.json()["last"].clone();
    let path = format!("/events?after={}", last.as_str().unwrap());
    desk.bank.reset();
    let seen = desk.get("/events").await.json()["last"].clone();
    desk.mail.reset();
    let header = [("last-event-id", seen.as_str().unwrap())];
    let mut stream = Stream::open(&desk, &path, &header).await;
    let text = stream.until("data").await;
    assert!(!text.contains("bank") && text.contains("mail"), "{text}");
}

#[tokio::test]
async fn a_slow_client_learns_how_many_events_it_has_missed() {
    const EVENTS: usize = 10_000;
    let desk = Desk::new();
    let mut streams = Vec::new();
    for _ in 0..100 {
        let mut stream = Stream::open(&desk, "/events", &[]).await;
        stream.next().await.unwrap();
        streams.push(stream);
    }
    // Nobody reads meanwhile, because this test has one thread.
    for _ in 0..EVENTS {
        desk.bank.reset();
    }
    let last = desk.get("/breakers").await.json()["last_event"].clone();
    for stream in &mut streams {
        let text = stream.until(last.as_str().unwrap()).await;
        let gaps = text.split("event: gap\ndata: ").skip(1).map(|rest| {
            let gap: Value = serde_json::from_str(rest.lines().next().unwrap()).unwrap();
            assert_eq!(gap["why"], "too_slow");
            gap["missed"].as_u64().unwrap()
        });
        let missed: u64 = gaps.sum();
        let told = text.matches("\nid: ").count() + usize::from(text.starts_with("id: "));
        assert_eq!(missed as usize + told, EVENTS);
        assert!(missed > 0);
    }
}

#[tokio::test(start_paused = true)]
async fn events_of_other_breakers_delay_no_heartbeat() {
    let desk = Desk::new();
    let mut stream = Stream::open(&desk, "/events?breaker=mail", &[]).await;
    stream.next().await.unwrap();
    let began = tokio::time::Instant::now();
    let heartbeat = stream.next();
    let busy = async {
        loop {
            desk.bank.reset();
            tokio::time::sleep(Duration::from_secs(4)).await;
        }
    };
    let heartbeat = tokio::select! {
        heartbeat = heartbeat => heartbeat.unwrap(),
        () = busy => unreachable!("it goes on for ever"),
    };
    assert!(heartbeat.starts_with(": "), "{heartbeat:?}");
    assert_eq!(began.elapsed().as_secs(), 15);
}

#[tokio::test]
async fn a_stream_of_another_instance_begins_with_a_gap() {
    let desk = Desk::new();
    desk.bank.trip();
    let seen = [("last-event-id", "0000000000000000-7")];
    let mut stream = Stream::open(&desk, "/events?kind=transition", &seen).await;
    let text = stream.until("transition").await;
    assert!(
        text.contains("event: gap\ndata: {\"missed\":null,\"why\":\"restarted\"}\n\n"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_events_is_kept_alive_and_ends_after_ten_minutes() {
    let desk = Desk::new();
    let began = tokio::time::Instant::now();
    let mut stream = Stream::open(&desk, "/events", &[]).await;
    stream.next().await.unwrap();
    let heartbeat = stream.next().await.unwrap();
    assert!(
        heartbeat.starts_with(": ") && heartbeat.ends_with("Z\n\n"),
        "{heartbeat:?}"
    );
    assert_eq!(began.elapsed().as_secs(), 15);
    while stream.next().await.is_some() {}
    assert_eq!(began.elapsed().as_secs(), 600);
}

#[tokio::test]
async fn streams_end_when_the_program_asks_for_it() {
    let mut admin = None;
    let desk = Desk::with_admin(token(), |it| admin.insert(it).clone());
    let mut stream = Stream::open(&desk, "/events", &[]).await;
    stream.next().await.unwrap();
    admin.unwrap().end_streams();
    while stream.next().await.is_some() {}
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_never_reads_is_dropped_and_streams_are_limited() {
    let desk = Desk::new();
    let mut streams = Vec::new();
    for _ in 0..128 {
        streams.push(Stream::open(&desk, "/events", &[]).await);
    }
    let full = async || -> Reply {
        let mut request = operator("GET", "/events");
        request
            .headers_mut()
            .insert("accept", "text/event-stream".parse().unwrap());
        desk.send(request).await
    };
    let answer = full().await;
    assert_eq!(answer.problem(), (503, "too-many-streams".to_owned()));
    assert_eq!(answer.header("retry-after"), "10");
    // A heartbeat waits behind the first part that nobody reads, for 30 s at most.
    tokio::time::sleep(Duration::from_secs(60)).await;
    Stream::open(&desk, "/events", &[]).await;
    drop(streams);
}

#[tokio::test]
async fn a_hundred_clients_get_ten_thousand_events_or_gaps_that_add_up() {
    let mut admin = None;
    let desk = Desk::with_admin(token(), |it| admin.insert(it).clone());
    let mut streams = Vec::new();
    for _ in 0..100 {
        streams.push(Stream::open(&desk, "/events", &[]).await);
    }
    // Half of the clients read all the time, and the others only at the end.
    let mut seen = vec![0; streams.len()];
    let mut last = String::new();
    let mut all = 0;
    while all < 10_000 {
        for _ in 0..100 {
            desk.bank.trip();
            desk.bank.reset();
        }
        let list = desk.get("/events?last=1").await.json();
        list["last"].as_str().unwrap().clone_into(&mut last);
        all = number_after(&last, "-").unwrap();
        let readers = streams.iter_mut().zip(&mut seen).take(50);
        for (stream, seen) in readers {
            *seen += events_until(stream, &last).await;
        }
    }
    for (stream, seen) in streams.iter_mut().zip(&mut seen).skip(50) {
        *seen += events_until(stream, &last).await;
    }
    assert_eq!(seen, vec![all; 100]);

    admin.unwrap().end_streams();
    for stream in &mut streams {
        while stream.next().await.is_some() {}
    }
}

/// Reads a stream up to an event. Returns the number of events, including those that it misses.
async fn events_until(stream: &mut Stream, last: &str) -> u64 {
    let text = stream.until(&format!("id: {last}\n")).await;
    let missed = text
        .lines()
        .filter_map(|it| number_after(it, "\"missed\":"));
    let told = text.lines().filter(|it| it.starts_with("id: ")).count();
    missed.sum::<u64>() + u64::try_from(told).unwrap()
}

/// Returns the number that follows a mark in a text.
fn number_after(text: &str, mark: &str) -> Option<u64> {
    let (_, rest) = text.split_once(mark)?;
    let digits = rest.split(|it: char| !it.is_ascii_digit()).next()?;
    digits.parse().ok()
}
