//! Tests how a service behaves during an outage, without waiting and in parallel with other tests.
//!
//! A `TestRegistry` holds the breakers of one test, and the test moves its clock by hand. So nothing
//! sleeps, and tests do not share circuits. In your crate the two checks below would be ordinary
//! `#[tokio::test]` functions; here `main` runs them too.
//!
//! ```text
//! cargo run --example testing
//! cargo test --example testing
//! ```

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{State, circuit_breaker};
use tokio::sync::Mutex;

/// The service under test: it gets the weather from a station that may not answer.
#[derive(Default)]
struct Weather {
    station_is_away: AtomicBool,
    asked: AtomicU32,
    last: Mutex<Option<String>>,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the station does not answer")]
struct Away;

impl Weather {
    #[circuit_breaker(
        name = "station",
        threshold = 3,
        open_for = "30s",
        success_threshold = 2,
        fallback = Self::last_known
    )]
    async fn now(&self) -> Result<String, Away> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed) + 1;
        if self.station_is_away.load(Ordering::Relaxed) {
            return Err(Away);
        }
        let weather = format!("report {asked}");
        *self.last.lock().await = Some(weather.clone());
        Ok(weather)
    }

    async fn last_known(&self) -> Result<String, Away> {
        self.last.lock().await.clone().ok_or(Away)
    }
}

#[cfg_attr(test, tokio::test)]
async fn an_outage_is_answered_with_the_last_report() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let weather = Weather::default();
    assert_eq!(weather.now().await.as_deref(), Ok("report 1"));

    weather.station_is_away.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        assert_eq!(weather.now().await, Err(Away));
    }

    assert_eq!(weather.now().await.as_deref(), Ok("report 1"));
    let asked = weather.asked.load(Ordering::Relaxed);
    assert_eq!(
        asked, 4,
        "nothing asks the station while the circuit is open"
    );
}

#[cfg_attr(test, tokio::test)]
async fn the_station_is_asked_again_after_half_a_minute() {
    let test = TestRegistry::new();
    let _entered = test.enter();
    let weather = Weather::default();
    let station = test.get("station").expect("declared by the attribute");

    station.trip();
    test.clock().advance(Duration::from_secs(29));
    assert_eq!(weather.now().await, Err(Away), "there is no report yet");

    test.clock().advance(Duration::from_secs(1));
    assert_eq!(station.state(), State::HalfOpen);
    assert_eq!(weather.now().await.as_deref(), Ok("report 1"));
    assert_eq!(weather.now().await.as_deref(), Ok("report 2"));
    assert_eq!(station.state(), State::Closed);
}

#[cfg(not(test))]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    an_outage_is_answered_with_the_last_report().await;
    the_station_is_asked_again_after_half_a_minute().await;
    println!("Both checks passed, and half a minute took no time.");
}
