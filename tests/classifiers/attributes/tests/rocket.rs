//! The routes of Rocket. The feature `rocket` makes the error of a breaker a response.

use breaker_runtime::{BreakerError, circuit_breaker};
use rocket::http::Status;
use rocket::local::asynchronous::Client;
use rocket::{Responder, State, get, post, routes};

use crate::{breaker, ends};

/// The error of the program, which is a response.
#[derive(Debug, thiserror::Error, Responder)]
enum ShopError {
    #[response(status = 404)]
    #[error("{0}")]
    Unknown(&'static str),
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

const UNKNOWN: ShopError = ShopError::Unknown("there is no such article");

struct Shop {
    price: u64,
}

#[get("/above/<article>?<pieces>")]
#[circuit_breaker(name = "rocket.above", success(Err(ShopError::Unknown(_))))]
async fn above(
    shop: &State<Shop>,
    article: &str,
    pieces: Option<u64>,
) -> Result<String, ShopError> {
    tokio::task::yield_now().await;
    let price = shop.price * pieces.unwrap_or(1);
    if article == "tea" {
        Ok(price.to_string())
    } else {
        Err(UNKNOWN)
    }
}

#[circuit_breaker(name = "rocket.below", success(Err(ShopError::Unknown(_))))]
#[post("/below/<article>", data = "<pieces>")]
async fn below(shop: &State<Shop>, article: &str, pieces: String) -> Result<String, ShopError> {
    tokio::task::yield_now().await;
    let price = shop.price * pieces.parse().unwrap_or(1);
    if article == "tea" {
        Ok(price.to_string())
    } else {
        Err(UNKNOWN)
    }
}

#[rocket::async_test]
async fn a_route_is_guarded_in_both_orders() {
    let shop = rocket::build()
        .manage(Shop { price: 3 })
        .mount("/", routes![above, below]);
    let client = Client::untracked(shop).await.unwrap();

    let tea = client.get("/above/tea?pieces=2").dispatch().await;
    assert_eq!(tea.into_string().await.unwrap(), "6");
    let salt = client.get("/above/salt").dispatch().await;
    assert_eq!(salt.status(), Status::NotFound);
    assert_eq!(ends("rocket.above"), (2, 0, 0));
    breaker("rocket.above").trip();
    let rejected = client.get("/above/tea").dispatch().await;
    assert_eq!(rejected.status(), Status::ServiceUnavailable);
    assert_eq!(rejected.headers().get_one("retry-after"), Some("30"));
    assert!(
        rejected
            .into_string()
            .await
            .unwrap()
            .contains(r#""breaker":"rocket.above""#)
    );
    assert_eq!(ends("rocket.above"), (2, 0, 1));

    let tea = client.post("/below/tea").body("4").dispatch().await;
    assert_eq!(tea.into_string().await.unwrap(), "12");
    let salt = client.post("/below/salt").body("4").dispatch().await;
    assert_eq!(salt.status(), Status::NotFound);
    assert_eq!(ends("rocket.below"), (2, 0, 0));
    breaker("rocket.below").trip();
    let rejected = client.post("/below/tea").body("4").dispatch().await;
    assert_eq!(rejected.status(), Status::ServiceUnavailable);
    assert_eq!(ends("rocket.below"), (2, 0, 1));
}
