use std::time::Duration;

use serde_json::{Value, json};

use super::to_json;
use crate::values::{BUCKETS, Latency, bucket_of};

fn latency(calls: &[(u64, u64)]) -> Latency {
    let mut counts = vec![0; BUCKETS];
    for (nanos, calls) in calls {
        counts[bucket_of(*nanos)] += calls;
    }
    Latency::new(counts, Duration::ZERO)
}

fn of(calls: &[(u64, u64)]) -> Value {
    to_json(&latency(calls)).expect("it is there")
}

#[test]
fn without_latencies_there_is_nothing_to_draw() {
    assert_eq!(to_json(&latency(&[])), None);
}

#[test]
fn the_bars_fill_the_axis_and_their_area_shows_the_calls() {
    let drawn = of(&[(4_000_000, 10), (4_300_000, 10), (8_000_000, 5)]);
    let bars: Vec<[f64; 3]> = serde_json::from_value(drawn["bars"].clone()).expect("it is there");
    let last = bars[2];
    assert!(
        bars[0][0].abs() < 1e-9 && (last[0] + last[1] - 1.0).abs() < 1e-3,
        "{bars:?}"
    );
    let area = bars.iter().map(|[_, width, height]| width * height);
    let area: Vec<_> = area.collect();
    assert!(
        (area[0] - area[1]).abs() < 1e-3 && (area[1] - 2.0 * area[2]).abs() < 1e-3,
        "{bars:?}"
    );
    assert_eq!(drawn["quantiles"][2], 1.0);
}

#[test]
fn the_axis_has_round_ticks_and_more_of_them_if_it_is_short() {
    let texts = |calls: &[(u64, u64)]| {
        let ticks: Vec<(f64, String)> =
            serde_json::from_value(of(calls)["ticks"].clone()).expect("it is there");
        ticks.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert_eq!(
        texts(&[(4_000_000, 1), (33_000_000, 1)]),
        ["5 ms", "10 ms", "20 ms"]
    );
    assert_eq!(
        texts(&[(100, 1), (1_000_000_000, 1)]),
        ["1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms"]
    );
}

#[test]
fn one_bucket_is_one_bar() {
    assert_eq!(of(&[(100, 7)])["bars"], json!([[0.0, 1.0, 1.0]]));
}
