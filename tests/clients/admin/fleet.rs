//! What the API shows of a fleet, and actions on all of it.

use std::time::Duration;

use axum::Router;
use breaker_runtime::admin::Admin;
use breaker_runtime::fleet::{Fleet, Membership, MemoryFault, MemoryStore, Quorum};
use breaker_runtime::test_util::TokioClock;
use breaker_runtime::{CircuitBreaker, Config, Registry, State};
use serde_json::{Value, json};

use super::{Desk, Reply, operator, send, token, with_body};

const MINUTE: Duration = Duration::from_secs(60);

/// One instance of a service, with its own API.
struct Pod {
    bank: CircuitBreaker,
    routes: Router,
    _fleet: Membership,
}

impl Pod {
    async fn join(store: &MemoryStore, label: &str) -> Self {
        let registry = Registry::with_clock(TokioClock::new());
        let config = Config::new().threshold(2).shared(true);
        let bank = registry.get_or_create("bank", config).unwrap();
        registry.get_or_create("mail", Config::new()).unwrap();
        let fleet = Fleet::new("shop").store(store.clone()).member(label);
        let fleet = fleet.quorum(Quorum::at_least(2)).join(&registry).unwrap();
        fleet.joined().await.unwrap();
        Self {
            routes: Admin::new(&registry, token()).at("/circuits"),
            bank,
            _fleet: fleet,
        }
    }

    fn fail(&self) {
        for _ in 0..2 {
            let _ = self.bank.call(|| Err::<(), _>("down"));
        }
    }

    async fn get(&self, path: &str) -> Value {
        let reply = send(&self.routes, operator("GET", path)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        send(&self.routes, with_body("POST", path, body)).await
    }

    /// Acts, and returns the answer.
    async fn act(&self, path: &str, body: &Value) -> Value {
        let reply = self.post(path, body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }
}

/// Makes a fleet whose epoch is old enough for a quorum.
async fn fleet() -> (MemoryStore, [Pod; 3]) {
    let store = MemoryStore::with_clock(TokioClock::new());
    let pods = [
        Pod::join(&store, "pod-1").await,
        Pod::join(&store, "pod-2").await,
        Pod::join(&store, "pod-3").await,
    ];
    tokio::time::sleep(Duration::from_secs(30)).await;
    (store, pods)
}

/// Waits until news have reached every member.
async fn settle() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// Returns the texts of the findings about sick members.
async fn sick_members(pod: &Pod) -> Vec<String> {
    let findings = pod.get("/findings").await;
    let findings = findings["findings"].as_array().unwrap().iter();
    let sick = findings.filter(|it| it["finding"]["kind"] == "sick_member");
    sick.map(|it| it["text"].as_str().unwrap().to_owned())
        .collect()
}

fn text(says: &Value) -> String {
    let parts = says.as_array().unwrap().iter();
    let text = |part: &Value| match part {
        Value::String(text) => text.clone(),
        part => part["quote"].as_str().unwrap_or("…").to_owned(),
    };
    parts.map(text).collect()
}

#[tokio::test(start_paused = true)]
async fn a_list_shows_the_fleet_and_what_it_does_with_shared_breakers() {
    let (_store, [one, two, three]) = fleet().await;
    let list = one.get("/breakers").await;
    assert_eq!(list["fleet"]["text"], "fleet shop: 3 members");
    assert_eq!(list["fleet"]["status"]["status"], "joined");
    let row = |list: &Value, name: &str| {
        let rows = list["breakers"].as_array().unwrap();
        rows.iter().find(|row| row["name"] == name).unwrap().clone()
    };
    assert_eq!(row(&list, "mail")["fleet"], Value::Null);
    assert_eq!(row(&list, "bank")["fleet"]["circuit"]["state"], "closed");
    assert_eq!(row(&list, "bank")["tags"], json!(["shared"]));

    one.fail();
    two.fail();
    settle().await;
    let bank = row(&three.get("/breakers").await, "bank");
    assert_eq!(bank["state"], "open");
    assert_eq!(bank["fleet"]["circuit"]["state"], "open");
    let says = text(&bank["says"]);
    assert!(
        says.starts_with("The fleet opened it: failures in a row, by the votes of pod-1, pod-2."),
        "{says}"
    );
    let detail = three.get("/breakers/bank").await;
    assert_eq!(detail["breaker"]["fleet"]["votes_here"], false);
    let voters = &detail["fleet"]["tables"][0]["rows"];
    assert_eq!(voters.as_array().unwrap().len(), 2, "{voters}");
}

#[tokio::test(start_paused = true)]
async fn a_member_that_votes_alone_for_ten_minutes_is_a_finding_that_names_it() {
    let (_store, [one, two, three]) = fleet().await;
    let voting = async {
        loop {
            one.fail();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let _ = tokio::time::timeout(9 * MINUTE, voting).await;
    assert!(sick_members(&two).await.is_empty());
    let voting = async {
        loop {
            one.fail();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    let _ = tokio::time::timeout(3 * MINUTE, voting).await;
    assert_eq!(two.bank.state(), State::Closed);
    for pod in [&one, &two, &three] {
        let [found] = &sick_members(pod).await[..] else {
            panic!("one member is sick");
        };
        assert!(
            found.starts_with("the member `pod-1` of the fleet"),
            "{found}"
        );
        let all = pod.get("/findings").await["findings"]
            .as_array()
            .unwrap()
            .len();
        assert_eq!(pod.get("/breakers").await["summary"]["findings"], all);
    }
    let says = text(&two.get("/breakers/bank").await["says"]);
    assert!(says.contains("only pod-1 votes to open it"), "{says}");
}

#[tokio::test(start_paused = true)]
async fn an_action_on_the_fleet_acts_everywhere_and_its_undo_too() {
    let (_store, [one, two, three]) = fleet().await;
    let force = json!({"reason": "INC-42", "ttl": "30m"});
    let path = "/force-open/bank?scope=fleet";
    let dry = one.act(&format!("{path}&dry_run=true"), &force).await;
    settle().await;
    assert_eq!(two.bank.state(), State::Closed, "a dry run changes nothing");
    assert_eq!(dry["effect"]["scope"], "fleet");
    assert!(
        text(&dry["effect"]["says"])
            .starts_with("Rejects all calls of bank at all 3 members of the fleet shop, until "),
        "{dry}"
    );

    let done = one.act(path, &force).await;
    settle().await;
    for pod in [&one, &two, &three] {
        assert_eq!(pod.bank.state(), State::ForcedOpen);
    }
    assert_eq!(done["after"]["fleet"], "forced_open");
    assert!(done["event"].is_string(), "{done}");
    let row = &three.get("/breakers").await["breakers"][0];
    let forced = &row["fleet"]["override"];
    assert_eq!(
        forced["by"],
        json!({"actor": "on-call", "reason": "INC-42"})
    );
    assert!(text(&row["says"]).contains("Forced in the whole fleet by on-call"));
    let actions = one.get("/actions").await;
    assert_eq!(actions["actions"][0]["kind"], "fleet_force_open");

    let undo = done["undo"]["path"].as_str().unwrap();
    assert_eq!(undo, "clear/bank?scope=fleet");
    one.act(&format!("/{undo}"), &json!({})).await;
    settle().await;
    assert_eq!(three.bank.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_trip_and_a_reset_of_the_fleet_take_each_other_back() {
    let (_store, [one, two, _three]) = fleet().await;
    let trip = one.act("/trip/bank?scope=fleet", &json!({})).await;
    settle().await;
    assert_eq!(two.bank.state(), State::Open);
    assert_eq!(trip["undo"]["path"], "reset/bank?scope=fleet");
    let again = two
        .act("/trip/bank?scope=fleet&dry_run=true", &json!({}))
        .await;
    assert_eq!(again["changed"], false);
    let reset = two.act("/reset/bank?scope=fleet", &json!({})).await;
    assert_eq!(reset["undo"]["path"], "trip/bank?scope=fleet");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(one.bank.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn an_action_offers_the_scopes_that_it_may_have() {
    let (_store, [one, _two, _three]) = fleet().await;
    let scopes = |answer: Value| {
        let scopes = answer["scopes"].as_array().unwrap().iter();
        scopes
            .map(|it| it["scope"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let shared = one.act("/trip/bank?dry_run=true", &json!({})).await;
    assert_eq!(scopes(shared), ["instance", "fleet"]);
    let other = one.act("/trip/mail?dry_run=true", &json!({})).await;
    assert!(scopes(other).is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_override_of_the_instance_takes_precedence_and_the_dry_run_says_so() {
    let (_store, [one, two, _three]) = fleet().await;
    let force = json!({"reason": "INC-42", "ttl": "30m"});
    one.act("/force-closed/bank", &force).await;
    let done = one.act("/force-open/bank?scope=fleet", &force).await;
    settle().await;
    assert_eq!(one.bank.state(), State::ForcedClosed);
    assert_eq!(two.bank.state(), State::ForcedOpen);
    let warnings = done["warnings"].as_array().unwrap();
    let warned = |words: &str| {
        warnings
            .iter()
            .any(|it| it.as_str().unwrap().contains(words))
    };
    assert!(warned("takes precedence here"), "{warnings:?}");
}

#[tokio::test]
async fn without_a_fleet_there_is_nothing_to_show_and_nothing_to_act_on() {
    let desk = Desk::new();
    let fleet = desk.get("/fleet").await.json();
    assert_eq!(fleet["fleet"], Value::Null);
    assert_eq!(desk.get("/breakers").await.json()["fleet"], Value::Null);
    let reply = desk.send(operator("POST", "/trip/bank?scope=fleet")).await;
    assert_eq!(reply.problem(), (409, "no-fleet".to_owned()));
    assert_eq!(desk.bank.state(), State::Closed);
    let reply = desk.send(operator("POST", "/trip/bank?scope=flet")).await;
    assert_eq!(reply.problem(), (400, "bad-query".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_is_not_shared_has_no_action_on_the_fleet() {
    let (_store, [one, _two, _three]) = fleet().await;
    let reply = one.post("/trip/mail?scope=fleet", &json!({})).await;
    assert_eq!(reply.problem(), (409, "not-shared".to_owned()));
    let reply = one
        .post("/reset/bank?scope=fleet&keys=all", &json!({}))
        .await;
    assert_eq!(reply.problem(), (400, "bad-query".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_is_told_and_rejects_actions_on_the_fleet() {
    let (store, [one, _two, _three]) = fleet().await;
    store.fail(MemoryFault::Away);
    tokio::time::sleep(Duration::from_secs(20)).await;
    let list = one.get("/breakers").await;
    assert_eq!(list["fleet"]["status"]["status"], "alone");
    assert_eq!(list["fleet"]["text"], "fleet shop: alone");
    let fleet = one.get("/fleet").await;
    assert_eq!(fleet["members"], Value::Null);
    assert!(fleet["problem"].is_string(), "{fleet}");
    let reply = one.post("/trip/bank?scope=fleet", &json!({})).await;
    assert_eq!(reply.problem(), (503, "fleet-away".to_owned()));
    assert_eq!(one.bank.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn the_members_are_listed_with_this_one_marked() {
    let (_store, [one, _two, _three]) = fleet().await;
    let fleet = one.get("/fleet").await;
    let members = fleet["members"].as_array().unwrap();
    let labels: Vec<_> = members
        .iter()
        .map(|it| it["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["pod-1", "pod-2", "pod-3"]);
    let here: Vec<_> = members.iter().map(|it| it["here"] == true).collect();
    assert_eq!(here, [true, false, false]);
    assert!(fleet["numbers"]["round_trips"].as_u64() > Some(0));
    let reply = send(&one.routes, operator("GET", "/fleet?format=text")).await;
    assert!(reply.text.contains("pod-3#"), "{}", reply.text);
}
