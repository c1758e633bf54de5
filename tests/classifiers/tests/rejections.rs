//! The errors of a breaker as responses of actix-web, poem and Rocket, and as a status of tonic.

use std::error::Error as _;
use std::time::Duration;

use actix_web::ResponseError as _;
use actix_web::body::MessageBody;
use actix_web::error::PayloadError;
use breaker_runtime::{
    BreakerError, CallError, CircuitBreaker, ClassifyError, Config, Outcome, Registry, Rejection,
    TimedOut, circuit_breaker,
};
use poem::error::ResponseError as _;
use tonic::{Code, Status};

fn open() -> CircuitBreaker {
    let config = Config::new().open_for(Duration::from_millis(29_500));
    let breaker = Registry::new().get_or_create("bank", config).unwrap();
    breaker.trip();
    breaker
}

fn rejection() -> Rejection {
    open().try_acquire().unwrap_err()
}

/// The error of a call that took too long.
async fn timed_out() -> BreakerError {
    #[circuit_breaker(name = "slow-bank", call_timeout = "1ms")]
    async fn hang() -> Result<(), BreakerError> {
        std::future::pending().await
    }

    hang().await.unwrap_err()
}

const REJECTED: &str =
    r#"{"error":"rejected","breaker":"bank","state":"open","reason":"open","retry_after":30}"#;
const LATE: &str = r#"{"error":"timed_out","breaker":"slow-bank"}"#;

/// Status, `Retry-After`, type, cache and body.
type Seen = (u16, Option<String>, String, String, String);

fn rejected() -> Seen {
    let (json, no_store) = ("application/json".to_owned(), "no-store".to_owned());
    (
        503,
        Some("30".to_owned()),
        json,
        no_store,
        REJECTED.to_owned(),
    )
}

fn late() -> Seen {
    let (json, no_store) = ("application/json".to_owned(), "no-store".to_owned());
    (504, None, json, no_store, LATE.to_owned())
}

fn of_actix(error: &dyn actix_web::ResponseError) -> Seen {
    let response = error.error_response();
    assert_eq!(response.status(), error.status_code());
    let header = |name| Some(response.headers().get(name)?.to_str().unwrap().to_owned());
    let seen = (
        response.status().as_u16(),
        header("retry-after"),
        header("content-type").unwrap(),
        header("cache-control").unwrap(),
    );
    let body = response
        .into_body()
        .try_into_bytes()
        .expect("it is in memory");
    let body = String::from_utf8(body.to_vec()).unwrap();
    (seen.0, seen.1, seen.2, seen.3, body)
}

#[tokio::test]
async fn actix_responds_with_503_and_504() {
    assert_eq!(of_actix(&rejection()), rejected());
    assert_eq!(of_actix(&BreakerError::from(rejection())), rejected());
    assert_eq!(of_actix(&timed_out().await), late());
    let breaker: CallError<PayloadError> = CallError::Breaker(rejection().into());
    assert_eq!(of_actix(&breaker), rejected());
    let inner = CallError::Inner(PayloadError::Overflow);
    assert_eq!(inner.status_code().as_u16(), 413);
}

#[actix_web::test]
async fn a_handler_of_actix_returns_the_error() {
    use actix_web::{App, test, web};

    async fn charge() -> Result<&'static str, BreakerError> {
        Err(rejection().into())
    }

    let app = test::init_service(App::new().route("/", web::get().to(charge))).await;
    let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
    assert_eq!(response.status().as_u16(), 503);
    assert_eq!(response.headers().get("retry-after").unwrap(), "30");
    assert_eq!(test::read_body(response).await, REJECTED);
}

async fn of_poem(response: poem::Response) -> Seen {
    let header = |name: &str| Some(response.header(name)?.to_owned());
    let (status, seconds) = (response.status().as_u16(), header("retry-after"));
    let (kind, cache) = (
        header("content-type").unwrap(),
        header("cache-control").unwrap(),
    );
    let body = response.into_body().into_string().await.unwrap();
    (status, seconds, kind, cache, body)
}

#[tokio::test]
async fn poem_responds_with_503_and_504() {
    assert_eq!(of_poem(rejection().as_response()).await, rejected());
    assert_eq!(
        of_poem(BreakerError::from(rejection()).as_response()).await,
        rejected()
    );
    assert_eq!(of_poem(timed_out().await.as_response()).await, late());
    assert_eq!(rejection().status().as_u16(), 503);
}

#[tokio::test]
async fn a_handler_of_poem_passes_the_error_on() {
    use poem::endpoint::make;
    use poem::{Endpoint, EndpointExt, Request};

    let charge = make(|_: Request| async {
        let charged: Result<&'static str, BreakerError> = Err(rejection().into());
        Ok::<_, poem::Error>(charged?)
    });
    let response = charge
        .map_to_response()
        .get_response(Request::default())
        .await;
    assert_eq!(of_poem(response).await, rejected());
}

async fn of_rocket(path: &str) -> Seen {
    use rocket::http::Status;
    use rocket::local::asynchronous::Client;
    use rocket::{catch, catchers, get, routes};

    #[get("/rejection")]
    fn of_rejection() -> Rejection {
        rejection()
    }

    #[get("/breaker")]
    fn of_breaker() -> Result<&'static str, BreakerError> {
        Err(rejection().into())
    }

    #[get("/late")]
    async fn of_late() -> Result<&'static str, BreakerError> {
        Err(timed_out().await)
    }

    #[get("/timed-out")]
    async fn of_timed_out() -> Option<TimedOut> {
        match timed_out().await {
            BreakerError::TimedOut(timed_out) => Some(timed_out),
            _ => None,
        }
    }

    #[get("/call/<own>")]
    fn of_call(own: bool) -> Result<&'static str, CallError<(Status, &'static str)>> {
        Err(if own {
            CallError::Inner((Status::PayloadTooLarge, "too much"))
        } else {
            CallError::Breaker(rejection().into())
        })
    }

    #[catch(default)]
    fn caught() -> &'static str {
        "caught"
    }

    let routes = routes![of_rejection, of_breaker, of_late, of_timed_out, of_call];
    let server = rocket::build()
        .mount("/", routes)
        .register("/", catchers![caught]);
    let client = Client::untracked(server).await.unwrap();
    let response = client.get(path).dispatch().await;
    let header = |name| response.headers().get_one(name).map(str::to_owned);
    let (status, seconds) = (response.status().code, header("retry-after"));
    let kind = header("content-type").unwrap();
    let cache = header("cache-control").unwrap_or_default();
    let body = response.into_string().await.unwrap();
    (status, seconds, kind, cache, body)
}

#[tokio::test]
async fn rocket_responds_with_503_and_504_whatever_the_catchers() {
    assert_eq!(of_rocket("/rejection").await, rejected());
    assert_eq!(of_rocket("/breaker").await, rejected());
    assert_eq!(of_rocket("/late").await, late());
    assert_eq!(of_rocket("/timed-out").await, late());
    assert_eq!(of_rocket("/call/false").await, rejected());
    let own = of_rocket("/call/true").await;
    assert_eq!((own.0, own.1, own.4.as_str()), (413, None, "too much"));
}

#[test]
fn a_rejection_is_an_unavailable_status() {
    let status = Status::from(rejection());
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(status.message(), rejection().to_string());
    assert_eq!(status.metadata().get("retry-after").unwrap(), "30");
    let source = status
        .source()
        .and_then(|source| source.downcast_ref::<BreakerError>());
    assert_eq!(source.unwrap().name(), "bank");
    // Here, it is the error of another breaker; after the network, it is the answer of a server.
    assert_eq!(status.outcome(), Outcome::Ignored);
    let received = Status::with_metadata(status.code(), "", status.metadata().clone());
    assert_eq!(received.outcome(), Outcome::Failure);
    assert_eq!(received.retry_after(), Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn a_timed_out_call_is_a_deadline_that_has_passed() {
    let status = Status::from(timed_out().await);
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(status.metadata().is_empty());
    let called: CallError<Status> = CallError::Inner(Status::not_found("tea"));
    assert_eq!(Status::from(called).code(), Code::NotFound);
}

#[test]
fn the_key_of_a_breaker_is_in_no_answer() {
    let registry = Registry::new();
    let breaker = registry
        .get_or_create_keyed("bank", "alice", Config::new())
        .unwrap();
    breaker.trip();
    let rejection = breaker.try_acquire().unwrap_err();
    assert!(!of_actix(&rejection).4.contains("alice"));
    assert!(!Status::from(rejection).message().contains("alice"));
}
