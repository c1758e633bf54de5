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
