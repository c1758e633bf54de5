//! Where the routes may be: under any path, nested, at the root, and next to an application.

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use breaker_runtime::admin::Admin;
use breaker_runtime::{Config, Registry};
use http::Request;

use super::{Desk, SECRET, send, token};

async fn status(routes: &Router, path: &str) -> u16 {
    let request = Request::builder()
        .uri(path)
        .header("authorization", format!("Bearer {SECRET}"))
        .body(axum::body::Body::empty())
        .unwrap();
    send(routes, request).await.status
}

fn admin() -> Admin {
    let registry = Registry::new();
    registry.get_or_create("payment/eu", Config::new()).unwrap();
    Admin::new(&registry, token())
}

#[tokio::test]
async fn the_path_answers_with_and_without_a_slash() {
    let routes = admin().at("/circuits");
    for path in [
        "/circuits",
        "/circuits/",
        "/circuits/breakers",
        "/circuits/breakers/payment/eu",
    ] {
        assert_eq!(status(&routes, path).await, 200, "{path}");
    }
    assert_eq!(status(&admin().at("/circuits/"), "/circuits").await, 200);
    assert_eq!(status(&routes, "/other").await, 404);
}

#[tokio::test]
async fn a_slash_in_a_name_may_be_encoded() {
    let routes = admin().at("/circuits");
    for name in ["payment/eu", "payment%2Feu", "payment%2feu", "%70ayment/eu"] {
        assert_eq!(
            status(&routes, &format!("/circuits/breakers/{name}")).await,
            200,
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_root_is_a_place_too() {
    let routes = admin().at("");
    for path in ["/", "/breakers", "/breakers/payment/eu"] {
        assert_eq!(status(&routes, path).await, 200, "{path}");
    }
    assert_eq!(status(&routes, "/nothing").await, 404);
}

#[tokio::test]
async fn the_routes_can_be_nested_twice_and_under_a_parameter() {
    let inner = Router::new().nest("/b", admin().at("/circuits"));
    let routes = Router::new().nest("/a", inner);
    assert_eq!(
        status(&routes, "/a/b/circuits/breakers/payment/eu").await,
        200
    );
    assert_eq!(status(&routes, "/a/b/circuits/").await, 200);

    let routes = Router::new().nest("/{tenant}", admin().at("/circuits"));
    assert_eq!(
        status(&routes, "/acme/circuits/breakers/payment/eu").await,
        200
    );
    assert_eq!(status(&routes, "/acme/circuits").await, 200);
}

#[tokio::test]
async fn an_application_keeps_its_state_and_its_fallback() {
    let greet =
        async |State(name): State<&'static str>, Path(user): Path<String>| format!("{name} {user}");
    let routes = Router::new()
        .route("/{user}", get(greet))
        .fallback(async || "the application's page")
        .merge(admin().at("/circuits"))
        .with_state("hello");
    assert_eq!(status(&routes, "/circuits/breakers").await, 200);
    // A mistyped path beneath is no page of the application.
    assert_eq!(status(&routes, "/circuits/braekers").await, 404);
    assert_eq!(status(&routes, "/a/b/c").await, 200);
}

#[tokio::test]
async fn an_unknown_path_says_what_was_meant_and_a_wrong_method_what_is_allowed() {
    let desk = Desk::new();
    let answer = desk.get("/braekers").await;
    assert_eq!(answer.problem(), (404, "no-route".to_owned()));
    assert_eq!(answer.json()["nearest"], "breakers");
    assert_eq!(answer.json()["instance"], "/circuits/braekers");

    for method in ["POST", "DELETE", "OPTIONS", "PUT"] {
        let answer = desk.send(super::operator(method, "/breakers")).await;
        assert_eq!(answer.problem(), (405, "method".to_owned()), "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD");
    }
}

#[tokio::test]
async fn the_description_is_served_without_access() {
    let desk = Desk::new();
    let answer = desk.send(super::request("GET", "/openapi.json", &[])).await;
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.json()["openapi"], "3.1.0");
}

#[tokio::test]
async fn head_is_answered_as_get_without_a_body() {
    let desk = Desk::new();
    let head = desk.send(super::operator("HEAD", "/breakers")).await;
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(
        head.header("etag"),
        desk.get("/breakers").await.header("etag")
    );
}
