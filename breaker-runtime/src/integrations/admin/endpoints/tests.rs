//! Tests of the table of routes and of its description.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

use super::{ENDPOINTS, OPEN_API};
use crate::integrations::admin::guard::Needs;

fn described() -> Value {
    serde_json::from_str(OPEN_API).expect("it is JSON")
}

/// Returns what a reference leads to.
fn target<'a>(described: &'a Value, reference: &str) -> Option<&'a Value> {
    described.pointer(reference.trim_start_matches('#'))
}

fn path(verb: &str, has_name: bool) -> String {
    let name = if has_name { "/{breaker}" } else { "" };
    format!("/{verb}{name}")
}

#[test]
fn every_route_is_described_with_its_parameters_and_nothing_else_is() {
    let in_table: BTreeSet<_> = ENDPOINTS
        .iter()
        .map(|it| {
            let method = it.method.as_str().to_ascii_lowercase();
            let parameters: BTreeSet<_> = it.parameters.iter().map(|it| (*it).to_owned()).collect();
            (path(it.verb, it.has_name), method, parameters)
        })
        .collect();
    let described = described();
    let mut in_description = BTreeSet::new();
    for (path, operations) in described["paths"].as_object().expect("an object") {
        for (method, operation) in operations.as_object().expect("an object") {
            let parameters = operation["parameters"].as_array().into_iter().flatten();
            let parameters = parameters.map(|it| match it["$ref"].as_str() {
                Some(reference) => target(&described, reference).expect("it leads somewhere"),
                None => it,
            });
            let in_query = parameters.filter(|it| it["in"] == "query");
            let names = in_query.filter_map(|it| Some(it["name"].as_str()?.to_owned()));
            in_description.insert((path.clone(), method.clone(), names.collect()));
        }
    }
    assert_eq!(in_table, in_description);
}

#[test]
fn only_the_index_and_the_description_need_no_access_and_every_change_needs_control() {
    for endpoint in ENDPOINTS {
        let needs = match (endpoint.verb, &endpoint.method) {
            ("" | "openapi.json", _) => Needs::Nothing,
            (_, &Method::GET) => Needs::Reading,
            _ => Needs::Control,
        };
        assert_eq!(endpoint.needs, needs, "{}", endpoint.verb);
    }
}

#[test]
fn every_reference_of_the_description_leads_somewhere_and_it_is_small() {
    let described = described();
    let mut rest = vec![&described];
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    assert!(target(&described, reference).is_some(), "{reference}");
                }
                rest.extend(members.values());
            }
            Value::Array(values) => rest.extend(values),
            _ => {}
        }
    }
    assert!(OPEN_API.len() <= 28 * 1024);
}
