//! What the log tells about requests.

use std::future::Future;

use tracing::Level;

use super::{Desk, operator, request};
use crate::production::traces::{Logged, capture};

/// Runs a future, and returns the lines that the API has logged.
fn logged(run: impl Future<Output = ()>) -> Vec<Logged> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut lines = capture(Level::INFO, || runtime.block_on(run));
    lines.retain(|line| line.target == "breaker::admin");
    lines
}

#[test]
fn every_control_request_is_logged_with_its_answer_also_a_rejected_one() {
    let desk = Desk::new();
    let lines = logged(async {
        desk.get("/breakers").await;
        desk.send(operator("POST", "/trip/bank?dry_run=true")).await;
        let forwarded = [("x-forwarded-for", "10.0.0.7")];
        desk.send(request("POST", "/trip/bank", &forwarded)).await;
    });
    let controls: Vec<_> = lines
        .iter()
        .filter(|line| line.fields.contains_key("method"))
        .map(|line| {
            let field = |name| line.fields.get(name).map_or("", String::as_str);
            (
                field("who"),
                field("path"),
                field("query"),
                field("status"),
                field("claimed_peer"),
            )
        })
        .collect();
    assert_eq!(
        controls,
        [
            ("on-call", "/trip/bank", "dry_run=true", "200", ""),
            ("", "/trip/bank", "", "401", "10.0.0.7"),
        ]
    );
}

#[test]
fn wrong_tokens_are_logged_at_most_once_a_second() {
    let desk = Desk::new();
    let wrong = [("authorization", "Bearer 0123456789abcdeX")];
    let lines = logged(async {
        for _ in 0..100 {
            desk.send(request("GET", "/breakers", &wrong)).await;
        }
    });
    assert!((1..100).contains(&lines.len()), "{lines:?}");
    assert!(lines.iter().all(|line| line.fields.contains_key("count")));
    assert!(!format!("{lines:?}").contains("0123456789abcde"));
}
