//! The program's own audit: a function that is told of each action.

use std::sync::{Arc, Mutex};

use breaker_runtime::Config;
use serde_json::json;

use super::{Desk, operator, request, token, with_body};

/// Makes a desk whose admin tells its actions, and the list of what was told.
fn told() -> (Desk, Arc<Mutex<Vec<String>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&told);
    let desk = Desk::with_admin(token(), |admin| {
        admin.on_action(move |action| list.lock().unwrap().push(format!("{action:#}")))
    });
    (desk, told)
}

#[tokio::test]
async fn each_action_of_a_request_is_told_once() {
    let (desk, told) = told();
    let config = Config::new();
    let fetch = |key| desk.registry.get_or_create_keyed("fetch", key, config);
    fetch("a").unwrap().force_open("before", None);
    let body = json!({"reason": "INC-42", "ttl": "30m"});
    desk.send(with_body("POST", "/force-open/bank", &body))
        .await;
    desk.send(operator("POST", "/trip/fetch?key=a")).await;
    desk.send(operator("POST", "/clear/fetch?keys=all")).await;
    let body = json!({"threshold": 9});
    desk.send(with_body("PATCH", "/settings/mail", &body)).await;
    desk.send(operator("DELETE", "/settings/mail")).await;
    let told = told.lock().unwrap().clone();
    assert_eq!(
        told,
        [
            "circuit breaker `bank`: forced open for 1800s by on-call (INC-42)",
            "circuit breaker `fetch` for `a`: tripped by on-call",
            "circuit breaker `fetch`: override cleared by on-call",
            "circuit breaker `fetch`: overrides of keys cleared by on-call",
            "circuit breaker `mail`: configured: threshold = 9 by on-call",
            "circuit breaker `mail`: configured settings taken back by on-call",
        ]
    );
}

#[tokio::test]
async fn what_no_request_has_done_is_not_told() {
    let (desk, told) = told();
    desk.bank.trip();
    desk.get("/breakers").await;
    desk.send(operator("POST", "/trip/bank?dry_run=true")).await;
    desk.send(operator("POST", "/trip/bnak")).await;
    desk.send(operator("POST", "/force-open/bank")).await;
    desk.send(request("POST", "/trip/bank", &[])).await;
    let body = json!({"threshold": 0});
    desk.send(with_body("PATCH", "/settings/mail", &body)).await;
    assert_eq!(*told.lock().unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_panic_of_the_function_harms_no_answer_and_is_counted() {
    let desk = Desk::with_admin(token(), |admin| {
        admin.on_action(|_| panic!("the disk is full"))
    });
    let answer = desk.send(operator("POST", "/trip/bank")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(desk.registry.listener_panics(), 1);
}

#[tokio::test]
async fn the_function_may_use_the_registry() {
    let desk = Desk::with_registry(token(), |registry, admin| {
        let registry = registry.clone();
        admin.on_action(move |action| {
            let breaker = action.breaker.as_deref().unwrap();
            registry.get(breaker).unwrap().reset();
        })
    });
    desk.send(operator("POST", "/trip/bank")).await;
    assert_eq!(desk.bank.state().as_str(), "closed");
}
