//! The client of the payment service. Copy this part.

use std::time::Duration;

use breaker_runtime::circuit_breaker;
use reqwest::{Client, StatusCode};
use tokio::sync::Mutex;

/// An order that a customer wants to pay.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) number: u64,
    pub(crate) cents: u64,
}

/// The result for the customer.
#[derive(Debug)]
pub(crate) enum Receipt {
    Paid { receipt: String },
    Queued { place: usize },
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PayError {
    #[error("declined: {0}")]
    Declined(String),
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// The till of a shop: the service to pay at, and the orders to be paid later.
#[derive(Debug)]
pub(crate) struct Till {
    http: Client,
    url: String,
    queue: Mutex<Vec<Order>>,
}

impl Till {
    pub(crate) fn new(url: String) -> reqwest::Result<Self> {
        let http = Client::builder()
            .no_proxy()
            .timeout(Duration::from_millis(500))
            .build()?;
        Ok(Self {
            http,
            url,
            queue: Mutex::default(),
        })
    }

    /// How many orders wait to be paid later.
    pub(crate) async fn queued(&self) -> usize {
        self.queue.lock().await.len()
    }
}

/// Charges the customer's card.
///
/// A declined card is not an outage, so the breaker ignores it. The fallback answers every rejected
/// call, so [`PayError`] does not need a variant for rejections.
#[circuit_breaker(
    name = "payment",
    threshold = 5,
    open_for = "1s",
    backoff = 2.0,
    ignore(Err(PayError::Declined(_))),
    fallback = pay_later,
)]
pub(crate) async fn charge(till: &Till, order: Order) -> Result<Receipt, PayError> {
    let request = till.http.post(&till.url).body(order.cents.to_string());
    let response = request.send().await?;
    if response.status() == StatusCode::PAYMENT_REQUIRED {
        return Err(PayError::Declined(response.text().await?));
    }
    let receipt = response.error_for_status()?.text().await?;
    Ok(Receipt::Paid { receipt })
}

/// Answers instead of [`charge`] while the circuit is open: accepts the order and charges it later.
async fn pay_later(till: &Till, order: Order) -> Result<Receipt, PayError> {
    let mut queue = till.queue.lock().await;
    queue.push(order);
    Ok(Receipt::Queued { place: queue.len() })
}
