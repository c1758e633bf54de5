//! What the recorder tells about a name.

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};

use super::super::past::states;
use super::super::words::count;
use super::interval::{Counts, INTERVAL, past};
use crate::breaker::Snapshot;
use crate::config::ExactDuration;
use crate::serialize::Timestamp;
use crate::values::Latency;

/// The names of the counts.
const NAMES: Counts<&str> = ["calls", "failures", "rejected", "slow"];

/// Counts per second.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Rates {
    over: Duration,
    per_second: Counts<f64>,
}

impl Rates {
    #[expect(clippy::cast_precision_loss, reason = "rates are rounded anyway")]
    pub(super) fn new(over: Duration, counts: Counts<u64>) -> Self {
        let per_second = counts.map(|count| count as f64 / over.as_secs_f64());
        Self { over, per_second }
    }

    /// Returns the number of calls that were rejected.
    pub(in super::super) fn rejected(self) -> f64 {
        let [_, _, rejected, _] = self.per_second;
        rejected
    }

    /// Returns the number of calls that were tried, whether they were admitted or rejected.
    pub(in super::super) fn tried(self) -> f64 {
        let [calls, _, rejected, _] = self.per_second;
        rounded(calls + rejected)
    }

    pub(in super::super) fn to_json(self) -> Value {
        let mut rates = named(self.per_second.map(|rate| json!(rounded(rate))));
        rates.insert("over".to_owned(), json!(ExactDuration(self.over)));
        Value::Object(rates)
    }
}

/// The counts of the past ten minutes.
#[derive(Debug)]
pub(in super::super) struct Series {
    /// When the last interval ended.
    pub(super) until: SystemTime,
    pub(super) intervals: Vec<Counts<u32>>,
}

impl Series {
    /// Returns the counts, and the states of the breaker in the same time.
    pub(in super::super) fn to_json(&self, breaker: &Snapshot) -> Value {
        let counts = std::array::from_fn(|nth| {
            let counts = self.intervals.iter().map(|counts| counts[nth]);
            counts.collect()
        });
        let mut series = named(counts);
        series.insert("every".to_owned(), json!(ExactDuration(INTERVAL)));
        series.insert("until".to_owned(), json!(Timestamp(self.until)));
        let sums = NAMES.iter().enumerate().map(|(nth, name)| {
            let sum = self.intervals.iter().map(|it| u64::from(it[nth])).sum();
            format!("{} {name}", count(sum))
        });
        let sums: Vec<_> = sums.collect();
        series.insert("text".to_owned(), json!(sums.join(", ")));
        let from = self.until.checked_sub(past()).unwrap_or(self.until);
        series.insert("states".to_owned(), states(breaker, from));
        Value::Object(series)
    }
}

/// The calls of the last minute.
#[derive(Debug)]
pub(in super::super) struct Recent {
    pub(super) over: Duration,
    pub(super) calls: u64,
    pub(super) latency: Option<Latency>,
}

impl Recent {
    pub(in super::super) fn latency(&self) -> Option<&Latency> {
        self.latency.as_ref()
    }

    pub(in super::super) fn to_json(&self) -> Value {
        let quantile = |share| {
            let latency = self.latency.as_ref();
            let quantile = latency.and_then(|latency| latency.quantile(share));
            quantile.map(ExactDuration)
        };
        json!({
            "over": ExactDuration(self.over),
            "calls": self.calls,
            "p50": quantile(0.5),
            "p95": quantile(0.95),
            "p99": quantile(0.99),
        })
    }
}

fn named(values: Counts<Value>) -> Map<String, Value> {
    let names = NAMES.map(str::to_owned);
    names.into_iter().zip(values).collect()
}

/// Rounds to one decimal digit.
fn rounded(rate: f64) -> f64 {
    (rate * 10.0).round() / 10.0
}
