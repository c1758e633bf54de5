//! Settings by requests: their layers, and changes at run time.

use axum::body::Body;
use breaker_runtime::{Config, Overrides, Registry, Window};
use http::Request;
use serde_json::{Value, json};

use super::{Desk, Reply, as_dry_run, operator};

fn change(method: &str, path: &str, body: &Value) -> Request<Body> {
    let mut request = operator(method, path);
    let patch = "application/merge-patch+json".parse().unwrap();
    request.headers_mut().insert("content-type", patch);
    if !body.is_null() {
        *request.body_mut() = Body::from(body.to_string());
    }
    request
}

async fn patch(desk: &Desk, query: &str, body: Value) -> Reply {
    let path = format!("/settings/bank{query}");
    desk.send(change("PATCH", &path, &body)).await
}

fn configure(registry: &Registry, overrides: Overrides) {
    registry.configure("bank", overrides).unwrap();
}

/// Returns what an answer says about one setting.
fn setting<'a>(body: &'a Value, name: &str) -> &'a Value {
    let mut settings = body["settings"].as_array().unwrap().iter();
    settings.find(|it| it["setting"] == name).unwrap()
}

#[tokio::test]
async fn each_setting_has_its_value_and_its_layers() {
    let desk = Desk::new();
    let overrides = Overrides {
        threshold: Some(20),
        ..Overrides::default()
    };
    configure(&desk.registry, overrides);
    let body = desk.get("/settings/bank").await.json();
    assert_eq!(body["configured"], json!({"threshold": 20}));
    let threshold = setting(&body, "threshold");
    assert_eq!(threshold["value"], "20");
    let layers: Vec<_> = threshold["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["layer"])
        .collect();
    assert_eq!(layers, ["runtime", "default"]);
    assert_eq!(
        desk.get("/settings/bnak").await.problem(),
        (404, "unknown-breaker".to_owned())
    );
}

#[tokio::test]
async fn a_patch_sets_turns_off_and_takes_back_single_settings() {
    let desk = Desk::new();
    let answer = patch(
        &desk,
        "?reason=INC-42",
        json!({"threshold": "off", "open_for": "5s"}),
    )
    .await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    assert_eq!(body["changed"], true);
    assert_eq!(body["who"], "on-call");
    let changes: Vec<_> = body["changes"].as_array().unwrap().iter().collect();
    assert_eq!(
        (
            &changes[0]["setting"],
            &changes[0]["from"],
            &changes[0]["to"]
        ),
        (&json!("threshold"), &json!("5"), &json!("off"))
    );
    assert_eq!(desk.bank.config().threshold, None);
    assert_eq!(
        desk.registry.actions()[0].by.reason.as_deref(),
        Some("INC-42")
    );

    patch(&desk, "", json!({"threshold": null})).await;
    assert_eq!(desk.bank.config().threshold, Some(5));
    let body = desk.get("/settings/bank").await.json();
    assert_eq!(body["configured"], json!({"open_for": "5s"}));
}

#[tokio::test]
async fn a_dry_run_tells_the_changes_and_changes_nothing() {
    let desk = Desk::new();
    let body = json!({"window": 100, "max_failures": 3});
    let mut dry = patch(&desk, "?dry_run=true", body.clone()).await.json();
    assert_eq!(desk.bank.config().window, None);
    assert_eq!(desk.registry.actions(), []);
    let done = patch(&desk, "", body).await.json();
    // The dry run has no actor.
    for change in dry["changes"].as_array_mut().unwrap() {
        change["by"] = json!({"actor": "on-call", "reason": null});
    }
    assert_eq!(dry, as_dry_run(done));
}

#[tokio::test]
async fn the_undo_brings_back_what_was_configured_before() {
    let desk = Desk::new();
    let before = Overrides {
        threshold: Some(20),
        half_open_calls: Some(1),
        ..Overrides::default()
    };
    configure(&desk.registry, before);
    let settings = desk.bank.config();
    for request in [
        change(
            "PATCH",
            "/settings/bank",
            &json!({"threshold": "off", "open_for": "5s"}),
        ),
        change("DELETE", "/settings/bank", &Value::Null),
    ] {
        let answer = desk.send(request).await.json();
        assert_ne!(desk.bank.config(), settings);
        let undo = &answer["undo"];
        assert_eq!(
            (&undo["method"], &undo["path"]),
            (&json!("PATCH"), &json!("settings/bank"))
        );
        assert_eq!(patch(&desk, "", undo["body"].clone()).await.status, 200);
        assert_eq!(desk.bank.config(), settings);
    }
}

#[tokio::test]
async fn two_operators_do_not_overwrite_each_other() {
    let desk = Desk::new();
    let seen = desk.get("/settings/bank").await.header("etag").to_owned();
    let with_tag = |tag: &str, body: Value| {
        let mut request = change("PATCH", "/settings/bank", &body);
        request
            .headers_mut()
            .insert("if-match", tag.parse().unwrap());
        request
    };
    let first = desk.send(with_tag(&seen, json!({"threshold": 7}))).await;
    assert_eq!(first.status, 200);
    let second = desk.send(with_tag(&seen, json!({"threshold": 9}))).await;
    assert_eq!(second.problem(), (412, "settings-changed".to_owned()));
    assert_eq!(second.json()["configured"], json!({"threshold": 7}));
    assert_eq!(desk.bank.config().threshold, Some(7));

    let tag = second.json()["etag"].as_str().unwrap().to_owned();
    assert_eq!(first.header("etag"), tag);
    assert_eq!(
        desk.send(with_tag(&tag, json!({"threshold": 9})))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_wrong_setting_is_422_with_everything_that_is_wrong() {
    let desk = Desk::new();
    for (body, detail) in [
        (
            json!({"treshold": 3}),
            "unknown setting `treshold`; did you mean `threshold`?",
        ),
        (json!({"open_for": "off"}), "open_for"),
        (json!({"open_for": 30}), "must be a duration"),
        (json!({"threshold": {"a": 1}}), "invalid type"),
        (json!({"jitter": 7}), "jitter"),
        (json!({"failure_rate": 0.5}), "`failure_rate`"),
    ] {
        for query in ["", "?dry_run=true"] {
            let answer = patch(&desk, query, body.clone()).await;
            assert_eq!(answer.problem(), (422, "setting".to_owned()), "{body}");
            let text = answer.json()["detail"].as_str().unwrap().to_owned();
            assert!(text.contains(detail), "{text}");
        }
    }
    let answer = patch(&desk, "", json!({"failure_rate": 0.5, "ramp": "1s"})).await;
    assert_eq!(answer.json()["errors"][0]["setting"], "failure_rate");
    assert_eq!(desk.registry.actions(), []);

    let mut request = change("PATCH", "/settings/bank", &Value::Null);
    *request.body_mut() = Body::from("{\"threshold\": \n ,}");
    let answer = desk.send(request).await;
    assert_eq!(answer.problem(), (400, "bad-body".to_owned()));
    assert_eq!(answer.json()["line"], 2);

    let answer = desk.send(operator("PATCH", "/settings/bank")).await;
    assert_eq!(answer.problem(), (415, "media-type".to_owned()));
}

#[tokio::test]
async fn a_dry_run_warns_of_a_rule_that_is_met_and_of_a_window_that_is_emptied() {
    let desk = Desk::new();
    let config = Config::new().window(Window::Calls(10)).max_failures(5);
    let gate = desk.registry.get_or_create("gate", config).unwrap();
    for _ in 0..3 {
        let _ = gate.call(|| Err::<(), _>("down"));
    }
    let warnings = async |body: Value| {
        let request = change("PATCH", "/settings/gate?dry_run=true", &body);
        desk.send(request).await.json()["warnings"].clone()
    };
    let met = "the counts meet `max_failures`: the next failure opens the circuit";
    assert_eq!(warnings(json!({"max_failures": 3})).await, json!([met]));
    let emptied = "the calls in the window are forgotten";
    assert_eq!(warnings(json!({"window": 20})).await, json!([emptied]));
}
