//! Overrides, trips and resets by requests: who may, what is asked, what the answers say.

use std::time::Duration;

use axum::body::Body;
use breaker_runtime::admin::{Access, Grant};
use breaker_runtime::{Actor, CircuitBreaker, Config, State};
use http::Request;
use serde_json::{Value, json};

use super::{Desk, Reply, as_dry_run, operator, request, token, with_body};

const SECOND: Duration = Duration::from_secs(1);

/// The routes that control.
const VERBS: [&str; 5] = ["force-open", "force-closed", "clear", "trip", "reset"];

/// Makes a control request with any text as its body.
fn with_text(path: &str, body: &str) -> Request<Body> {
    let mut request = with_body("POST", path, &Value::Null);
    *request.body_mut() = Body::from(body.to_owned());
    request
}

pub(crate) async fn post(desk: &Desk, path: &str, body: Value) -> Reply {
    desk.send(with_body("POST", path, &body)).await
}

fn half_an_hour() -> Value {
    json!({"reason": "bank maintenance, INC-4711", "ttl": "30m"})
}

/// Returns a valid body for a verb.
fn body_of(verb: &str) -> Value {
    if verb.starts_with("force") {
        half_an_hour()
    } else {
        json!({})
    }
}

#[tokio::test]
async fn an_override_is_set_with_reason_actor_and_duration_and_expires() {
    let desk = Desk::new();
    let answer = post(&desk, "/force-open/bank", half_an_hour()).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["action"], "force_open");
    assert_eq!(body["who"], "on-call");
    assert_eq!(body["changed"], true);
    assert_eq!(body["before"]["state"], "closed");
    assert_eq!(body["after"]["state"], "forced_open");
    assert_eq!(body["after"]["machine_state"], "closed");
    assert_eq!(
        body["after"]["override"]["reason"],
        "bank maintenance, INC-4711"
    );
    assert_eq!(body["effect"]["until"], body["after"]["override"]["until"]);
    assert_eq!(
        body["undo"],
        json!({"method": "POST", "path": "clear/bank", "body": null})
    );

    let action = &desk.registry.actions()[0];
    assert_eq!(
        action.to_string(),
        "circuit breaker `bank`: forced open for 1800s by on-call (bank maintenance, INC-4711)"
    );
    desk.advance(1800 * SECOND);
    assert_eq!(desk.bank.state(), State::Closed);
}

#[tokio::test]
async fn an_answer_names_the_event_of_the_action() {
    let desk = Desk::new();
    for verb in VERBS {
        let path = format!("/{verb}/bank");
        let done = post(&desk, &path, body_of(verb)).await.json();
        let events = desk.get("/events").await.json();
        let events = events["events"].as_array().unwrap();
        let event = events.iter().find(|event| event["id"] == done["event"]);
        let event = event.expect("the event is in the list");
        let action = verb.replace('-', "_").replace("clear", "clear_override");
        assert_eq!(event["kind"], "action");
        assert_eq!(event["action"]["kind"], action);
        assert_eq!(event["action"]["by"]["actor"], "on-call");
    }
}

#[tokio::test]
async fn every_verb_does_what_its_name_says() {
    let desk = Desk::new();
    for (verb, body, state) in [
        ("trip", json!({}), State::Open),
        ("force-closed", half_an_hour(), State::ForcedClosed),
        ("clear", json!({"reason": "over"}), State::Open),
        ("reset", json!({}), State::Closed),
        ("force-open", half_an_hour(), State::ForcedOpen),
    ] {
        let answer = post(&desk, &format!("/{verb}/bank"), body).await.json();
        assert_eq!(answer["after"]["state"], state.as_str(), "{verb}");
        assert_eq!(desk.bank.state(), state, "{verb}");
    }
    assert_eq!(desk.mail.state(), State::Closed);
}

#[tokio::test]
async fn a_dry_run_tells_what_would_be_and_changes_nothing() {
    for verb in VERBS {
        for prepare in PREPARATIONS {
            let desk = Desk::new();
            prepare(&desk.bank);
            let before = desk.bank.snapshot();
            let body = body_of(verb);
            let dry = post(&desk, &format!("/{verb}/bank?dry_run=true"), body.clone())
                .await
                .json();
            assert_eq!(desk.bank.snapshot(), before, "{verb}");
            let done = post(&desk, &format!("/{verb}/bank"), body).await.json();
            assert_eq!(dry, as_dry_run(done), "{verb}");
        }
    }
}

const PREPARATIONS: [fn(&CircuitBreaker); 6] = [
    |_| {},
    CircuitBreaker::trip,
    |it| it.force_open("before", None),
    |it| it.force_closed("before", Some(10 * SECOND)),
    |it| {
        it.trip();
        it.force_closed("before", None);
    },
    |it| {
        let permits: Vec<_> = (0..3).map(|_| it.try_acquire().unwrap()).collect();
        permits.into_iter().for_each(|permit| permit.failure());
    },
];

#[tokio::test]
async fn the_undo_of_an_answer_brings_back_what_was() {
    for verb in VERBS {
        for prepare in PREPARATIONS {
            let desk = Desk::new();
            prepare(&desk.bank);
            let before = desk.bank.snapshot();
            let body = body_of(verb);
            let answer = post(&desk, &format!("/{verb}/bank"), body).await.json();
            let undo = &answer["undo"];
            let Some(path) = undo["path"].as_str() else {
                continue;
            };
            let body = match &undo["body"] {
                Value::Null => json!({}),
                body => body.clone(),
            };
            assert_eq!(post(&desk, &format!("/{path}"), body).await.status, 200);
            let after = desk.bank.snapshot();
            assert_eq!(
                (after.state, after.machine_state),
                (before.state, before.machine_state),
                "{verb}"
            );
            let until = |it: &Option<breaker_runtime::Override>| {
                it.as_ref().map(|it| (it.reason.clone(), it.until))
            };
            assert_eq!(
                until(&after.r#override),
                until(&before.r#override),
                "{verb}"
            );
        }
    }
}

/// Makes four keys of `fetch`, of which the first is open.
fn keys(desk: &Desk) -> Vec<CircuitBreaker> {
    let make = |key: &str| {
        desk.registry
            .get_or_create_keyed("fetch", key, Config::new())
            .unwrap()
    };
    let keys: Vec<_> = ["a", "b", "c", "d & e"].map(make).into();
    keys[0].trip();
    keys
}

#[tokio::test]
async fn a_trip_and_a_reset_of_a_name_act_on_its_keys_and_the_dry_run_says_on_how_many() {
    let desk = Desk::new();
    let keys = keys(&desk);
    let dry = post(&desk, "/trip/fetch?dry_run=true", json!({}))
        .await
        .json();
    assert_eq!(dry["effect"]["breakers"], 4);
    assert_eq!(dry["effect"]["changes"], 3);
    assert_eq!(
        dry["warnings"],
        json!(["this acts on all 4 keys of the name"])
    );
    assert_eq!(dry["undo"], Value::Null, "one key was open before");

    let done = post(&desk, "/trip/fetch", json!({})).await.json();
    assert_eq!(dry, as_dry_run(done));
    assert!(keys.iter().all(|key| key.state() == State::Open));

    let dry = post(&desk, "/reset/fetch?dry_run=true", json!({}))
        .await
        .json();
    assert_eq!(dry["effect"]["changes"], 4);
    let done = post(&desk, "/reset/fetch", json!({})).await.json();
    assert_eq!(done["after"], dry["after"]);
    assert!(keys.iter().all(|key| key.state() == State::Closed));
}

#[tokio::test]
async fn one_key_can_be_controlled_and_its_undo_names_it() {
    let desk = Desk::new();
    let keys = keys(&desk);
    let answer = post(&desk, "/force-open/fetch?key=d+%26+e", half_an_hour())
        .await
        .json();
    assert_eq!(answer["key"], "d & e");
    assert_eq!(answer["effect"]["breakers"], 1);
    assert_eq!(answer["undo"]["path"], "clear/fetch?key=d+%26+e");
    let states: Vec<_> = keys.iter().map(CircuitBreaker::state).collect();
    assert_eq!(
        states,
        [State::Open, State::Closed, State::Closed, State::ForcedOpen]
    );
}

#[tokio::test]
async fn an_override_of_the_name_is_not_cleared_at_a_key() {
    let desk = Desk::new();
    let keys = keys(&desk);
    post(&desk, "/force-open/fetch", half_an_hour()).await;
    let dry = post(&desk, "/clear/fetch?key=b&dry_run=true", json!({}))
        .await
        .json();
    assert_eq!(dry["changed"], false);
    assert_eq!(dry["after"]["state"], "forced_open");
    let warning = dry["warnings"][0].as_str().unwrap();
    assert!(warning.ends_with("stays in force"), "{warning}");
    let done = post(&desk, "/clear/fetch?key=b", json!({})).await.json();
    assert_eq!(done["after"], dry["after"]);
    assert_eq!(keys[1].state(), State::ForcedOpen);
}

#[tokio::test]
async fn warnings_say_what_an_operator_may_overlook() {
    let desk = Desk::new();
    let gate = desk
        .registry
        .get_or_create("gate", Config::new().critical(true))
        .unwrap();
    gate.trip();
    gate.force_open("before", None);
    let body = json!({"reason": "a test", "ttl": null});
    let warnings = async |path: &str, body: &Value| {
        let answer = post(&desk, &format!("{path}?dry_run=true"), body.clone())
            .await
            .json();
        answer["warnings"].clone()
    };
    assert_eq!(
        warnings("/force-closed/gate", &body).await,
        json!([
            "the circuit is open beneath: all calls will reach a dependency that fails",
            "the override lasts until somebody clears it",
            "this replaces an override by code (before)",
        ])
    );
    assert_eq!(
        warnings("/trip/gate", &json!({})).await,
        json!([
            "the breaker is critical: the health check reports `down`",
            "callers do not notice this while the override `forced_open` is in force",
        ])
    );
    assert_eq!(warnings("/trip/bank", &json!({})).await, json!([]));
}

#[tokio::test]
async fn an_override_needs_a_reason_and_a_duration() {
    let desk = Desk::new();
    let long = "x".repeat(501);
    for (body, kind) in [
        (json!({"ttl": "30m"}), "reason-needed"),
        (json!({"ttl": "30m", "reason": null}), "reason-needed"),
        (json!({"ttl": "30m", "reason": ""}), "reason"),
        (json!({"ttl": "30m", "reason": long}), "reason"),
        (json!({"ttl": "30m", "reason": "two\nlines"}), "reason"),
        (json!({"reason": "a test"}), "ttl"),
        (json!({"reason": "a test", "ttl": "0s"}), "ttl"),
        (json!({"reason": "a test", "ttl": "30"}), "ttl"),
        (json!({"reason": "a test", "ttl": "soon"}), "ttl"),
        (json!({"reason": "a test", "ttl": 30}), "ttl"),
    ] {
        let answer = post(&desk, "/force-open/bank", body.clone()).await;
        assert_eq!(answer.problem(), (422, kind.to_owned()), "{body}");
    }
    assert_eq!(desk.bank.state(), State::Closed);
    assert_eq!(desk.registry.actions(), []);
}

#[tokio::test]
async fn the_limits_are_those_of_the_admin() {
    let desk = Desk::with_admin(token(), |admin| {
        admin.max_ttl(3600 * SECOND).reason_optional()
    });
    for ttl in [json!("61m"), json!(null)] {
        let answer = post(&desk, "/force-open/bank", json!({"ttl": ttl})).await;
        assert_eq!(answer.problem(), (422, "ttl".to_owned()));
        assert_eq!(answer.json()["maximum"], "3600s");
    }
    assert_eq!(
        post(&desk, "/force-open/bank", json!({"ttl": "1h"}))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_body_that_is_not_understood_changes_nothing() {
    let desk = Desk::new();
    for (body, detail) in [
        ("{", "EOF while parsing"),
        ("[]", "invalid type"),
        (
            r#"{"reason": 1, "ttl": "30m"}"#,
            "`reason` must be a string or null",
        ),
        (
            r#"{"reson": "a test", "ttl": "30m"}"#,
            "unknown member `reson`; did you mean `reason`?",
        ),
    ] {
        let answer = desk.send(with_text("/force-open/bank", body)).await;
        assert_eq!(answer.problem(), (400, "bad-body".to_owned()), "{body}");
        let found = answer.json()["detail"].as_str().unwrap().to_owned();
        assert!(found.contains(detail), "{found}");
    }
    // `ttl` is a member of overrides only.
    assert_eq!(
        post(&desk, "/trip/bank", json!({"ttl": "30m"}))
            .await
            .status,
        400
    );
    let large = format!(r#"{{"reason": "{}"}}"#, "x".repeat(16 * 1024));
    let answer = desk.send(with_text("/trip/bank", &large)).await;
    assert_eq!(answer.problem(), (413, "too-large".to_owned()));
    assert_eq!(desk.bank.state(), State::Closed);
}

#[tokio::test]
async fn a_body_has_to_be_declared_as_json() {
    let desk = Desk::new();
    for media_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "",
    ] {
        let mut request = with_text("/force-open/bank", &half_an_hour().to_string());
        request
            .headers_mut()
            .insert("content-type", media_type.parse().unwrap());
        let answer = desk.send(request).await;
        assert_eq!(
            answer.problem(),
            (415, "media-type".to_owned()),
            "{media_type}"
        );
    }
    let mut request = with_text("/force-open/bank", &half_an_hour().to_string());
    let with_charset = "application/json; charset=utf-8".parse().unwrap();
    request.headers_mut().insert("content-type", with_charset);
    assert_eq!(desk.send(request).await.status, 200);
}

#[tokio::test]
async fn an_unknown_name_or_key_changes_and_creates_nothing() {
    let desk = Desk::new();
    for verb in VERBS {
        let answer = post(&desk, &format!("/{verb}/bnak"), half_an_hour()).await;
        assert_eq!(answer.problem(), (404, "unknown-breaker".to_owned()));
        assert_eq!(answer.json()["nearest"], "bank");
        let answer = post(&desk, &format!("/{verb}/bank?key=x"), half_an_hour()).await;
        assert_eq!(answer.problem(), (404, "unknown-key".to_owned()));
        let answer = post(&desk, &format!("/{verb}/bank?dryrun=true"), half_an_hour()).await;
        assert_eq!(
            answer.problem(),
            (400, "bad-query".to_owned()),
            "a typo is no order"
        );
    }
    assert_eq!(desk.registry.snapshot().len(), 2);
    assert_eq!(desk.registry.actions(), []);
}

#[tokio::test]
async fn control_needs_a_grant_of_control() {
    let read_only = Desk::with(Access::open_reading());
    let reader = Desk::with(Access::by(|_| Grant::Read));
    let nobody = Desk::with(Access::by(|_| Grant::None));
    let tokens = Desk::with(token().reading_open());
    for verb in VERBS {
        let path = format!("/{verb}/bank");
        for (desk, status, kind) in [
            (&read_only, 403, "read-only"),
            (&reader, 403, "not-granted"),
            (&nobody, 403, "not-granted"),
            (&tokens, 401, "token-needed"),
        ] {
            let answer = desk
                .send(request("POST", &path, &[("host", "localhost")]))
                .await;
            assert_eq!(answer.problem(), (status, kind.to_owned()), "{verb}");
            assert_eq!(desk.registry.actions(), []);
        }
        // Reading never controls.
        let answer = tokens.send(operator("GET", &path)).await;
        assert_eq!((answer.problem().0, answer.header("allow")), (405, "POST"));
    }
}

#[tokio::test]
async fn a_page_of_another_site_cannot_use_the_session_of_a_user() {
    let user = Access::by(|request| {
        assert!(
            request.headers.get("x-is-foreign").is_none(),
            "the function sees it"
        );
        Grant::Control(Actor::new("ana").unwrap())
    });
    let desk = Desk::with_admin(user, |admin| admin.origin("https://tools.example/"));
    let own = "https://shop.example";
    for (headers, status) in [
        // No browser.
        (vec![], 200),
        (
            vec![("sec-fetch-site", "same-origin"), ("origin", own)],
            200,
        ),
        (vec![("sec-fetch-site", "none")], 200),
        (
            vec![
                ("sec-fetch-site", "same-site"),
                ("origin", "https://a.shop.example"),
            ],
            403,
        ),
        (
            vec![
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
            ],
            403,
        ),
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "")], 403),
        // A browser on plain HTTP sends no `Sec-Fetch-Site`.
        (vec![("origin", own)], 200),
        (vec![("origin", "HTTPS://Shop.Example")], 200),
        (vec![("origin", "https://evil.example")], 403),
        (vec![("origin", "https://shop.example.evil.example")], 403),
        (vec![("origin", "https://shop.example:8443")], 403),
        (vec![("origin", "null")], 403),
        // An origin that the program allows.
        (
            vec![
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://tools.example"),
            ],
            200,
        ),
    ] {
        let mut all = vec![("host", "shop.example")];
        all.extend(&headers);
        if status == 403 {
            all.push(("x-is-foreign", "yes"));
        }
        let answer = desk.send(request("POST", "/reset/bank", &all)).await;
        assert_eq!(answer.status, status, "{headers:?}");
        if status == 403 {
            assert_eq!(answer.problem().1, "cross-origin");
        }
    }
}

#[tokio::test]
async fn a_request_for_another_instance_is_not_carried_out() {
    let desk = Desk::new();
    let instance = desk
        .get("/breakers")
        .await
        .header("breaker-instance")
        .to_owned();
    let mut request = with_text("/trip/bank", "{}");
    request
        .headers_mut()
        .insert("breaker-instance", "0000000000000000".parse().unwrap());
    let answer = desk.send(request).await;
    assert_eq!(answer.problem(), (412, "other-instance".to_owned()));
    assert_eq!(answer.json()["breaker_instance"], instance);
    assert_eq!(desk.bank.state(), State::Closed);

    let mut request = with_text("/trip/bank", "{}");
    request
        .headers_mut()
        .insert("breaker-instance", instance.parse().unwrap());
    assert_eq!(desk.send(request).await.status, 200);
}

#[tokio::test]
async fn the_actor_is_that_of_the_grant_and_never_that_of_a_header() {
    let desk = Desk::with(Access::by(|_| Grant::Control(Actor::new("ana").unwrap())));
    let headers = [("x-user", "mallory"), ("x-forwarded-user", "mallory")];
    desk.send(request("POST", "/trip/bank", &headers)).await;
    assert_eq!(desk.registry.actions()[0].by.actor.as_deref(), Some("ana"));
}

#[tokio::test]
async fn an_answer_has_the_request_as_a_command_of_a_shell() {
    let desk = Desk::new();
    let body = json!({"reason": "it's `down` $(x) \u{202e}\u{1f642}", "ttl": "30m"});
    let request = with_text("/force-open/bank?dry_run=true", &body.to_string());
    let answer = desk.send(request).await.json();
    assert_eq!(
        answer["command"],
        "curl -X POST -H \"Authorization: Bearer $BREAKER_TOKEN\" -H 'Content-Type: application/json' \
         -d '{\"reason\":\"it'\\''s `down` $(x) \\u202e\\ud83d\\ude42\",\"ttl\":\"30m\"}' '{base}force-open/bank'"
    );
}
