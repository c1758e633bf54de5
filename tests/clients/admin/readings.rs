//! What the routes tell about breakers, keys, actions and findings.

use std::time::Duration;

use breaker_runtime::{Actor, CircuitBreaker, Config, Overrides, State};
use serde_json::{Value, json};

use super::{Desk, names, operator, request, token};

const SECOND: Duration = Duration::from_secs(1);

fn fail(breaker: &CircuitBreaker, times: usize) {
    for _ in 0..times {
        let _ = breaker.call(|| Err::<(), _>("down"));
    }
}

/// Makes ten keys of the name `fetch`, of which the first three are open.
fn keys(desk: &Desk) -> Vec<CircuitBreaker> {
    let make = |nth| {
        let key = format!("host-{nth}.example");
        let keyed = desk
            .registry
            .get_or_create_keyed("fetch", &key, Config::new());
        keyed.unwrap()
    };
    let keys: Vec<_> = (0..10).map(make).collect();
    keys.iter().take(3).for_each(CircuitBreaker::trip);
    keys
}

#[tokio::test]
async fn a_list_begins_with_what_needs_attention_first() {
    let desk = Desk::new();
    let make = |name, config| desk.registry.get_or_create(name, config).unwrap();
    make("a-critical", Config::new().critical(true)).trip();
    let wrong = make("b-forced-over-open", Config::new());
    wrong.trip();
    wrong.force_closed("wrong", None);
    make("c-open", Config::new()).trip();
    make("d-forced-open", Config::new()).force_open("maintenance", None);
    make("f-forced-closed", Config::new()).force_closed("a test", None);
    let half = make("e-half-open", Config::new().open_for(SECOND));
    half.trip();
    desk.advance(SECOND);
    desk.configure_mail();
    fail(&desk.bank, 1);
    let _keys = keys(&desk);
    let list = desk.get("/breakers").await.json();
    assert_eq!(
        names(&list),
        [
            "a-critical",
            "b-forced-over-open",
            "c-open",
            "d-forced-open",
            "e-half-open",
            "f-forced-closed",
            "fetch",
            "mail",
            "bank",
        ]
    );
}

#[tokio::test]
async fn a_row_tells_state_override_counts_and_the_last_transition() {
    let desk = Desk::new();
    fail(&desk.bank, 5);
    let by = Actor::new("ana").unwrap().because("INC-42").unwrap();
    desk.bank.by(&by).force_closed(Some(60 * SECOND));
    let list = desk.get("/breakers").await.json();
    let row = &list["breakers"][0];
    assert_eq!(row["name"], "bank");
    assert_eq!(row["state"], "forced_closed");
    assert_eq!(row["machine_state"], "open");
    assert_eq!(
        row["override"]["by"],
        json!({"actor": "ana", "reason": "INC-42"})
    );
    assert_eq!(row["retry_at"], row["override"]["until"]);
    assert_eq!(
        row["totals"],
        json!({"calls": 5, "failures": 5, "rejected": 0, "slow": 0})
    );
    assert_eq!(
        row["last_transition"]["transition"]["reason"],
        "failures_in_a_row"
    );
    assert_eq!(row["outage"]["openings"], 1);
    assert_eq!(row["open_period"], "30s");
    assert_eq!(row["keys"], Value::Null);
    assert_eq!(row["configured"], json!([]));
}

#[tokio::test]
async fn an_open_row_says_when_the_next_probe_is_due() {
    let desk = Desk::new();
    desk.bank.trip();
    let row = || async { desk.get("/breakers").await.json()["breakers"][0].clone() };
    let before = row().await;
    desk.advance(7 * SECOND);
    // The instant stays the same, so that the list changes only when something happens.
    assert_eq!(row().await["retry_at"], before["retry_at"]);
    assert_ne!(before["retry_at"], before["since"]);
}

#[tokio::test]
async fn the_summary_counts_all_breakers_whatever_the_list_shows() {
    let desk = Desk::new();
    desk.bank.force_open("maintenance", None);
    let _keys = keys(&desk);
    let list = desk.get("/breakers?state=open&limit=1").await.json();
    assert_eq!(names(&list), Vec::<&str>::new());
    // The functions of other tests declare breakers with similar names.
    let findings = desk.registry.verify().len();
    let states = |closed, open, forced_open| json!({"closed": closed, "half_open": 0, "open": open, "forced_open": forced_open, "forced_closed": 0});
    assert_eq!(
        list["summary"],
        json!({
            "breakers": 3, "states": states(2, 0, 1), "critical_down": 0, "overrides": 1, "configured": 0,
            "keys": {"keys": 10, "states": states(7, 3, 0), "unlisted": 0}, "findings": findings,
        })
    );
}

#[tokio::test]
async fn filters_select_by_state_name_criticality_overrides_and_settings() {
    let desk = Desk::new();
    desk.registry
        .get_or_create("gate", Config::new().critical(true))
        .unwrap();
    desk.bank.force_open("maintenance", None);
    let overrides = Overrides {
        threshold: Some(9),
        ..Overrides::default()
    };
    desk.registry.configure("mail", overrides).unwrap();
    for (query, expected) in [
        ("state=forced_open", vec!["bank"]),
        (
            "state=forced_open,closed&sort=name",
            vec!["bank", "gate", "mail"],
        ),
        ("q=A&sort=name", vec!["bank", "gate", "mail"]),
        ("q=BAN", vec!["bank"]),
        ("critical=true", vec!["gate"]),
        ("overridden=true", vec!["bank"]),
        ("overridden=false&sort=name", vec!["gate", "mail"]),
        ("configured=true", vec!["mail"]),
        ("q=nothing", vec![]),
    ] {
        let list = desk.get(&format!("/breakers?{query}")).await.json();
        assert_eq!(names(&list), expected, "{query}");
    }
}

#[tokio::test]
async fn pages_by_name_contain_every_breaker_once() {
    let desk = Desk::new();
    for nth in 0..20 {
        desk.registry
            .get_or_create(&format!("filler.{nth:02}"), Config::new())
            .unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let list = desk
            .get(&format!("/breakers?sort=name&limit=5&after={after}"))
            .await
            .json();
        assert_eq!(list["total"], 22);
        seen.extend(names(&list).into_iter().map(str::to_owned));
        match list["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    assert_eq!(seen.len(), 22);
    assert!(seen.is_sorted());
}

#[tokio::test]
async fn other_orders_begin_with_the_largest_count() {
    let desk = Desk::new();
    fail(&desk.mail, 2);
    for sort in ["calls", "failures"] {
        let list = desk.get(&format!("/breakers?sort={sort}")).await.json();
        assert_eq!(names(&list), ["mail", "bank"]);
    }
    desk.bank.trip();
    let _ = desk.bank.try_acquire();
    let list = desk.get("/breakers?sort=rejected").await.json();
    assert_eq!(names(&list), ["bank", "mail"]);
}

#[tokio::test]
async fn a_mistyped_query_is_an_error_that_says_what_was_meant() {
    let desk = Desk::new();
    for (query, parameter, nearest) in [
        ("stat=open", "stat", json!("state")),
        ("state=opn", "state", json!("open")),
        ("state=open,", "state", json!(null)),
        ("sort=wurst", "sort", json!("worst")),
        ("critical=yes", "critical", json!(null)),
        ("limit=0", "limit", json!(null)),
        ("limit=1001", "limit", json!(null)),
        ("limit=-1", "limit", json!(null)),
        ("after=bank", "after", json!(null)),
        ("state=open&state=closed", "state", json!(null)),
        ("format=yaml", "format", json!(null)),
    ] {
        let answer = desk.get(&format!("/breakers?{query}")).await;
        assert_eq!(answer.problem(), (400, "bad-query".to_owned()), "{query}");
        let body = answer.json();
        assert_eq!(body["parameter"], parameter, "{query}");
        assert_eq!(body["nearest"], nearest, "{query}");
    }
    let long = "x".repeat(129);
    assert_eq!(desk.get(&format!("/breakers?q={long}")).await.status, 400);
}

#[tokio::test]
async fn an_unknown_name_or_key_is_404_and_creates_nothing() {
    let desk = Desk::new();
    let _keys = keys(&desk);
    let breakers = desk.registry.snapshot().len();
    for (path, kind, nearest) in [
        ("/breakers/bnak", "unknown-breaker", json!("bank")),
        ("/breakers/%FF%00", "unknown-breaker", json!(null)),
        ("/breakers/", "unknown-breaker", json!(null)),
        ("/keys/fetsh", "unknown-breaker", json!("fetch")),
        (
            "/breakers/fetch?key=host-1.exampl",
            "unknown-key",
            json!("host-1.example"),
        ),
        ("/breakers/bank?key=", "unknown-key", json!(null)),
    ] {
        let answer = desk.get(path).await;
        assert_eq!(answer.problem(), (404, kind.to_owned()), "{path}");
        assert_eq!(answer.json()["nearest"], nearest, "{path}");
    }
    assert_eq!(desk.registry.snapshot().len(), breakers);
}

#[tokio::test]
async fn the_details_are_the_snapshot_of_a_breaker_or_of_a_key() {
    let desk = Desk::new();
    let keys = keys(&desk);
    let detail = desk.get("/breakers/bank").await.json();
    assert_eq!(
        detail["breaker"],
        serde_json::to_value(desk.bank.snapshot()).unwrap()
    );
    assert_eq!(detail["functions"], json!([]));
    let detail = desk.get("/breakers/fetch?key=host-2.example").await.json();
    assert_eq!(
        detail["breaker"],
        serde_json::to_value(keys[2].snapshot()).unwrap()
    );
}

#[tokio::test]
async fn keys_are_listed_worst_first_and_in_pages() {
    let desk = Desk::new();
    let _keys = keys(&desk);
    let list = desk.get("/keys/fetch?limit=4").await.json();
    let shown = |list: &Value| -> Vec<String> {
        let rows = list["keys"].as_array().unwrap().iter();
        rows.map(|row| row["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(list["total"], 10);
    assert_eq!(
        shown(&list),
        [
            "host-0.example",
            "host-1.example",
            "host-2.example",
            "host-3.example"
        ]
    );
    let open = desk.get("/keys/fetch?state=open&sort=key").await.json();
    assert_eq!(shown(&open).len(), 3);
    let page = desk
        .get("/keys/fetch?sort=key&limit=2&after=host-7.example")
        .await
        .json();
    assert_eq!(shown(&page), ["host-8.example", "host-9.example"]);
    assert_eq!(page["next"], Value::Null);
    assert_eq!(
        shown(&desk.get("/keys/fetch?q=HOST-5").await.json()),
        ["host-5.example"]
    );
    // A name without keys has none.
    assert_eq!(
        shown(&desk.get("/keys/bank").await.json()),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_short_list_of_keys_is_the_beginning_of_the_whole_one() {
    let desk = Desk::new();
    let key = |nth: usize| {
        let key = format!("host-{nth:02}");
        let keyed = desk
            .registry
            .get_or_create_keyed("fetch", &key, Config::new());
        keyed.unwrap()
    };
    let keys: Vec<_> = (0..40).map(key).collect();
    fail(&keys[21], 2);
    fail(&keys[33], 1);
    keys[25].trip();
    keys[25].reset();
    keys[12].trip();
    keys[38].force_open("maintenance", None);
    keys[39].force_closed("a test", None);
    drop(keys);
    for query in [
        "sort=worst",
        "sort=key",
        "sort=failures",
        "sort=worst&state=closed",
        "sort=worst&overridden=true",
        "sort=key&overridden=false",
        "sort=key&after=host-05",
        "sort=key&state=open,forced_open",
    ] {
        let list = async |limit: usize| {
            let path = format!("/keys/fetch?{query}&limit={limit}");
            let list = desk.get(&path).await.json();
            (
                list["keys"].as_array().unwrap().clone(),
                list["total"].clone(),
            )
        };
        let (all, total) = list(1000).await;
        for limit in [1, 3, 10] {
            let (some, same_total) = list(limit).await;
            assert_eq!(some, all[..limit.min(all.len())], "{query}");
            assert_eq!(same_total, total, "{query}");
        }
    }
}

#[tokio::test]
async fn a_list_pins_no_key() {
    let desk = Desk::new();
    let config = Config::new().max_keys(2);
    let key = |key: &str| {
        desk.registry
            .get_or_create_keyed("fetch", key, config)
            .unwrap()
    };
    drop(key("one.example"));
    drop(key("two.example"));
    let list = desk.get("/keys/fetch").await.json();
    assert_eq!(list["total"], 2);
    drop(key("three.example"));
    assert_eq!(desk.registry.key_stats("fetch").unwrap().unlisted, 0);
}

#[tokio::test]
async fn a_name_with_keys_is_summed_up_in_its_row() {
    let desk = Desk::new();
    let keys = keys(&desk);
    fail(&keys[5], 2);
    let list = desk.get("/breakers?q=fetch").await.json();
    let row = &list["breakers"][0];
    assert_eq!(row["state"], "closed");
    assert_eq!(row["keys"]["keys"], 10);
    assert_eq!(row["keys"]["states"]["open"], 3);
    assert_eq!(row["keys"]["worst"], "open");
    assert_eq!(row["totals"]["failures"], 2);
}

#[tokio::test]
async fn lists_are_text_for_a_terminal() {
    let desk = Desk::new();
    fail(&desk.bank, 5);
    desk.mail.force_open("maintenance", None);
    let text = desk.text("/breakers?format=text").await;
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("STATE        NAME  CALLS  FAILED  REJECTED")
    );
    assert_eq!(
        lines.next(),
        Some(
            "open         bank  5      5       0         5 failures in a row. Open for 0 s; next probe in 30 s."
        )
    );
    assert_eq!(
        lines.next(),
        Some(
            "forced_open  mail  0      0       0         Rejects every call until someone clears the override. Forced 0 s ago: “maintenance”. The circuit itself is closed."
        )
    );
    assert_eq!(lines.next(), None);
    let text = desk.text("/breakers?format=text&limit=1").await;
    assert_eq!(text.lines().last(), Some("1 more"));
}

#[tokio::test]
async fn the_header_accept_chooses_the_format() {
    let desk = Desk::with(token());
    let content_type = async |accept: &str| {
        let mut request = operator("GET", "/breakers");
        request
            .headers_mut()
            .insert("accept", accept.parse().unwrap());
        desk.send(request).await.header("content-type").to_owned()
    };
    assert_eq!(content_type("*/*").await, "application/json");
    assert_eq!(
        content_type("text/plain").await,
        "text/plain; charset=utf-8"
    );
    assert_eq!(
        content_type("text/plain;q=0.5, application/json").await,
        "application/json"
    );
    assert_eq!(content_type("image/png").await, "application/problem+json");
}

#[tokio::test]
async fn a_hostile_key_cannot_confuse_a_terminal() {
    let desk = Desk::new();
    let hostile = "a\n\u{1b}[31m\u{202e}b";
    let keyed = desk
        .registry
        .get_or_create_keyed("fetch", hostile, Config::new());
    keyed.unwrap().trip();
    let text = desk.text("/keys/fetch?format=text").await;
    assert_eq!(text.lines().count(), 2);
    assert!(text.contains("a\\n\\u{1b}[31m\\u{202e}b"), "{text}");
    let actions = desk.text("/actions?format=text").await;
    assert!(
        !actions.contains('\u{1b}') && !actions.contains('\u{202e}'),
        "{actions}"
    );
}

#[tokio::test]
async fn an_unchanged_list_is_not_sent_again() {
    let desk = Desk::new();
    let first = desk.get("/breakers").await;
    let ask = async || {
        let mut request = operator("GET", "/breakers");
        let tag = first.headers["etag"].clone();
        request.headers_mut().insert("if-none-match", tag);
        desk.send(request).await
    };
    let again = ask().await;
    assert_eq!((again.status, again.text.as_str()), (304, ""));
    desk.advance(SECOND);
    assert_eq!(ask().await.status, 304, "time alone changes nothing");
    desk.bank.trip();
    assert_eq!(ask().await.status, 200);
}

#[tokio::test]
async fn actions_are_listed_the_newest_first() {
    let desk = Desk::new();
    let by = Actor::new("ana").unwrap().because("INC-42").unwrap();
    desk.bank.by(&by).trip();
    desk.bank.by(&by).reset();
    let list = desk.get("/actions").await.json();
    let kinds: Vec<_> = list["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["kind"])
        .collect();
    assert_eq!(kinds, ["reset", "trip"]);
    assert_eq!(list["actions"][0]["by"]["actor"], "ana");
    let text = desk.text("/actions?format=text").await;
    assert!(
        text.contains("circuit breaker `bank`: tripped by ana (INC-42)"),
        "{text}"
    );
}

#[tokio::test]
async fn findings_are_those_of_verify() {
    let desk = Desk::new();
    for name in ["payments", "paymemts"] {
        desk.registry.get_or_create(name, Config::new()).unwrap();
    }
    let found = desk.registry.verify();
    assert!(!found.is_empty());
    let list = desk.get("/findings").await.json();
    let listed = list["findings"].as_array().unwrap();
    assert_eq!(listed.len(), found.len());
    assert_eq!(listed[0]["text"], found[0].to_string());
    assert_eq!(
        listed[0]["finding"],
        serde_json::to_value(&found[0]).unwrap()
    );
}

#[tokio::test]
async fn a_reading_applies_what_is_due_and_affects_no_call() {
    let desk = Desk::with(breaker_runtime::admin::Access::open_reading());
    desk.bank.trip();
    desk.advance(30 * SECOND);
    let list = desk
        .send(request("GET", "/breakers?q=bank", &[("host", "localhost")]))
        .await;
    assert_eq!(list.json()["breakers"][0]["state"], "half_open");
    assert_eq!(desk.bank.state(), State::HalfOpen);
    assert_eq!(desk.bank.snapshot().probes_in_flight, 0);
}
