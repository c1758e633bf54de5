//! `#[axum::debug_handler]`, which checks what a handler takes and returns.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, debug_handler};
use breaker_runtime::{BreakerError, circuit_breaker};
use http_body_util::BodyExt as _;
use serde::{Deserialize, Serialize};
use tower::ServiceExt as _;

use crate::{breaker, ends};

#[derive(Clone)]
struct Shop {
    price: u64,
}

#[derive(Deserialize, Serialize)]
struct Order {
    pieces: u64,
}

/// The error of the program, which is a response.
#[derive(Debug, thiserror::Error)]
enum ShopError {
    #[error("there is no such article")]
    Unknown,
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

impl IntoResponse for ShopError {
    fn into_response(self) -> Response {
        match self {
            Self::Unknown => StatusCode::NOT_FOUND.into_response(),
            Self::Breaker(error) => error.into_response(),
        }
    }
}

#[debug_handler]
#[circuit_breaker(name = "axum.above", success(Err(ShopError::Unknown)))]
async fn above(
    State(shop): State<Shop>,
    Path(article): Path<String>,
    Json(order): Json<Order>,
) -> Result<Json<u64>, ShopError> {
    tokio::task::yield_now().await;
    if article == "tea" {
        Ok(Json(shop.price * order.pieces))
    } else {
        Err(ShopError::Unknown)
    }
}

#[circuit_breaker(name = "axum.below", success(Err(ShopError::Unknown)))]
#[debug_handler(state = Shop)]
async fn below(
    State(shop): State<Shop>,
    Path(article): Path<String>,
    Json(order): Json<Order>,
) -> Result<Json<u64>, ShopError> {
    tokio::task::yield_now().await;
    if article == "tea" {
        Ok(Json(shop.price * order.pieces))
    } else {
        Err(ShopError::Unknown)
    }
}

#[debug_handler]
#[circuit_breaker(
    name = "axum.status",
    failure(status if status.is_server_error()),
    fallback = |_| StatusCode::IM_A_TEAPOT,
)]
async fn without_a_result() -> StatusCode {
    StatusCode::OK
}

async fn ask(routes: &Router, request: Request<Body>) -> (u16, String) {
    let response = routes.clone().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn order(path: &str, pieces: u64) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    request
        .body(Body::from(format!(r#"{{"pieces":{pieces}}}"#)))
        .unwrap()
}

#[tokio::test]
async fn a_handler_is_checked_and_guarded_in_both_orders() {
    let routes = Router::new()
        .route("/above/{article}", post(above))
        .route("/below/{article}", post(below))
        .with_state(Shop { price: 3 });
    for (path, name) in [("/above", "axum.above"), ("/below", "axum.below")] {
        let tea = ask(&routes, order(&format!("{path}/tea"), 2)).await;
        assert_eq!(tea, (200, "6".to_owned()));
        let soap = ask(&routes, order(&format!("{path}/soap"), 2)).await;
        assert_eq!(soap.0, 404);
        assert_eq!(ends(name), (2, 0, 0));

        breaker(name).trip();
        let (status, body) = ask(&routes, order(&format!("{path}/tea"), 2)).await;
        assert_eq!(status, 503);
        assert!(body.contains(name), "{body}");
        // Extractors run before the handler, so the breaker does not see a request that they reject.
        let (status, _) = ask(
            &routes,
            Request::post(format!("{path}/tea"))
                .body(Body::empty())
                .unwrap(),
        )
        .await;
        assert_eq!(status, 415);
        assert_eq!(ends(name), (2, 0, 1));
    }
}

#[tokio::test]
async fn a_handler_without_a_result_answers_by_its_fallback() {
    let routes = Router::new().route("/", get(without_a_result));
    let request = || Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(ask(&routes, request()).await.0, 200);
    breaker("axum.status").trip();
    assert_eq!(ask(&routes, request()).await.0, 418);
}
