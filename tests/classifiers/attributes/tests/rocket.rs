//! The routes of Rocket. No feature makes the error of a breaker a response here, so that of the program is one.

use breaker_runtime::{BreakerError, circuit_breaker};
use rocket::http::{ContentType, Header, Status};
use rocket::local::asynchronous::Client;
use rocket::response::{Responder, Response, Result as Answer};
use rocket::{Request, State, get, post, routes};

use crate::{breaker, ends};

/// The error of the program, which is a response.
#[derive(Debug, thiserror::Error)]
enum ShopError {
    #[error("there is no such article")]
    Unknown,
    #[error(transparent)]
    Breaker(#[from] BreakerError),
}

impl<'r> Responder<'r, 'static> for ShopError {
    fn respond_to(self, request: &'r Request<'_>) -> Answer<'static> {
        let error = match self {
            Self::Unknown => return Err(Status::NotFound),
            Self::Breaker(error) => error,
        };
        let status = match error {
            BreakerError::TimedOut(_) => Status::GatewayTimeout,
            _ => Status::ServiceUnavailable,
        };
        let mut response = Response::build_from(error.to_string().respond_to(request)?);
        response.status(status).header(ContentType::Plain);
        if let Some(time) = error.retry_after() {
            let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
            response.header(Header::new("retry-after", seconds.to_string()));
        }
        response.ok()
    }
}

struct Shop {
    price: u64,
}

#[get("/above/<article>?<pieces>")]
#[circuit_breaker(name = "rocket.above", success(Err(ShopError::Unknown)))]
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
        Err(ShopError::Unknown)
    }
}

#[circuit_breaker(name = "rocket.below", success(Err(ShopError::Unknown)))]
#[post("/below/<article>", data = "<pieces>")]
async fn below(shop: &State<Shop>, article: &str, pieces: String) -> Result<String, ShopError> {
    tokio::task::yield_now().await;
    let price = shop.price * pieces.parse().unwrap_or(1);
    if article == "tea" {
        Ok(price.to_string())
    } else {
        Err(ShopError::Unknown)
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
