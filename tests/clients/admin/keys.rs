//! Control of a name with keys: which of the keys a request is about.

use std::time::Duration;

use breaker_runtime::admin::Admin;
use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{BreakerError, CallError, CircuitBreaker, Config, State, circuit_breaker};
use serde_json::{Value, json};

use super::{Desk, Reply, as_dry_run, operator, send, token, with_body};

const KEYS: [&str; 4] = ["a", "b", "c", "d"];

/// Makes four keys of `fetch`, of which two are open and one of these is forced closed.
fn keys(desk: &Desk) -> Vec<CircuitBreaker> {
    let make = |key: &&str| {
        let config = Config::new().threshold(2);
        desk.registry
            .get_or_create_keyed("fetch", key, config)
            .unwrap()
    };
    let keys: Vec<_> = KEYS.iter().map(make).collect();
    keys[0].trip();
    keys[1].trip();
    keys[1].force_closed("the probe is wrong", None);
    keys
}

async fn post(desk: &Desk, path: &str) -> Reply {
    desk.send(operator("POST", path)).await
}

/// Asks for a dry run and then for the action, whose answers have to agree; returns the answer.
async fn dry_then_done(desk: &Desk, path: &str) -> Value {
    let dry = post(desk, &format!("{path}&dry_run=true")).await.json();
    let done = post(desk, path).await.json();
    assert_eq!(dry, as_dry_run(done.clone()));
    done
}

fn states(keys: &[CircuitBreaker]) -> Vec<State> {
    keys.iter().map(CircuitBreaker::state).collect()
}

fn fail(breaker: &CircuitBreaker) {
    let answer = breaker.call(|| Err::<(), _>("down"));
    assert_eq!(answer, Err(CallError::Inner("down")));
}

#[tokio::test]
async fn a_reset_of_the_open_keys_leaves_the_failures_of_the_others() {
    let desk = Desk::new();
    let keys = keys(&desk);
    fail(&keys[2]);
    let done = dry_then_done(&desk, "/reset/fetch?keys=open").await;
    assert_eq!(done["keys"], "open");
    assert_eq!(done["effect"]["breakers"], 2);
    assert_eq!(done["effect"]["changes"], 2);
    assert_eq!(done["undo"], Value::Null);
    assert_eq!(
        done["warnings"],
        json!(["this acts on 2 of 4 keys: on those that are not closed"])
    );
    use State::{Closed, ForcedClosed};
    assert_eq!(states(&keys), [Closed, ForcedClosed, Closed, Closed]);
    assert_eq!(keys[1].snapshot().machine_state, Closed);
    // The next failure opens this circuit, because its first one still counts.
    fail(&keys[2]);
    assert_eq!(keys[2].state(), State::Open);

    // The registry records one action, whatever the number of keys.
    let actions = desk.registry.actions();
    let last = actions.last().unwrap();
    assert_eq!(
        last.to_string(),
        "circuit breaker `fetch`: open keys reset by on-call"
    );
    let of_operator = actions.iter().filter(|it| it.by.actor.is_some());
    assert_eq!(of_operator.count(), 1);
}

#[tokio::test]
async fn a_reset_of_the_open_keys_includes_those_that_are_half_open() {
    let desk = Desk::new();
    let keys = keys(&desk);
    desk.advance(Duration::from_secs(30));
    assert_eq!(keys[0].state(), State::HalfOpen);
    let done = dry_then_done(&desk, "/reset/fetch?keys=open").await;
    assert_eq!(done["effect"]["changes"], 2);
    assert_eq!(keys[0].state(), State::Closed);
    let again = dry_then_done(&desk, "/reset/fetch?keys=open").await;
    assert_eq!(
        (&again["changed"], &again["effect"]["breakers"]),
        (&json!(false), &json!(0))
    );
}

#[tokio::test]
async fn a_reset_of_all_keys_is_that_of_the_name() {
    let desk = Desk::new();
    let keys = keys(&desk);
    let all = post(&desk, "/reset/fetch?keys=all&dry_run=true")
        .await
        .json();
    let mut name = post(&desk, "/reset/fetch?dry_run=true").await.json();
    name["keys"] = json!("all");
    name["command"] = all["command"].clone();
    assert_eq!(all, name);
    dry_then_done(&desk, "/reset/fetch?keys=all").await;
    assert_eq!(keys[1].snapshot().machine_state, State::Closed);
}

#[tokio::test]
async fn clear_is_about_the_override_of_the_name_those_of_its_keys_or_both() {
    use State::{Closed, ForcedClosed, ForcedOpen, Open};
    let of_key = [Open, ForcedClosed, Closed, Closed];
    let of_name = [ForcedOpen; 4];
    let none = [Open, Open, Closed, Closed];
    for (query, changes, after, undo) in [
        ("", 4, of_key, true),
        ("?keys=open", 1, of_name, false),
        ("?keys=all", 4, none, false),
    ] {
        let desk = Desk::new();
        let keys = keys(&desk);
        let name = desk.registry.get("fetch").unwrap();
        name.force_open("maintenance", None);
        assert_eq!(states(&keys), of_name);
        let path = format!("/clear/fetch{query}");
        let done = post(&desk, &path).await.json();
        assert_eq!(done["effect"]["changes"], changes, "{query}");
        assert_eq!(done["undo"].is_object(), undo, "{query}");
        assert_eq!(states(&keys), after, "{query}");
        let counts = &done["after"]["keys"];
        let forced = after.iter().filter(|it| it.as_str().starts_with("forced"));
        let told = ["forced_open", "forced_closed"].map(|it| counts[it].as_u64().unwrap());
        assert_eq!(told.iter().sum::<u64>(), forced.count() as u64);
    }
}

#[tokio::test]
async fn overrides_of_single_keys_are_cleared_without_one_of_the_name() {
    let desk = Desk::new();
    let keys = keys(&desk);
    let warned = post(&desk, "/clear/fetch?dry_run=true").await.json();
    assert_eq!(
        warned["warnings"][1],
        "1 of 4 keys keep their own override; `keys=all` clears these too"
    );
    let done = dry_then_done(&desk, "/clear/fetch?keys=all").await;
    assert_eq!(done["effect"]["changes"], 1);
    assert_eq!(keys[1].state(), State::Open);
    let again = dry_then_done(&desk, "/clear/fetch?keys=open").await;
    assert_eq!(again["changed"], false);
}

#[tokio::test]
async fn a_dry_run_knows_which_override_of_a_name_and_its_key_takes_precedence() {
    let desk = Desk::new();
    let keys = keys(&desk);
    let body = json!({"reason": "maintenance", "ttl": null});
    let request = |path: &str| with_body("POST", path, &body);
    let dry = desk.send(request("/force-open/fetch?dry_run=true")).await;
    let done = desk.send(request("/force-open/fetch")).await;
    assert_eq!(dry.json(), as_dry_run(done.json()));
    assert_eq!(states(&keys), [State::ForcedOpen; 4]);
}

#[tokio::test]
async fn a_name_that_also_has_calls_without_a_key_is_tripped_and_reset_itself_too() {
    let desk = Desk::new();
    let keys = keys(&desk);
    let name = desk.registry.get("fetch").unwrap();
    name.call(|| Ok::<_, ()>(())).unwrap();
    for (verb, machine_state) in [("trip", "open"), ("reset", "closed")] {
        let path = format!("/{verb}/fetch?dry_run=false");
        let dry = post(&desk, &path.replace("false", "true")).await.json();
        let done = post(&desk, &path).await.json();
        assert_eq!(done["after"]["machine_state"], machine_state);
        assert_eq!(dry, as_dry_run(done));
    }
    assert_eq!(keys[0].state(), State::Closed);
}

#[tokio::test]
async fn a_name_that_is_declared_with_a_key_may_still_have_none() {
    #[circuit_breaker(name = "clients/admin/no-keys-yet", key = host)]
    fn fetch(host: &str) -> Result<(), BreakerError> {
        let _ = host;
        Ok(())
    }
    let _ = fetch;
    let test = TestRegistry::new();
    let routes = Admin::new(&test, token()).at("/circuits");
    let breaker = "clients/admin/no-keys-yet";
    for path in [
        format!("/reset/{breaker}?keys=open"),
        format!("/clear/{breaker}?keys=all"),
    ] {
        let answer = send(&routes, operator("POST", &path)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["changed"], false);
    }
}

#[tokio::test]
async fn keys_of_a_breaker_that_has_none_are_a_problem() {
    let desk = Desk::new();
    let _keys = keys(&desk);
    desk.bank.trip();
    for (path, status, kind) in [
        ("/reset/bank?keys=open", 409, "no-keys"),
        ("/clear/bank?keys=all", 409, "no-keys"),
        ("/reset/fetch?keys=opn", 400, "bad-query"),
        ("/reset/fetch?key=a&keys=open", 400, "bad-query"),
        ("/trip/fetch?keys=open", 400, "bad-query"),
    ] {
        let answer = post(&desk, path).await;
        assert_eq!(answer.problem(), (status, kind.to_owned()), "{path}");
    }
    assert_eq!(desk.bank.state(), State::Open);
}
