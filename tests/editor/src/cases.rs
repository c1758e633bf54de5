//! Functions at which `ci/editor.py` asks rust-analyzer the same questions with and without their attributes.
#![allow(unused_imports, unused_mut, dead_code)]

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use breaker_runtime::{BreakerError, Outcome, circuit_breaker};

pub const NAME: &str = "editor/named";
pub const LIMIT: u32 = 5;
pub const PERIOD: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub enum PayError {
    Declined { code: u16 },
    Busy,
    Breaker(BreakerError),
}

impl From<BreakerError> for PayError {
    fn from(error: BreakerError) -> Self {
        Self::Breaker(error)
    }
}

impl PayError {
    pub fn is_declined(&self) -> bool {
        matches!(self, Self::Declined { .. })
    }

    pub fn wait(&self) -> Option<Duration> {
        None
    }
}

#[derive(Clone, Debug, Default)]
pub struct Order {
    pub id: u64,
    pub host: String,
    pub lines: Vec<u64>,
}

impl Order {
    pub fn total(&self) -> u64 {
        self.lines.iter().sum()
    }

    pub fn ship(&self, place: &str, fast: bool) -> Result<u64, PayError> {
        if fast { Ok(self.id + place.len() as u64) } else { Err(PayError::Busy) }
    }
}

pub struct Method {
    pub fee: u64,
}

fn pay_later(order: Order, method: &Method, tries: u32) -> Result<u64, PayError> {
    Ok(order.id + method.fee + u64::from(tries))
}

fn judge(answer: &Result<u64, PayError>) -> Outcome {
    if answer.is_ok() { Outcome::Success } else { Outcome::Failure }
}

#[circuit_breaker(name = "editor/charge", threshold = LIMIT, open_for = PERIOD)]
pub fn charge(order: Order, method: &Method) -> Result<u64, PayError> {
    let total = order.total() + method.fee;
    if total == 0 {
        return Err(PayError::Declined { code: 7 });
    }
    Ok(total)
}

#[circuit_breaker(name = NAME, fallback = |error| { println!("{} {error}", order.total()); Err(error.into()) })]
pub fn charge_or_wait(order: Order, tries: u32) -> Result<u64, PayError> {
    let renamed = order.total();
    println!("{renamed} {tries} {}", order.host);
    order.ship("here", tries > 1)
}

#[circuit_breaker(name = "editor/later", fallback = pay_later)]
pub fn charge_or_later(order: Order, method: &Method, mut tries: u32) -> Result<u64, PayError> {
    while tries > 0 {
        tries -= 1;
        if let Ok(shipped) = order.ship("there", true) {
            return Ok(shipped + method.fee);
        }
    }
    Err(PayError::Busy)
}

#[circuit_breaker(name = "editor/keyed", key = host, threshold = 3, max_keys = 10)]
pub fn call_host(host: &str, order: &Order) -> Result<usize, PayError> {
    let parts = host.split('.').map(|part| part.len());
    let longest = parts.max().unwrap_or_default();
    Ok(longest + order.lines.len() + host.len())
}

#[circuit_breaker(name = "editor/patterns", ignore(Err(PayError::Declined { .. })), failure(Err(error) if error.is_declined()))]
pub fn take_apart(Order { id, lines, .. }: Order, (left, right): (u64, u64)) -> Result<u64, PayError> {
    let first = lines.first().copied().ok_or(PayError::Busy)?;
    Ok(id + first + left * right)
}

#[circuit_breaker(name = "editor/async", call_timeout = "2s", open_for_hint = |answer| answer.as_ref().err()?.wait())]
pub async fn charge_async(order: Order, method: &Method) -> Result<u64, PayError> {
    let total = wait_for(order.total()).await;
    let shipped = order.ship("far", total > 3)?;
    Ok(total + shipped + method.fee)
}

#[circuit_breaker(name = "editor/any", fallback_on = any, fallback = |_error| order.ship("back", false))]
pub async fn charge_any(order: Order, mut count: u32) -> Result<u64, PayError> {
    count += 1;
    let list: Vec<u64> = order.lines.iter().map(|line| line * u64::from(count)).collect();
    list.into_iter().max().ok_or_else(|| PayError::Declined { code: 1 })
}

#[circuit_breaker(name = "editor/boxed")]
pub fn charge_boxed(order: Order) -> Pin<Box<dyn Future<Output = Result<u64, PayError>> + Send>> {
    Box::pin(async move {
        let total = order.total();
        Ok(total)
    })
}

#[circuit_breaker(name = "editor/future", classify = judge)]
pub fn charge_future(order: &Order) -> impl Future<Output = Result<u64, PayError>> {
    let total = order.total();
    async move { Ok(wait_for(total).await) }
}

#[circuit_breaker(name = "editor/generic", window = 20, failure_rate = 0.5)]
pub fn show<T: fmt::Display + Clone>(value: T, times: usize) -> Result<String, PayError> {
    let mut text = String::new();
    for turn in 0..times {
        text.push_str(&value.to_string());
        text.push_str(&turn.to_string());
    }
    Ok(text.clone())
}

pub struct Client {
    pub base: String,
    calls: u64,
}

impl Client {
    fn host(&self) -> &str {
        &self.base
    }

    fn busy(&self, order: Order) -> Result<u64, PayError> {
        Ok(order.id)
    }

    #[circuit_breaker(name = "editor/method", key = self.host(), fallback = Self::busy)]
    pub fn pay(&self, order: Order) -> Result<u64, PayError> {
        let path = format!("{}/{}", self.base, order.id);
        match order.ship(&path, self.calls > 2) {
            Ok(shipped) => Ok(shipped),
            Err(error) if error.is_declined() => Err(PayError::Busy),
            Err(error) => Err(error),
        }
    }

    #[circuit_breaker(name = "editor/changing", slow_call = "2s", latency = true)]
    pub async fn pay_later(&mut self, order: Order) -> Result<u64, PayError> {
        self.calls += 1;
        let shipped = self.busy(order.clone())?;
        Ok(shipped + wait_for(self.calls).await)
    }
}

async fn wait_for(value: u64) -> u64 {
    value
}
