//! Everything about one breaker: its keys, its actions, what a file asks of it, and links.

use breaker_runtime::{Actor, Config};
use serde_json::{Value, json};

use super::{Desk, SettingsFile, token};

async fn details(desk: &Desk, path: &str) -> Value {
    let answer = desk.get(&format!("/breakers/{path}")).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn by(name: &str) -> Actor {
    Actor::new(name).unwrap()
}

#[tokio::test]
async fn the_details_contain_the_last_20_actions_the_newest_first() {
    let desk = Desk::new();
    assert_eq!(details(&desk, "bank").await["actions"], json!([]));
    for nth in 0..25 {
        desk.bank.by(&by(&format!("ana-{nth}"))).reset();
    }
    desk.mail.by(&by("ben")).reset();
    let body = details(&desk, "bank").await;
    let actions = body["actions"].as_array().unwrap().iter();
    let actors = actions.map(|it| it["by"]["actor"].as_str().unwrap().to_owned());
    let actors: Vec<_> = actors.collect();
    let expected: Vec<_> = (5..25).rev().map(|nth| format!("ana-{nth}")).collect();
    assert_eq!(actors, expected);
}

#[tokio::test]
async fn the_details_of_a_name_contain_the_actions_on_its_keys_and_their_numbers() {
    let desk = Desk::new();
    let key = |key| {
        desk.registry
            .get_or_create_keyed("fetch", key, Config::new())
            .unwrap()
    };
    key("a").by(&by("ana")).trip();
    key("b").by(&by("ben")).reset();
    desk.registry.get("fetch").unwrap().by(&by("eve")).reset();
    let name = details(&desk, "fetch").await;
    let actors = |body: &Value| {
        let actions = body["actions"].as_array().unwrap().iter();
        let actors = actions.map(|it| it["by"]["actor"].as_str().unwrap().to_owned());
        let mut actors: Vec<_> = actors.collect();
        // The clock stands still, so the order says nothing.
        actors.sort();
        actors
    };
    assert_eq!(actors(&name), ["ana", "ben", "eve"]);
    assert_eq!(name["keys"]["keys"], 2);
    let one = details(&desk, "fetch?key=a").await;
    assert_eq!(actors(&one), ["ana"]);
    assert_eq!(one["keys"], Value::Null);
}

#[tokio::test]
async fn the_details_say_what_the_loaded_file_asks_of_the_breaker() {
    let desk = Desk::new();
    assert_eq!(details(&desk, "bank").await["file"], Value::Null);
    let file = SettingsFile::new(
        "[default]\nforce = \"closed\"\n[breakers.bank]\nforce = \"off\"\n[breakers.mail]\n",
    );
    desk.registry.load(file.path()).unwrap();
    let asks = |force: &str| json!({"path": file.path(), "force": force});
    assert_eq!(details(&desk, "bank").await["file"], asks("off"));
    assert_eq!(details(&desk, "mail").await["file"], asks("closed"));

    file.write("[breakers.bank]\nthreshold = 3\n");
    desk.registry.load(file.path()).unwrap();
    let asks_nothing = json!({"path": file.path(), "force": null});
    assert_eq!(details(&desk, "bank").await["file"], asks_nothing);
}

#[tokio::test]
async fn a_file_with_force_off_keeps_the_override_of_a_person() {
    let desk = Desk::new();
    desk.bank.by(&by("ana")).force_open(None);
    let file = SettingsFile::new("[breakers.bank]\nforce = \"off\"\n");
    desk.registry.load(file.path()).unwrap();
    let body = details(&desk, "bank").await;
    assert_eq!(body["breaker"]["state"], "forced_open");
}

#[tokio::test]
async fn links_contain_the_name_percent_encoded_and_lead_to_http_only() {
    let desk = Desk::with_admin(token(), |admin| {
        admin
            .link("Runbook", "https://wiki.example/{breaker}?of={breaker}")
            .link("Graph", "HTTP://grafana.example/d/1")
            .link("A script", "javascript:alert(1)//{breaker}")
            .link("Data", "data:text/html,{breaker}")
            .link("Relative", "/wiki/{breaker}")
    });
    desk.registry
        .get_or_create("payment/eu:1", Config::new())
        .unwrap();
    let links = details(&desk, "payment/eu:1").await["links"].clone();
    let name = "payment%2Feu%3A1";
    assert_eq!(
        links,
        json!([
            {"label": "Runbook", "url": format!("https://wiki.example/{name}?of={name}")},
            {"label": "Graph", "url": "HTTP://grafana.example/d/1"},
        ])
    );
}

#[tokio::test]
async fn the_details_say_in_words_what_the_breaker_does_and_how_far_it_is_from_a_change() {
    let desk = Desk::new();
    for _ in 0..2 {
        let _ = desk.bank.call(|| Err::<(), _>("down"));
    }
    let body = details(&desk, "bank").await;
    assert_eq!(body["says"], json!(["2 failures in a row (limit 5)."]));
    assert_eq!(body["badge"], json!({"state": "closed", "text": "closed"}));
    let distance = &body["distance"];
    assert_eq!(
        distance["text"],
        "It takes at least 3 more failures to open the circuit (threshold)."
    );
    assert_eq!(distance["rules"][0]["text"], "2 of 5");
    let list = desk.get("/breakers?q=bank").await.json();
    assert_eq!(list["breakers"][0]["says"], body["says"]);

    desk.bank.by(&by("ana")).trip();
    let body = details(&desk, "bank").await;
    assert_eq!(
        body["transitions"][0]["text"],
        "tripped (2 returned), by ana"
    );
    assert_eq!(body["actions"][0]["text"], "trip, by ana");
    let rows = |title: &str| {
        let tables = body["tables"].as_array().unwrap().iter();
        let mut tables = tables.filter(|table| table["title"] == title);
        tables.next().unwrap()["rows"].clone()
    };
    let failures = json!(["Failures", "2", "2 returned"]);
    assert_eq!(rows("Since start")[1], failures);
    assert_eq!(rows("Transitions, newest first")[0][1], "closed → open");
    let cost = "for 0 s so far: 1 opening, 0 probes, 0 calls rejected, 0 fallback answers";
    let began = format!("{cost}; first opening: tripped (2 returned), by ana");
    assert_eq!(body["outage"]["text"], began);
    let events = rows("Events, newest first");
    let events = events.as_array().unwrap().iter();
    let texts: Vec<_> = events.map(|it| it[1].as_str().unwrap()).collect();
    assert_eq!(
        texts,
        ["outage began: tripped (2 returned)", "trip, by ana"]
    );
}

#[tokio::test]
async fn a_report_in_markdown_is_there_for_the_channel_of_an_incident() {
    let desk = Desk::new();
    desk.bank.by(&by("ana")).force_open(None);
    let report = desk.get("/breakers/bank?format=markdown").await;
    assert_eq!(
        report.header("content-type"),
        "text/markdown; charset=utf-8"
    );
    assert!(report.text.starts_with(
        "**bank is forced open.** Rejects every call until someone clears the override. Forced by ana 0 s ago. The circuit itself is closed.\n"
    ), "{}", report.text);
    let unknown = desk.get("/breakers/bank?format=html").await;
    assert_eq!(unknown.problem(), (400, "bad-query".to_owned()));
}

#[tokio::test]
async fn hidden_keys_are_in_no_text() {
    let desk = Desk::with_admin(token(), breaker_runtime::admin::Admin::hides_keys);
    let key = "secret.example";
    let keyed = desk
        .registry
        .get_or_create_keyed("fetch", key, Config::new());
    keyed.unwrap().by(&by("ana")).trip();
    let list = desk.get("/keys/fetch").await.json();
    let shown = list["keys"][0]["key"].as_str().unwrap().to_owned();
    for path in [
        "/breakers/fetch".to_owned(),
        format!("/breakers/fetch?key={shown}"),
        format!("/breakers/fetch?key={shown}&format=markdown"),
        "/events".to_owned(),
    ] {
        let answer = desk.get(&path).await;
        assert!(
            answer.status == 200 && !answer.text.contains("secret"),
            "{answer:?}"
        );
    }
}
