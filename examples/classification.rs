//! Classifies results with patterns: as failures, as successes, or as neither.
//!
//! Without patterns an `Err` is a failure and an `Ok` is a success. The breaker tries `ignore` first,
//! then `success`, then `failure`. A result that matches none of them keeps its default.
//!
//! ```text
//! cargo run --example classification
//! ```

use std::net::{IpAddr, Ipv4Addr};

use anyhow::Context;
use breaker_runtime::{BreakerError, CircuitBreaker, Registry, State, circuit_breaker};

#[derive(Debug)]
struct Page {
    status: u16,
}

#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the address makes no sense")]
    BadAddress,
    #[error("nothing new")]
    NotModified,
    #[error("the server did not answer")]
    Timeout,
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(
    name = "web",
    // A mistake of the caller says nothing about the server's health, nor does a rate limit.
    ignore(Err(FetchError::BadAddress) | Ok(Page { status: 429 })),
    // An `Err`, although the server has answered.
    success(Err(FetchError::NotModified)),
    // An `Ok`, although the server is broken.
    failure(Ok(page) if page.status >= 500),
)]
fn fetch(path: &str) -> Result<Page, FetchError> {
    match path {
        "/" => Ok(Page { status: 200 }),
        "/missing" => Ok(Page { status: 404 }),
        "/too-many" => Ok(Page { status: 429 }),
        "/crash" => Ok(Page { status: 503 }),
        "/unchanged" => Err(FetchError::NotModified),
        "/slow" => Err(FetchError::Timeout),
        _ => Err(FetchError::BadAddress),
    }
}

// Any return type works if a pattern identifies failures and a fallback answers rejected calls.
#[circuit_breaker(name = "dns", threshold = 2, failure(None), fallback = |_| None)]
fn resolve(host: &str) -> Option<IpAddr> {
    (host == "localhost").then_some(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

fn main() -> anyhow::Result<()> {
    let web = Registry::global().get("web").context("declared above")?;
    println!("{:<10}  {:<26}  counted as", "path", "answer");
    for (path, expected) in [
        ("/", "success"),
        ("/missing", "success"),
        ("/too-many", "ignored"),
        ("/crash", "failure"),
        ("/unchanged", "success"),
        ("/slow", "failure"),
        ("nonsense", "ignored"),
    ] {
        let (answer, counted) = watch(&web, || fetch(path));
        let answer = match answer {
            Ok(page) => format!("status {}", page.status),
            Err(error) => error.to_string(),
        };
        println!("{path:<10}  {answer:<26}  {counted}");
        assert_eq!(counted, expected, "{path}");
    }

    let dns = Registry::global().get("dns").context("declared above")?;
    assert!(resolve("localhost").is_some());
    assert!(resolve("nowhere").is_none());
    assert!(resolve("nowhere").is_none());
    assert_eq!(dns.state(), State::Open);
    assert!(
        resolve("localhost").is_none(),
        "rejected, so the fallback answers"
    );
    println!(
        "Two names in a row were not found: `dns` is {}.",
        dns.state()
    );
    Ok(())
}

/// Runs one call and returns how the breaker counted it.
fn watch<T>(breaker: &CircuitBreaker, call: impl FnOnce() -> T) -> (T, &'static str) {
    let before = breaker.snapshot().totals;
    let value = call();
    let after = breaker.snapshot().totals;
    let counted = if after.successes > before.successes {
        "success"
    } else if after.failures > before.failures {
        "failure"
    } else if after.ignored > before.ignored {
        "ignored"
    } else {
        "nothing"
    };
    (value, counted)
}
