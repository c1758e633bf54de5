use super::*;
use crate::breaker::thread_slots::{SHARED, replace_slot};

#[test]
fn quantiles_are_those_of_the_calls() {
    let latencies = Latencies::default();
    for millis in 1..=100 {
        latencies.add(millis * 1_000_000);
    }
    let latency = latencies.read();
    assert_eq!(latency.count(), 100);
    assert_eq!(latency.sum(), Duration::from_millis(5050));
    for (share, millis) in [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
        let quantile = latency
            .quantile(share)
            .expect("there were calls")
            .as_secs_f64()
            * 1e3;
        assert!(
            (millis..=millis * 1.126).contains(&quantile),
            "{share}: {quantile}"
        );
    }
}

#[test]
fn a_histogram_without_calls_has_no_quantile() {
    let latency = Latencies::default().read();
    assert_eq!(latency.quantile(0.5), None);
    assert_eq!(latency.buckets().count(), 0);
}

#[test]
fn the_calls_of_a_thread_without_a_slot_are_counted() {
    let latencies = Latencies::default();
    latencies.add(1000);
    let before = replace_slot(SHARED);
    latencies.add(1000);
    replace_slot(before);
    assert_eq!(latencies.read().count(), 2);
}

#[test]
fn debug_lists_only_the_buckets_that_hold_calls() {
    let latencies = Latencies::default();
    for nanos in [100, 200, 3_000] {
        latencies.add(nanos);
    }
    let shown = format!("{:?}", latencies.read());
    assert_eq!(
        shown,
        "Latency { sum: 3.3µs, buckets: {256ns: 2, 3.072µs: 1} }"
    );
}
