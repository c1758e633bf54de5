//! A closure gets, and requires `Clone` of, only the arguments that it uses as variables.

use std::future::Future;
use std::pin::Pin;

use breaker_runtime::{CallError, circuit_breaker};

// Not `Clone`.
pub struct Order(pub String);
pub struct Json<T>(pub T);
pub struct Failed {
    pub status: u16,
    pub body: String,
}

#[circuit_breaker(name = "pass.wildcard", fallback_on = any, fallback = |error| match error {
    CallError::Inner(error) => Err(error),
    CallError::Breaker(_) => Err("rejected".to_owned()),
})]
pub async fn wildcard(_: Order) -> Result<u8, String> {
    Ok(1)
}

#[circuit_breaker(name = "pass.mutable", fallback_on = any, fallback = |error| {
    let mut text = String::from("rejected: ");
    text.push_str(&error.to_string());
    Err(text)
})]
pub async fn mutable(mut order: Order) -> Result<u8, String> {
    order.0.push('x');
    Ok(1)
}

#[circuit_breaker(
    name = "pass.extractor",
    fallback_on = any,
    fallback = |error| Ok(Json(error.to_string())),
)]
pub async fn extractor(Json(order): Json<Order>) -> Result<Json<String>, String> {
    Ok(Json(order.0))
}

#[circuit_breaker(name = "pass.field", fallback_on = any, fallback = |error| {
    drop(error);
    Err(Failed { status: 503, body: "rejected".to_owned() })
})]
pub async fn field(body: Order) -> Result<usize, Failed> {
    Ok(body.0.len())
}

#[circuit_breaker(
    name = "pass.prefix",
    fallback_on = any,
    fallback = |error| Err(format!("rejected: {error}")),
)]
pub async fn prefix(e: Order) -> Result<usize, String> {
    Ok(e.0.len())
}

#[circuit_breaker(
    name = "pass.hidden",
    fallback_on = any,
    fallback = |error| Err(error.to_string()),
)]
pub async fn hidden(error: Order) -> Result<usize, String> {
    Ok(error.0.len())
}

#[circuit_breaker(name = "pass.eager", fallback = |error| {
    let mut text = error.to_string();
    text.push('!');
    Err(text)
})]
pub fn eager(mut order: Order) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send>> {
    order.0.push('x');
    Box::pin(async move { Ok(order.0.len()) })
}

#[circuit_breaker(
    name = "pass.raw",
    fallback_on = any,
    fallback = |error| Err(format!("{type}: {error}")),
)]
pub fn raw(r#type: String) -> Result<usize, String> {
    Ok(r#type.len())
}

pub fn helper(text: String) -> String {
    text
}

impl Order {
    #[circuit_breaker(
        name = "pass.self_path",
        fallback_on = any,
        fallback = |error| Err(self::helper(error.to_string())),
    )]
    pub fn place(self) -> Result<usize, String> {
        Ok(self.0.len())
    }
}

pub struct Client(String);

pub trait Service {
    fn call(
        &mut self,
        request: String,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send>>;
}

impl Service for Client {
    #[circuit_breaker(name = "pass.service", fallback = |error| Err(error.to_string()))]
    fn call(
        &mut self,
        request: String,
    ) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send>> {
        let host = self.0.clone();
        Box::pin(async move { Ok(format!("{host}/{request}")) })
    }
}

pub struct Pool(Vec<u8>);

impl Pool {
    #[circuit_breaker(
        name = "pass.borrowed",
        fallback_on = any,
        fallback = |error| Err(std::io::Error::other(error.to_string())),
    )]
    pub async fn first(&mut self) -> std::io::Result<&mut u8> {
        self.0.first_mut().ok_or_else(|| std::io::Error::other("empty"))
    }
}

fn main() {}
