//! The files of settings, the health, and the look at the watched files.

use std::sync::mpsc;
use std::time::Duration;

use breaker_runtime::Config;
use serde_json::{Value, json};

use super::{Desk, SettingsFile, operator, request, token, with_body};

/// Longer than any test: only a request makes the watch look.
const NEVER: Duration = Duration::from_secs(3600);

async fn config(desk: &Desk) -> Value {
    let answer = desk.get("/config").await;
    assert_eq!(answer.status, 200);
    answer.json()
}

#[tokio::test]
async fn before_any_load_nothing_is_watched_and_nothing_was_loaded() {
    let desk = Desk::new();
    let config = config(&desk).await;
    assert_eq!(config["watched"], Value::Null);
    assert_eq!(config["last_load"], Value::Null);
}

#[tokio::test]
async fn the_last_load_is_shown_with_its_report_or_its_problems() {
    let desk = Desk::new();
    let file = SettingsFile::new("[breakers.bank]\nthreshold = 3\n[breakers.bnak]\n");
    desk.registry.load(file.path()).unwrap();
    let loaded = config(&desk).await["last_load"].clone();
    assert_eq!(loaded["path"], file.path());
    assert_eq!(loaded["report"]["configured"], json!(["bank"]));
    assert_eq!(loaded["report"]["unknown"][0]["nearest"], "bank");
    assert_eq!(loaded["problems"], json!([]));

    desk.advance(Duration::from_secs(60));
    file.write("[breakers.bank]\ntreshold = 3\n");
    desk.registry.load(file.path()).unwrap_err();
    let failed = config(&desk).await["last_load"].clone();
    assert_eq!(failed["report"], Value::Null);
    assert_eq!(failed["problems"][0]["line"], 2);
    let message = failed["problems"][0]["message"].as_str().unwrap();
    assert!(message.contains("did you mean `threshold`?"), "{message}");
    assert_ne!(failed["at"], loaded["at"]);

    desk.registry.load("missing.toml").unwrap_err();
    assert_eq!(config(&desk).await["last_load"]["path"], "missing.toml");
    desk.registry.load_strict("gone.toml").unwrap_err();
    assert_eq!(config(&desk).await["last_load"]["path"], "gone.toml");
}

/// Makes a desk whose admin has a watch over a file, which looks only if it is asked.
fn watching(file: &SettingsFile) -> Desk {
    Desk::with_registry(token(), |registry, admin| {
        let watch = registry.watch(file.path(), NEVER, drop).unwrap();
        admin.watches(watch)
    })
}

#[tokio::test]
async fn a_check_loads_what_has_changed() {
    let file = SettingsFile::new("[breakers.bank]\nthreshold = 3\n");
    let desk = watching(&file);
    assert_eq!(config(&desk).await["watched"], file.path());
    file.write("[breakers.bank]\nthreshold = 4\n");
    let answer = desk.send(operator("POST", "/config/check")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json(), config(&desk).await);
    assert_eq!(desk.bank.config().threshold, Some(4));

    file.write("");
    let answer = desk.send(operator("POST", "/config/check")).await.json();
    let message = answer["last_load"]["problems"][0]["message"].as_str();
    assert!(message.unwrap().contains("no settings any more"));
    assert_eq!(desk.bank.config().threshold, Some(4));
}

#[tokio::test]
async fn a_check_without_a_watch_says_what_to_write() {
    let desk = Desk::new();
    let answer = desk.send(operator("POST", "/config/check")).await;
    assert_eq!(answer.problem(), (409, "not-watched".to_owned()));
    let detail = answer.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("Admin::watches"), "{detail}");
}

#[tokio::test(start_paused = true)]
async fn a_check_that_takes_too_long_is_a_problem() {
    let file = SettingsFile::new("[breakers.bank]\nthreshold = 3\n");
    let (release, blocked) = mpsc::channel::<()>();
    let desk = Desk::with_registry(token(), |registry, admin| {
        let block = move |_| {
            let _ = blocked.recv();
        };
        let watch = registry.watch(file.path(), NEVER, block).unwrap();
        admin.watches(watch)
    });
    let request = desk.send(operator("POST", "/config/check"));
    let (answer, ()) = tokio::join!(request, tokio::time::advance(Duration::from_secs(11)));
    assert_eq!(answer.problem(), (503, "busy".to_owned()));
    assert_eq!(answer.header("retry-after"), "10");
    drop(release);
}

#[tokio::test]
async fn a_check_accepts_a_reason_and_nothing_else() {
    let file = SettingsFile::new("[breakers.bank]\nthreshold = 3\n");
    let desk = watching(&file);
    for (body, status) in [
        (json!({"reason": "INC-42"}), 200),
        (json!({"path": "x"}), 400),
    ] {
        let request = with_body("POST", "/config/check", &body);
        assert_eq!(desk.send(request).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn the_health_is_that_of_the_handler_of_axum_and_needs_reading() {
    let desk = Desk::new();
    let config = Config::new().critical(true);
    let gate = desk.registry.get_or_create("gate", config).unwrap();
    let handler = axum::Router::new().route(
        "/circuits/health",
        breaker_runtime::axum::health(&desk.registry),
    );
    for (status, prepare) in [(200, None), (503, Some(gate))] {
        if let Some(breaker) = prepare {
            breaker.trip();
        }
        let answer = desk.get("/health").await;
        let same = super::send(&handler, operator("GET", "/health")).await;
        assert_eq!((answer.status, same.status), (status, status));
        assert_eq!(answer.text, same.text);
    }
    let answer = desk.send(request("GET", "/health", &[])).await;
    assert_eq!(answer.problem(), (401, "token-needed".to_owned()));
}
