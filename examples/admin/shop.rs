//! The functions of a shop that call other services, each behind a circuit breaker.

use breaker_runtime::{
    BreakerError, CircuitBreaker, Config, ConfigError, Registry, Window, circuit_breaker,
};
use reqwest::{Client, StatusCode};

use crate::services::Services;

#[derive(Debug, thiserror::Error)]
pub(crate) enum ShopError {
    #[error("{service} answered {status}")]
    Answered { service: String, status: StatusCode },
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    #[error("the network does not answer")]
    CutOff,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

/// What the functions need for their calls.
#[derive(Debug)]
pub(crate) struct Shop {
    http: Client,
    services: Services,
    /// Breakers that no function declares. They fill the list.
    others: Vec<CircuitBreaker>,
}

impl Shop {
    /// Makes a shop with a number of further breakers.
    pub(crate) fn new(services: Services, others: usize) -> anyhow::Result<Self> {
        let others = names().take(others).map(|name| {
            Registry::global().get_or_create(
                &name,
                Config::new().window(Window::Calls(100)).failure_rate(0.5),
            )
        });
        Ok(Self {
            http: Client::builder().no_proxy().build()?,
            services,
            others: others.collect::<Result<_, ConfigError>>()?,
        })
    }

    pub(crate) async fn ask(&self, service: &str) -> Result<(), ShopError> {
        let answer = self.http.get(self.services.url(service)).send().await?;
        match answer.status() {
            StatusCode::OK => Ok(()),
            status => Err(ShopError::Answered {
                service: service.to_owned(),
                status,
            }),
        }
    }

    /// Calls one of the services behind the further breakers.
    pub(crate) async fn ask_other(&self, number: usize) {
        if let Some(breaker) = self.others.get(number % self.others.len().max(1)) {
            let _ = breaker.call_async(self.ask("other")).await;
        }
    }
}

// A bank that hangs returns no errors: slow calls open the circuit. After the bank has recovered, its
// share of the calls rises over 15 seconds.
#[circuit_breaker(
    name = "bank",
    critical = true,
    threshold = 10,
    slow_call = "400ms",
    call_timeout = "1s",
    open_for = "10s",
    ramp = "15s",
    latency = true,
    shared = true, // with the other instances, if there is a fleet
    cause
)]
pub(crate) async fn pay(shop: &Shop) -> Result<(), ShopError> {
    shop.ask("bank").await
}

// Each further open period is twice as long as the one before, up to twelve seconds.
#[circuit_breaker(
    name = "search",
    window = "10s",
    failure_rate = 0.5,
    open_for = "3s",
    backoff = 2.0,
    max_open_for = "12s",
    success_threshold = 2,
    latency = true,
    cause
)]
pub(crate) async fn search(shop: &Shop) -> Result<(), ShopError> {
    shop.ask("search").await
}

#[circuit_breaker(name = "mail", cause)]
pub(crate) async fn send_mail(shop: &Shop) -> Result<(), ShopError> {
    shop.ask("mail").await
}

// Without the warehouse, the shop assumes that the item is in stock.
#[circuit_breaker(
    name = "stock",
    window = 40,
    failure_rate = 0.5,
    open_for = "5s",
    latency = true,
    shared = true,
    cause,
    fallback = |_rejected| Ok(())
)]
pub(crate) async fn in_stock(shop: &Shop) -> Result<(), ShopError> {
    shop.ask("stock").await
}

#[circuit_breaker(name = "prices", latency = true, cause)]
pub(crate) async fn price(shop: &Shop) -> Result<(), ShopError> {
    shop.ask("prices").await
}

// Each host has its own breaker.
#[circuit_breaker(
    name = "fetch",
    key = format_args!("host-{host}.example"),
    max_keys = 20_000,
    threshold = 3,
    open_for = "20s",
    latency = true,
    cause
)]
pub(crate) async fn fetch(shop: &Shop, host: u64) -> Result<(), ShopError> {
    shop.ask(&format!("host/{host}")).await
}

/// Names such as `billing.export` and, once these are used up, `billing.export.2`.
fn names() -> impl Iterator<Item = String> {
    const AREAS: [&str; 8] = [
        "accounts",
        "billing",
        "catalogue",
        "loyalty",
        "returns",
        "reviews",
        "shipping",
        "tax",
    ];
    const TASKS: [&str; 5] = ["export", "list", "read", "search", "write"];
    let all = |round: usize| {
        AREAS.iter().flat_map(move |area| {
            TASKS.iter().map(move |task| match round {
                1 => format!("{area}.{task}"),
                _ => format!("{area}.{task}.{round}"),
            })
        })
    };
    (1..).flat_map(all)
}
