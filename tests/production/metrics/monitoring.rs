//! The dashboard and the alert rules of `examples/monitoring` query series that exist.

use std::collections::BTreeSet;

use breaker_runtime::metrics::{Kind, SERIES};
use saphyr::{LoadableYamlNode, Yaml};
use serde_json::Value;

use super::{full, is_of_fleet};

const DASHBOARD: &str = include_str!("../../../examples/monitoring/dashboard.json");
const ALERTS: &str = include_str!("../../../examples/monitoring/alerts.yaml");
const ALERT_TESTS: &str = include_str!("../../../examples/monitoring/alerts.test.yaml");
const README: &str = include_str!("../../../examples/monitoring/README.md");

/// Parses the only document of a file.
fn yaml(text: &str) -> Yaml<'_> {
    let mut documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn each<'a>(list: &'a Yaml<'a>) -> impl Iterator<Item = &'a Yaml<'a>> {
    list.as_sequence().expect("a list").iter()
}

fn text<'a>(node: &'a Yaml<'a>) -> &'a str {
    node.as_str().expect("a text")
}

/// Collects every value of a field `expr`.
fn dashboard_queries(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|v| dashboard_queries(v, found)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value {
                    Value::String(query) if key == "expr" => found.push(query.clone()),
                    other => dashboard_queries(other, found),
                }
            }
        }
        _ => {}
    }
}

/// Returns the queries of the dashboard and of the alerts.
fn queries() -> Vec<String> {
    let mut queries = Vec::new();
    dashboard_queries(&serde_json::from_str(DASHBOARD).unwrap(), &mut queries);
    let of_dashboard = queries.len();
    let alerts = yaml(ALERTS);
    for rule in each(&alerts["groups"]).flat_map(|group| each(&group["rules"])) {
        queries.push(text(&rule["expr"]).to_owned());
    }
    assert!(of_dashboard > 15 && queries.len() > of_dashboard + 5);
    queries
}

/// Returns every word that begins like a series, and the text in the braces after it.
fn named(text: &str) -> Vec<(&str, &str)> {
    let starts = text.match_indices("circuit_breaker_").map(|(at, _)| at);
    let named = starts.map(|at| {
        let rest = &text[at..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let braces = rest[end..]
            .strip_prefix('{')
            .and_then(|b| b.split_once('}'));
        (&rest[..end], braces.map_or("", |(inside, _)| inside))
    });
    named.collect()
}

/// Returns the name of the series that a word means. Histograms are queried with a suffix.
fn listed(name: &str) -> Option<&'static str> {
    let is_it = |kind, listed: &str| match kind {
        Kind::Histogram => ["_bucket", "_sum", "_count"]
            .iter()
            .any(|suffix| name.strip_suffix(suffix) == Some(listed)),
        _ => name == listed,
    };
    let mut series = SERIES.iter();
    Some(series.find(|series| is_it(series.kind, series.name))?.name)
}

#[test]
fn the_queries_use_exactly_the_published_series() {
    let mut used = BTreeSet::new();
    for query in queries() {
        for (name, _) in named(&query) {
            used.insert(listed(name).unwrap_or_else(|| panic!("there is no {name}: {query}")));
        }
    }
    let all: BTreeSet<_> = SERIES.iter().map(|series| series.name).collect();
    assert_eq!(used, all);

    // The texts around the queries name series too.
    for file in [DASHBOARD, ALERTS, ALERT_TESTS, README] {
        for (name, _) in named(file) {
            let is_series = SERIES.iter().any(|series| series.name == name);
            assert!(is_series || listed(name).is_some(), "there is no {name}");
        }
    }
}

#[test]
fn the_queries_select_by_existing_labels_and_values() {
    let exposition = full();
    let mut selected = 0;
    for query in queries() {
        for (name, braces) in named(&query) {
            if is_of_fleet(name) {
                continue;
            }
            let family = &exposition.families[listed(name).unwrap()];
            for matcher in braces.split(", ").filter(|matcher| !matcher.is_empty()) {
                let (label, value) = matcher.split_once('=').expect("a matcher");
                let values = value.trim_start_matches('~').trim_matches('"').split('|');
                for value in values.filter(|value| !value.starts_with('$')) {
                    let mut samples = family.samples.keys();
                    let is_there =
                        samples.any(|(_, labels)| labels.get(label).is_some_and(|v| v == value));
                    assert!(is_there, "no {label} of {name} is {value}: {query}");
                    selected += 1;
                }
                assert!(
                    family
                        .samples
                        .keys()
                        .all(|(_, labels)| labels.contains_key(label))
                );
            }
        }
    }
    assert!(selected > 10);
}

#[test]
fn every_query_of_the_dashboard_uses_the_variable_breaker() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    assert!(
        variables
            .iter()
            .any(|variable| variable["name"] == "breaker")
    );
    let panels = dashboard["panels"].as_array().unwrap();
    let ids: BTreeSet<_> = panels.iter().map(|panel| panel["id"].as_u64()).collect();
    assert_eq!(ids.len(), panels.len());

    let mut queries = Vec::new();
    dashboard_queries(&dashboard, &mut queries);
    for query in queries {
        let of_breaker = |name: &str| {
            let mut all = SERIES.iter();
            let series = all.find(|series| listed(name) == Some(series.name));
            series.is_some_and(|series| series.labels[0] == "breaker")
        };
        let named = named(&query).into_iter();
        for (name, braces) in named.filter(|(name, _)| of_breaker(name)) {
            assert!(
                braces.contains(r#"breaker=~"$breaker""#),
                "{name} in {query}"
            );
        }
    }
}

#[test]
fn every_alert_has_a_description_an_action_and_a_test() {
    let (alerts, tests) = (yaml(ALERTS), yaml(ALERT_TESTS));
    let mut names = BTreeSet::new();
    for rule in each(&alerts["groups"]).flat_map(|group| each(&group["rules"])) {
        let name = text(&rule["alert"]);
        assert!(names.insert(name.to_owned()), "{name} occurs twice");
        assert!(["warning", "critical"].contains(&text(&rule["labels"]["severity"])));
        let summary = text(&rule["annotations"]["summary"]);
        let names = ["{{ $labels.breaker }}", "{{ $labels.fleet }}"];
        assert!(names.iter().any(|name| summary.contains(name)), "{summary}");
        for annotation in ["description", "action"] {
            assert!(text(&rule["annotations"][annotation]).len() > 50, "{name}");
        }
        assert!(README.contains(&format!("| `{name}` |")), "{name}");
    }
    // Each alert fires in a test that `ci/monitoring.sh` runs.
    let checks = each(&tests["tests"]).flat_map(|test| each(&test["alert_rule_test"]));
    let fires = checks.filter(|check| each(&check["exp_alerts"]).next().is_some());
    let fired: BTreeSet<_> = fires
        .map(|check| text(&check["alertname"]).to_owned())
        .collect();
    assert_eq!(fired, names);
}
