//! What the recorder tells: rates, the past ten minutes, and the latencies of the last minute.

use std::time::Duration;

use breaker_runtime::{CircuitBreaker, Config, State};
use serde_json::{Value, json};

use super::control::post;
use super::{Desk, names};

/// The time between two samples.
const INTERVAL: Duration = Duration::from_secs(5);

fn succeed(breaker: &CircuitBreaker, times: usize) {
    for _ in 0..times {
        let _ = breaker.call(|| Ok::<_, ()>(1));
    }
}

/// Lets an interval end, and returns the row of `bank`.
async fn row_after_interval(desk: &Desk, query: &str) -> Value {
    desk.advance(INTERVAL);
    let list = desk.get(&format!("/breakers?q=bank{query}")).await;
    list.json()["breakers"][0].clone()
}

fn rates(over: &str, calls: f64, failures: f64, rejected: f64) -> Value {
    json!({"over": over, "calls": calls, "failures": failures, "rejected": rejected, "slow": 0.0})
}

#[tokio::test]
async fn a_row_has_rates_as_soon_as_an_interval_has_ended() {
    let desk = Desk::new();
    succeed(&desk.bank, 10);
    let row = desk.get("/breakers").await.json()["breakers"][0].clone();
    assert_eq!(row["rates"], Value::Null);
    assert_eq!(row.get("series"), None);
    let row = row_after_interval(&desk, "").await;
    assert_eq!(row["rates"], rates("5s", 2.0, 0.0, 0.0));
    let _ = desk.bank.call(|| Err::<(), _>("down"));
    desk.bank.trip();
    succeed(&desk.bank, 4);
    let row = row_after_interval(&desk, "").await;
    assert_eq!(row["rates"], rates("10s", 1.1, 0.1, 0.4));
}

#[tokio::test]
async fn a_series_is_there_when_it_is_asked_for() {
    let desk = Desk::new();
    succeed(&desk.bank, 3);
    row_after_interval(&desk, "").await;
    desk.bank.trip();
    succeed(&desk.bank, 2);
    let series = row_after_interval(&desk, "&series=true").await["series"].clone();
    assert_eq!(series["every"], "5s");
    assert_eq!(series["calls"], json!([3, 0]));
    assert_eq!(series["failures"], json!([0, 0]));
    assert_eq!(series["rejected"], json!([0, 2]));
    assert_eq!(series["slow"], json!([0, 0]));
    let now = desk.get("/breakers").await.header("breaker-now").to_owned();
    assert_eq!(series["until"], *now);
    let problem = desk.get("/breakers?serie=true").await;
    assert_eq!(problem.problem(), (400, "bad-query".to_owned()));
    assert_eq!(problem.json()["nearest"], "series");
    let problem = desk.get("/breakers?series=1").await;
    assert_eq!(problem.problem(), (400, "bad-query".to_owned()));
}

#[tokio::test]
async fn details_have_the_past_and_the_latencies_of_the_last_minute() {
    let desk = Desk::new();
    let timed = Config::new().latency(true);
    let timed = desk.registry.get_or_create("timed", timed).unwrap();
    let details = |path: &'static str| async { desk.get(path).await.json() };
    let young = details("/breakers/bank").await;
    for member in ["rates", "recent"] {
        assert_eq!(young[member], Value::Null);
    }
    assert_eq!(young["series"]["calls"], json!([]));
    desk.advance(INTERVAL);
    details("/breakers/timed").await;
    for _ in 0..4 {
        let _ = timed.call(|| {
            desk.advance(Duration::from_secs(1));
            Ok::<_, ()>(1)
        });
    }
    succeed(&desk.bank, 5);
    desk.advance(Duration::from_secs(1));
    let bank = details("/breakers/bank").await;
    assert_eq!(bank["rates"], rates("10s", 0.5, 0.0, 0.0));
    assert_eq!(bank["series"]["calls"], json!([0, 5]));
    assert_eq!(
        bank["recent"],
        json!({"over": "10s", "calls": 5, "p50": null, "p95": null, "p99": null})
    );
    let recent = &details("/breakers/timed").await["recent"];
    assert_eq!(recent["calls"], 4);
    let quantile = recent["p95"].as_str().unwrap();
    assert!(quantile.starts_with("1.0"), "{recent}");
    assert_eq!(recent["p50"], recent["p99"]);
}

#[tokio::test]
async fn keys_are_recorded_as_the_sums_of_their_name() {
    let desk = Desk::new();
    let key = |key| {
        let keyed = desk
            .registry
            .get_or_create_keyed("fetch", key, Config::new());
        keyed.unwrap()
    };
    let (one, other) = (key("one"), key("other"));
    desk.advance(INTERVAL);
    desk.get("/breakers").await;
    succeed(&one, 5);
    succeed(&other, 10);
    desk.advance(INTERVAL);
    let name = desk.get("/breakers/fetch").await.json();
    assert_eq!(name["rates"], rates("5s", 3.0, 0.0, 0.0));
    let key = desk.get("/breakers/fetch?key=one").await.json();
    for member in ["rates", "series", "recent"] {
        assert_eq!(key[member], Value::Null);
    }
    let row = &desk.get("/keys/fetch").await.json()["keys"][0];
    assert_eq!(row["rates"], Value::Null);
}

#[tokio::test]
async fn names_that_reject_calls_come_before_those_that_only_have_settings_of_run_time() {
    let desk = Desk::new();
    desk.configure_mail();
    let make = |key| {
        desk.registry
            .get_or_create_keyed("shops", key, Config::new())
    };
    let keys: Vec<_> = ["a", "b", "c"].map(|key| make(key).unwrap()).into();
    desk.get("/breakers").await;
    assert_eq!(
        names(&desk.get("/breakers").await.json()),
        ["mail", "bank", "shops"]
    );
    keys[0].trip();
    succeed(&keys[0], 1);
    keys[0].reset();
    desk.advance(INTERVAL);
    let list = desk.get("/breakers").await.json();
    // It is new to the recorder, which knows it since this sample.
    assert_eq!(names(&list), ["mail", "bank", "shops"]);
    keys[0].trip();
    succeed(&keys[0], 1);
    keys[0].reset();
    desk.advance(INTERVAL);
    let list = desk.get("/breakers").await.json();
    assert_eq!(names(&list), ["shops", "mail", "bank"]);
    // It no longer rejects any.
    desk.advance(2 * INTERVAL);
    let list = desk.get("/breakers").await.json();
    assert_eq!(names(&list), ["mail", "bank", "shops"]);
    assert_eq!(keys[0].state(), State::Closed);
}

#[tokio::test]
async fn a_control_request_says_how_many_calls_it_affects() {
    let desk = Desk::new();
    let force = |path: &'static str| {
        let body = json!({"reason": "INC-42", "ttl": "30m"});
        async { post(&desk, path, body).await.json()["effect"].clone() }
    };
    let effect = force("/force-open/bank?dry_run=true").await;
    assert_eq!(effect["refused_per_second"], Value::Null);
    assert_eq!(effect["passing_per_second"], Value::Null);
    succeed(&desk.bank, 15);
    row_after_interval(&desk, "").await;
    let effect = force("/force-open/bank?dry_run=true").await;
    assert_eq!(effect["refused_per_second"], 3.0);
    assert_eq!(effect["passing_per_second"], 0.0);
    let effect = force("/force-open/bank").await;
    assert_eq!(effect["refused_per_second"], 3.0);
    assert_eq!(effect["passing_per_second"], 0.0);
    // Rejected calls count too, because they would be admitted.
    succeed(&desk.bank, 5);
    row_after_interval(&desk, "").await;
    let effect = force("/force-closed/bank?dry_run=true").await;
    assert_eq!(effect["refused_per_second"], 0.0);
    assert_eq!(effect["passing_per_second"], 2.0);
}

#[tokio::test]
async fn the_effect_on_calls_is_unknown_where_only_some_are_admitted() {
    let desk = Desk::new();
    let probing = Config::new().open_for(INTERVAL);
    let probing = desk.registry.get_or_create("probing", probing).unwrap();
    let make = |key| {
        desk.registry
            .get_or_create_keyed("shops", key, Config::new())
    };
    let keys: Vec<_> = ["a", "b"].map(|key| make(key).unwrap()).into();
    keys[0].trip();
    probing.trip();
    for _ in 0..2 {
        desk.advance(INTERVAL);
        desk.get("/breakers").await;
    }
    assert_eq!(probing.state(), State::HalfOpen);
    let unknown = |path: &'static str| async {
        let answer = post(&desk, path, json!({})).await.json();
        let effect = &answer["effect"];
        assert_eq!(effect["refused_per_second"], effect["passing_per_second"]);
        effect["refused_per_second"].is_null()
    };
    assert!(unknown("/clear/probing?dry_run=true").await);
    assert!(unknown("/clear/shops?dry_run=true").await);
    // A key is not recorded.
    assert!(unknown("/trip/shops?key=a&dry_run=true").await);
    let all = post(&desk, "/trip/shops?dry_run=true", json!({})).await;
    assert_eq!(all.json()["effect"]["passing_per_second"], 0.0);
}
