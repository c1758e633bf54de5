//! Keys that answers hide, because a key may identify a customer.

use breaker_runtime::{Actor, CircuitBreaker, Config};
use serde_json::{Value, json};

use super::{Desk, Reply, operator, token, with_body};

const KEYS: [&str; 3] = ["customer-4711", "customer-4712", "customer-4713"];

/// Makes a desk that hides keys, with three keys of `fetch`, of which the first is open.
fn desk() -> (Desk, Vec<CircuitBreaker>) {
    let desk = Desk::with_admin(token(), |admin| admin.hides_keys());
    let make = |key: &&str| {
        let keyed = desk
            .registry
            .get_or_create_keyed("fetch", key, Config::new());
        keyed.unwrap()
    };
    let keys: Vec<_> = KEYS.iter().map(make).collect();
    keys[0].by(&Actor::new("ana").unwrap()).trip();
    (desk, keys)
}

/// Returns what a list shows for the keys, in its order.
async fn shown(desk: &Desk, query: &str) -> Vec<String> {
    let list = desk.get(&format!("/keys/fetch{query}")).await.json();
    let rows = list["keys"].as_array().unwrap().iter();
    rows.map(|row| row["key"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn no_answer_contains_a_key() {
    let (desk, _keys) = desk();
    let open = shown(&desk, "").await.remove(0);
    let mut answers: Vec<Reply> = Vec::new();
    for path in [
        "/breakers",
        "/breakers/fetch",
        "/keys/fetch",
        "/keys/fetch?format=text",
        "/keys/fetch?sort=key&limit=1",
        "/events",
        "/actions",
        "/actions?format=text",
        "/settings/fetch",
        "/findings",
        "/health",
        "/breakers/fetch?key=customer-4710",
        "/nothing",
    ] {
        answers.push(desk.get(path).await);
    }
    for path in [
        format!("/breakers/fetch?key={open}"),
        format!("/breakers/fetch?key={}x", &open[1..]),
    ] {
        answers.push(desk.get(&path).await);
    }
    let body = json!({"reason": "INC-42", "ttl": null});
    let path = format!("/force-open/fetch?key={open}");
    answers.push(desk.send(with_body("POST", &path, &body)).await);
    answers.push(desk.get("/events").await);
    answers.push(desk.get("/actions").await);
    for answer in answers {
        let text = answer.text.replace("customer-4710", "what the client sent");
        assert!(!text.contains("customer"), "{answer:?}");
    }
}

#[tokio::test]
async fn everything_shows_the_same_hash_and_takes_it() {
    let (desk, keys) = desk();
    let open = shown(&desk, "?state=open").await.remove(0);
    assert!(open.len() == 16 && open.chars().all(|it| it.is_ascii_hexdigit()));
    let events = desk.get("/events").await.json();
    let action = &events["events"][0];
    assert_eq!(action["kind"], "action");
    assert_eq!(
        (&action["key"], &action["action"]["key"]),
        (&json!(open), &json!(open))
    );
    let actions = desk.get("/actions").await.json();
    assert_eq!(actions["actions"][0]["key"], open);
    let name = desk.get("/breakers/fetch").await.json();
    assert_eq!(name["actions"][0]["key"], open);

    let details = desk
        .get(&format!("/breakers/fetch?key={open}"))
        .await
        .json();
    assert_eq!(details["breaker"]["key"], open);
    assert_eq!(details["breaker"]["actions"][0]["key"], open);
    assert_eq!(details["actions"][0]["key"], open);
    assert_eq!(details["breaker"]["state"], "open");

    let reset = desk
        .send(operator("POST", &format!("/reset/fetch?key={open}")))
        .await
        .json();
    assert_eq!(reset["key"], open);
    assert_eq!(reset["undo"]["path"], format!("trip/fetch?key={open}"));
    assert_eq!(keys[0].state().as_str(), "closed");
    let undo = format!("/{}", reset["undo"]["path"].as_str().unwrap());
    assert_eq!(desk.send(operator("POST", &undo)).await.status, 200);
    assert_eq!(keys[0].state().as_str(), "open");
}

#[tokio::test]
async fn a_key_itself_is_unknown_and_a_mistyped_hash_names_the_nearest() {
    let (desk, _keys) = desk();
    let answer = desk.get("/breakers/fetch?key=customer-4711").await;
    assert_eq!(answer.problem(), (404, "unknown-key".to_owned()));
    assert_eq!(answer.json()["nearest"], Value::Null);
    let hash = shown(&desk, "").await.remove(0);
    let mistyped = format!("{}z", &hash[..15]);
    let answer = desk.get(&format!("/breakers/fetch?key={mistyped}")).await;
    assert_eq!(answer.json()["nearest"], hash);
}

#[tokio::test]
async fn lists_search_sort_and_page_by_the_hash() {
    let (desk, _keys) = desk();
    let all = shown(&desk, "?sort=key").await;
    let mut sorted = all.clone();
    sorted.sort();
    assert_eq!((all.len(), &all), (3, &sorted));
    let page = shown(&desk, &format!("?sort=key&after={}", all[0])).await;
    assert_eq!(page, all[1..]);
    assert_eq!(shown(&desk, &format!("?q={}", all[2])).await, all[2..]);
    assert_eq!(shown(&desk, "?q=customer").await, [""; 0]);
}

#[tokio::test]
async fn two_admins_show_different_hashes() {
    let (one, _keys) = desk();
    let (two, _keys) = desk();
    assert_ne!(
        shown(&one, "?sort=key").await,
        shown(&two, "?sort=key").await
    );
}
