//! Lists are rendered once for all who ask for the same within half a second.

use std::time::Duration;

use axum::Router;
use breaker_runtime::admin::Admin;
use breaker_runtime::{CircuitBreaker, Config};
use serde_json::{Value, json};

use super::control::post;
use super::{Desk, SECRET, operator, request, send, token};

const MOMENT: Duration = Duration::from_millis(100);

fn succeed(breaker: &CircuitBreaker) {
    let _ = breaker.call(|| Ok::<_, ()>(1));
}

/// Returns the number of calls of `bank`, as a list shows it a moment later.
async fn calls(desk: &Desk, path: &str) -> Value {
    desk.advance(MOMENT);
    let list = desk.get(path).await.json();
    let rows = list["breakers"].as_array().unwrap();
    let bank = rows.iter().find(|row| row["name"] == "bank").unwrap();
    bank["totals"]["calls"].clone()
}

#[tokio::test]
async fn a_list_shows_the_same_to_all_for_half_a_second() {
    let desk = Desk::new();
    assert_eq!(calls(&desk, "/breakers").await, 0);
    succeed(&desk.bank);
    assert_eq!(calls(&desk, "/breakers").await, 0);
    // Another list is rendered separately.
    assert_eq!(calls(&desk, "/breakers?sort=name").await, 1);
    succeed(&desk.bank);
    for _ in 0..2 {
        assert_eq!(calls(&desk, "/breakers").await, 0);
    }
    assert_eq!(calls(&desk, "/breakers").await, 2);
}

#[tokio::test]
async fn a_list_of_keys_shows_the_same_to_all_for_half_a_second() {
    let desk = Desk::new();
    let key = desk
        .registry
        .get_or_create_keyed("fetch", "a", Config::new());
    let key = key.unwrap();
    let calls = || async {
        desk.advance(MOMENT);
        let list = desk.get("/keys/fetch").await.json();
        list["keys"][0]["totals"]["calls"].clone()
    };
    assert_eq!(calls().await, 0);
    succeed(&key);
    assert_eq!(calls().await, 0);
    desk.advance(4 * MOMENT);
    assert_eq!(calls().await, 1);
}

#[tokio::test]
async fn details_and_text_are_not_those_of_a_list_before() {
    let desk = Desk::new();
    calls(&desk, "/breakers").await;
    succeed(&desk.bank);
    desk.advance(MOMENT);
    let details = desk.get("/breakers/bank").await.json();
    assert_eq!(details["breaker"]["totals"]["calls"], 1);
    let mut text = operator("GET", "/breakers");
    let accept = "text/plain".parse().unwrap();
    text.headers_mut().insert("accept", accept);
    let text = desk.send(text).await.text;
    assert!(text.contains("bank  1 "), "{text}");
}

#[tokio::test]
async fn an_action_is_visible_at_once() {
    let desk = Desk::new();
    for (path, state) in [("/trip/bank", "open"), ("/reset/bank", "closed")] {
        let row = || async {
            desk.advance(MOMENT);
            desk.get("/breakers?q=bank").await.json()["breakers"][0].clone()
        };
        row().await;
        assert_eq!(post(&desk, path, json!({})).await.status, 200);
        assert_eq!(row().await["state"], state);
    }
}

#[tokio::test]
async fn an_action_through_another_router_is_visible_at_once() {
    let desk = Desk::new();
    let admin = Admin::new(&desk.registry, token());
    let (one, other): (Router, Router) = (admin.at("/circuits"), admin.at("/circuits"));
    let state = || async {
        desk.advance(MOMENT);
        let list = send(&one, operator("GET", "/breakers?q=bank")).await;
        list.json()["breakers"][0]["state"].clone()
    };
    assert_eq!(state().await, "closed");
    assert_eq!(
        send(&other, operator("POST", "/trip/bank")).await.status,
        200
    );
    assert_eq!(state().await, "open");
}

#[tokio::test]
async fn a_list_is_shown_only_to_those_who_may_read() {
    let desk = Desk::new();
    assert_eq!(desk.get("/breakers").await.status, 200);
    desk.advance(MOMENT);
    let stranger = desk.send(request("GET", "/breakers", &[])).await;
    assert_eq!(stranger.problem(), (401, "token-needed".to_owned()));
}

#[tokio::test]
async fn a_client_that_has_the_list_already_gets_none() {
    let desk = Desk::new();
    let tag = desk.get("/breakers").await.header("etag").to_owned();
    desk.advance(MOMENT);
    succeed(&desk.bank);
    let bearer = format!("Bearer {SECRET}");
    let headers = [("authorization", bearer.as_str()), ("if-none-match", &tag)];
    let again = desk.send(request("GET", "/breakers", &headers)).await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    desk.advance(5 * MOMENT);
    let changed = desk.send(request("GET", "/breakers", &headers)).await;
    assert_eq!(changed.status, 200);
}
