//! Prometheus and OpenTelemetry say the same as the snapshots, for every series.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use breaker_runtime::metrics::{DURATION_BUCKETS, SERIES};
use breaker_runtime::{
    Clock, Config, FailureKind, KeyStats, Latency, Outcome, Registry, Snapshot, State, Totals,
    Window,
};

use super::metrics::{OPEN_FOR, STATES, Scraped, fail, is_of_fleet, stream, succeed};
use super::otel::Reader;

type Labels = BTreeMap<String, String>;
/// The values by the name in Prometheus and by the labels.
type Values = BTreeMap<(String, Labels), f64>;

/// What the snapshots say, computed without the code of the exporters.
#[derive(Default)]
struct Expected(Values);

impl Expected {
    fn new(registry: &Registry, now: SystemTime) -> Self {
        let mut expected = Self::default();
        let names = registry.snapshot().into_iter();
        for snapshot in names.filter(|snapshot| snapshot.key.is_none()) {
            expected.add_name(&snapshot, now);
        }
        expected
    }

    fn add(&mut self, series: &str, name: &str, labels: &[(&str, &str)], value: f64) {
        let labels = labels.iter().copied().chain([("breaker", name)]);
        let labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned()));
        let series = format!("circuit_breaker_{series}");
        *self.0.entry((series, labels.collect())).or_default() += value;
    }

    fn add_name(&mut self, snapshot: &Snapshot, now: SystemTime) {
        let (name, keys) = (&*snapshot.name, snapshot.key_stats.as_ref());
        self.add_totals(name, &snapshot.totals);
        self.add_latency(name, "call_duration", snapshot.latency.as_ref());
        self.add_latency(name, "time_to_head", snapshot.latency_to_head.as_ref());
        let mut transitions = snapshot.transitions.clone();
        let mut probes = snapshot.probes_in_flight;
        if let Some(keys) = keys {
            self.add_keys(name, keys);
            transitions.extend(&keys.transitions);
            probes += keys.probes_in_flight;
        }
        for it in transitions {
            let labels = [
                ("from", it.from.as_str()),
                ("to", it.to.as_str()),
                ("reason", it.reason.as_str()),
            ];
            self.add("transitions_total", name, &labels, it.count as f64);
        }
        self.add("probes_in_flight", name, &[], probes as f64);
        let outage = snapshot.outage.as_ref().map(|outage| outage.lasted);
        let of_keys = keys.and_then(|keys| now.duration_since(keys.outage_since?).ok());
        let outage = outage.max(of_keys).unwrap_or_default();
        self.add("outage_seconds", name, &[], outage.as_secs_f64());
        let state = keys.and_then(KeyStats::prevailing_state);
        let state = state.unwrap_or(snapshot.state);
        for one in STATES {
            let value = f64::from(u8::from(one == state));
            self.add("state", name, &[("state", one.as_str())], value);
        }
        let beneath = |state: &State| {
            let keys = keys.map(|keys| keys.machine_states.iter().find(|it| it.0 == *state));
            keys.map(|found| found.map_or(0, |it| it.1))
        };
        // Of two equally frequent states the last is the worse one.
        let by_severity = [State::Closed, State::HalfOpen, State::Open];
        let most = by_severity.iter().max_by_key(|state| beneath(state));
        let machine_state = match keys {
            Some(keys) if keys.keys > 0 => *most.expect("there are states"),
            _ => snapshot.machine_state,
        };
        for one in by_severity {
            let value = f64::from(u8::from(one == machine_state));
            self.add("machine_state", name, &[("state", one.as_str())], value);
        }
        if let Some(calls) = snapshot.in_flight {
            let of_keys = keys.and_then(|keys| keys.in_flight).unwrap_or_default();
            self.add("in_flight", name, &[], (u64::from(calls) + of_keys) as f64);
        }
        let window = snapshot.window.as_ref();
        for (series, rate) in [
            ("failure_rate", window.and_then(|it| it.failure_rate)),
            ("slow_call_rate", window.and_then(|it| it.slow_rate)),
        ] {
            if let Some(rate) = rate {
                self.add(series, name, &[], rate);
            }
        }
    }

    fn add_keys(&mut self, name: &str, keys: &KeyStats) {
        self.add_totals(name, &keys.totals);
        self.add_latency(name, "call_duration", keys.latency.as_ref());
        self.add_latency(name, "time_to_head", keys.latency_to_head.as_ref());
        self.add("unlisted_calls_total", name, &[], keys.unlisted as f64);
        self.add("spared_total", name, &[], keys.totals.spared as f64);
        for state in STATES {
            let labels = [("state", state.as_str())];
            self.add("keys", name, &labels, keys.in_state(state) as f64);
        }
    }

    fn add_totals(&mut self, name: &str, totals: &Totals) {
        for (series, label, values) in [
            (
                "calls_total",
                "outcome",
                &[
                    ("success", totals.successes),
                    ("failure", totals.failures),
                    ("ignored", totals.ignored),
                    ("cancelled", totals.cancelled),
                ][..],
            ),
            (
                "rejected_total",
                "reason",
                &[
                    ("open", totals.rejections.open),
                    ("half_open_full", totals.rejections.half_open_full),
                    ("ramp", totals.rejections.ramp),
                    ("forced", totals.rejections.forced),
                    ("probed_elsewhere", totals.rejections.probed_elsewhere),
                    ("full", totals.rejections.full),
                ],
            ),
            (
                "would_reject_total",
                "reason",
                &[("open", totals.would_reject.open)],
            ),
            (
                "fallbacks_total",
                "result",
                &[
                    ("success", totals.fallback_successes),
                    ("failure", totals.fallback_failures),
                ],
            ),
            (
                "failures_total",
                "kind",
                &FailureKind::ALL.map(|it| (it.as_str(), totals.failures_by_kind.of(it))),
            ),
        ] {
            for (value, count) in values {
                self.add(series, name, &[(label, value)], *count as f64);
            }
        }
        self.add("slow_calls_total", name, &[], totals.slow as f64);
        self.add("stale_total", name, &[], totals.stale as f64);
        let open = totals.open_time.as_secs_f64();
        self.add("open_seconds_total", name, &[], open);
    }

    fn add_latency(&mut self, name: &str, series: &str, latency: Option<&Latency>) {
        let Some(latency) = latency else {
            return;
        };
        let bounds = DURATION_BUCKETS.iter().copied().chain([f64::INFINITY]);
        for bound in bounds {
            let within = latency.buckets().filter(|(end, _)| {
                // The duration that stands for the calls of a bucket.
                end.as_secs_f64() * 15.0 / 16.0 <= bound
            });
            let calls: u64 = within.map(|(_, calls)| calls).sum();
            let le = if bound.is_infinite() {
                "+Inf".to_owned()
            } else {
                bound.to_string()
            };
            let series = format!("{series}_seconds_bucket");
            self.add(&series, name, &[("le", &le)], calls as f64);
        }
        let sum = latency.sum().as_secs_f64();
        self.add(&format!("{series}_seconds_sum"), name, &[], sum);
    }
}

/// A registry in which every series has a value, most of them other than zero.
fn busy() -> Scraped {
    let scraped = Scraped::new();
    let second = Duration::from_secs(1);
    let config = Config::new()
        .window(Window::Calls(4))
        .failure_rate(0.75)
        .min_calls(2)
        .slow_call(second)
        .slow_rate(1.0)
        .latency(true);
    let bank = scraped.breaker("bank", config);
    succeed(&bank);
    let slow = bank.try_acquire().unwrap();
    scraped.clock.advance(Duration::from_millis(1500));
    slow.failure();
    drop(bank.try_acquire().unwrap());
    bank.try_acquire().unwrap().record(Outcome::Ignored);

    stream(&scraped, &bank, second);

    let trial = scraped.breaker("trial", Config::new().threshold(1).shadow(true));
    fail(&trial);
    succeed(&trial);

    let half = Config::new().threshold(1).max_open_share(0.5);
    for shard in ["a", "b"] {
        fail(&scraped.keyed("shards", shard, half));
    }

    let config = Config::new().threshold(1).max_in_flight(5);
    let mail = scraped.breaker("mail", config);
    let stale = mail.try_acquire().unwrap();
    fail(&mail);
    assert!(mail.try_acquire().is_err());
    stale.success();
    scraped.clock.advance(OPEN_FOR);
    std::mem::forget(mail.try_acquire().unwrap());

    let config = Config::new().threshold(1).max_keys(2).latency(true);
    let sick = scraped.keyed("fetch", "sick.example", config);
    fail(&sick);
    assert!(sick.try_acquire().is_err());
    let well = scraped.keyed("fetch", "well.example", config);
    succeed(&well);
    stream(&scraped, &well, second);
    let busy = scraped.keyed("fetch", "busy.example", config);
    busy.force_open("maintenance", None);
    assert!(busy.try_acquire().is_err());
    // Both places are held.
    succeed(&scraped.keyed("fetch", "unlisted.example", config));
    scraped.clock.advance(Duration::from_millis(2500));
    scraped
}

/// Compares without those that are unknown.
#[track_caller]
fn assert_same(found: &Values, expected: &Values, tolerance: impl Fn(&str, f64) -> f64) {
    let names: BTreeSet<_> = found.keys().chain(expected.keys()).collect();
    for series in names {
        // What has never happened may be missing in a snapshot.
        let expected = expected.get(series).copied().unwrap_or(0.0);
        let found = found.get(series);
        let found = *found.unwrap_or_else(|| panic!("{series:?} is missing, expected {expected}"));
        let off = (found - expected).abs();
        assert!(
            off <= tolerance(&series.0, expected),
            "{series:?}: {found}, expected {expected}"
        );
    }
}

/// Returns whether a series is the sum of a histogram.
fn is_sum(series: &str) -> bool {
    series.ends_with("_seconds_sum")
}

#[test]
fn both_exporters_agree_with_the_snapshot_for_every_series() {
    let scraped = busy();
    let reader = Reader::new();
    breaker_runtime::opentelemetry::observe(&reader.meter(), &scraped.registry);
    let expected = Expected::new(&scraped.registry, scraped.clock.wall()).0;

    let exposition = scraped.scrape();
    let families = exposition.families.values();
    let mut prometheus: Values = families.flat_map(|it| it.samples.clone()).collect();
    // The number of calls is in the bucket `+Inf` too.
    prometheus.retain(|(name, _), value| !name.ends_with("_count") && !value.is_nan());
    assert_same(&prometheus, &expected, |name, value| match name {
        "circuit_breaker_open_seconds_total" => 0.999,
        // A call of no time at all is in the first bucket.
        name if is_sum(name) => value / 15.0 + 1e-6,
        _ => 0.0,
    });
    let otel = reader.as_prometheus();
    assert_same(&otel, &expected, |name, _| {
        if is_sum(name) || name == "circuit_breaker_open_seconds_total" {
            1e-9
        } else {
            0.0
        }
    });
    assert_eq!(
        otel.keys().collect::<Vec<_>>(),
        prometheus.keys().collect::<Vec<_>>()
    );

    // Each series was compared, and had a value in at least one breaker.
    for series in SERIES.iter().filter(|series| !is_of_fleet(series.name)) {
        let of = |(name, _): &&(String, Labels)| {
            let rest = name.strip_prefix(series.name);
            rest.is_some_and(|rest| matches!(rest, "" | "_bucket" | "_sum"))
        };
        let mut values = expected.iter().filter(|(series, _)| of(series));
        let has_value = values.any(|(_, value)| *value > 0.0);
        // No function with a fallback has been called.
        let is_zero = [
            "circuit_breaker_fallbacks_total",
            "circuit_breaker_slow_call_rate",
        ];
        assert!(
            has_value || is_zero.contains(&series.name),
            "{}",
            series.name
        );
    }
}

#[test]
fn an_opentelemetry_counter_never_decreases() {
    let scraped = busy();
    let reader = Reader::new();
    breaker_runtime::opentelemetry::observe(&reader.meter(), &scraped.registry);
    let counters = || {
        let mut values = reader.as_prometheus();
        values.retain(|(name, _), _| name.ends_with("_total") || name.ends_with("_bucket"));
        values
    };
    let mut before = counters();
    let mut step = |act: &dyn Fn()| {
        act();
        let after = counters();
        for (series, value) in &before {
            assert!(after[series] >= *value, "{series:?} was {value}");
        }
        before = after;
    };
    step(&|| drop(scraped.registry.remove("mail")));
    step(&|| succeed(&scraped.breaker("mail", Config::new())));
    step(&|| {
        scraped.registry.get("fetch").unwrap().reset();
        scraped.clock.advance(Duration::from_secs(3600));
        // Evicts the keys.
        for key in 0..9 {
            let config = Config::new().threshold(1).max_keys(2).latency(true);
            succeed(&scraped.keyed("fetch", &key.to_string(), config));
        }
    });
    let successes = ("circuit_breaker_calls_total", "mail", "success");
    let labels = [("breaker", successes.1), ("outcome", successes.2)];
    let labels = labels.map(|(label, value)| (label.to_owned(), value.to_owned()));
    let series = (successes.0.to_owned(), Labels::from(labels));
    assert_eq!(before[&series], 2.0, "one before it was removed, one after");
}

#[test]
fn a_removed_breaker_has_no_gauges_in_opentelemetry() {
    let scraped = busy();
    let reader = Reader::new();
    breaker_runtime::opentelemetry::observe(&reader.meter(), &scraped.registry);
    let has_state = || {
        let values = reader.as_prometheus();
        let mut states = values
            .keys()
            .filter(|(name, _)| name == "circuit_breaker_state");
        states.any(|(_, labels)| labels["breaker"] == "mail")
    };
    assert!(has_state());
    scraped.registry.remove("mail");
    assert!(!has_state());
}
