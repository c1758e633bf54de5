//! The histograms of durations.

use std::time::Duration;

use breaker_runtime::{CircuitBreaker, Config};

use super::{Exposition, Scraped, stream};

const NAME: &str = "circuit_breaker_call_duration_seconds";

fn take(scraped: &Scraped, breaker: &CircuitBreaker, time: Duration) {
    let permit = breaker.try_acquire().unwrap();
    scraped.clock.advance(time);
    permit.success();
}

fn count(exposition: &Exposition, breaker: &str) -> f64 {
    exposition.value(&format!("{NAME}_count"), &format!("breaker={breaker}"))
}

#[test]
fn there_are_as_many_durations_as_calls_however_often_it_is_published() {
    let scraped = Scraped::new();
    let payment = scraped.breaker("payment", Config::new().latency(true));
    scraped.breaker("plain", Config::new());
    assert_eq!(count(&scraped.scrape(), "payment"), 0.0);

    let mut seconds = 0.0;
    for call in 1..=1000_u32 {
        let time = Duration::from_nanos(u64::from(call).pow(3) * 7);
        take(&scraped, &payment, time);
        seconds += time.as_secs_f64();
        if call % 64 == 0 {
            scraped.scrape();
            assert_eq!(count(&scraped.scrape(), "payment"), f64::from(call));
        }
    }
    let exposition = scraped.scrape();
    assert_eq!(count(&exposition, "payment"), 1000.0);
    assert_eq!(
        exposition.find(&format!("{NAME}_count"), "breaker=plain"),
        None
    );
    let sum = exposition.value(&format!("{NAME}_sum"), "breaker=payment");
    assert!(
        (sum / seconds - 1.0).abs() < 1.0 / 15.0,
        "{sum} of {seconds}"
    );
}

#[test]
fn a_duration_falls_into_its_bucket() {
    let scraped = Scraped::new();
    let payment = scraped.breaker("payment", Config::new().latency(true));
    for millis in [3, 30, 300, 3000, 100_000] {
        take(&scraped, &payment, Duration::from_millis(millis));
    }
    let exposition = scraped.scrape();
    let up_to = |end: &str| {
        let labels = format!("breaker=payment,le={end}");
        exposition.value(&format!("{NAME}_bucket"), &labels)
    };
    let ends = [
        "0.0025", "0.005", "0.025", "0.05", "0.25", "0.5", "2.5", "5", "30", "+Inf",
    ];
    assert_eq!(
        ends.map(up_to),
        [0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 5.0]
    );
}

#[test]
fn the_durations_of_all_keys_are_published_under_their_name() {
    let scraped = Scraped::new();
    let config = Config::new().latency(true).max_keys(2);
    let parent = scraped.breaker("fetch", config);
    take(&scraped, &parent, Duration::from_millis(1));
    for key in 0..20 {
        let breaker = scraped.keyed("fetch", &key.to_string(), config);
        take(&scraped, &breaker, Duration::from_millis(1));
        drop(breaker);
        assert_eq!(count(&scraped.scrape(), "fetch"), f64::from(key + 2));
    }
}

#[test]
fn a_recreated_breaker_continues_the_histogram() {
    let scraped = Scraped::new();
    let config = Config::new().latency(true);
    for round in 1..=3 {
        let mail = scraped.breaker("mail", config);
        (0..4).for_each(|_| take(&scraped, &mail, Duration::from_millis(1)));
        assert_eq!(count(&scraped.scrape(), "mail"), f64::from(round * 4));
        scraped.registry.remove("mail");
    }
}

#[test]
fn the_last_durations_of_a_removed_breaker_are_published() {
    let scraped = Scraped::new();
    let config = Config::new().latency(true);
    let mail = || scraped.breaker("mail", config);
    take(&scraped, &mail(), Duration::from_millis(1));
    assert_eq!(count(&scraped.scrape(), "mail"), 1.0);
    take(&scraped, &mail(), Duration::from_millis(1));
    scraped.registry.remove("mail");
    assert_eq!(count(&scraped.scrape(), "mail"), 2.0);
}

#[test]
fn the_time_to_the_head_of_a_stream_has_its_own_histogram() {
    let scraped = Scraped::new();
    let config = Config::new().latency(true).max_keys(1);
    let chat = scraped.breaker("chat", config);
    let head = |exposition: &Exposition, of: &str| {
        let name = format!("circuit_breaker_time_to_head_seconds_{of}");
        exposition.find(&name, "breaker=chat")
    };
    take(&scraped, &chat, Duration::from_secs(1));
    // No answer has arrived in parts.
    assert_eq!(head(&scraped.scrape(), "count"), None);

    stream(&scraped, &chat, Duration::from_secs(2));
    let exposition = scraped.scrape();
    assert_eq!(head(&exposition, "count"), Some(1.0));
    let sum = head(&exposition, "sum").unwrap();
    assert!((sum / 2.0 - 1.0).abs() < 1.0 / 15.0, "{sum}");
    assert_eq!(count(&exposition, "chat"), 2.0);

    // The key is evicted by the next one, and the histogram keeps its streams.
    for key in ["a", "b"] {
        let keyed = scraped.keyed("chat", key, config);
        stream(&scraped, &keyed, Duration::from_secs(3));
        drop(keyed);
        scraped.clock.advance(Duration::from_secs(7200));
    }
    assert_eq!(head(&scraped.scrape(), "count"), Some(3.0));
    assert_eq!(head(&scraped.scrape(), "count"), Some(3.0));
}
