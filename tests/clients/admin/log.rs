//! What the log tells about requests.

use std::future::Future;
use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use breaker_runtime::admin::Access;
use serde_json::json;
use tracing::Level;

use super::{Desk, operator, request, token, with_body};
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

/// Returns some of the fields of each line about a control request.
fn controls<const N: usize>(lines: &[Logged], fields: [&str; N]) -> Vec<[String; N]> {
    let controls = lines.iter().filter(|it| it.fields.contains_key("method"));
    let row =
        |line: &Logged| fields.map(|field| line.fields.get(field).cloned().unwrap_or_default());
    controls.map(row).collect()
}

#[test]
fn every_control_request_is_logged_with_its_answer_also_a_rejected_one() {
    let desk = Desk::new();
    let lines = logged(async {
        desk.get("/breakers").await;
        desk.send(operator("POST", "/trip/bank?dry_run=true")).await;
        let forwarded = [("x-forwarded-for", "10.0.0.7")];
        desk.send(request("POST", "/trip/bank", &forwarded)).await;
        desk.send(operator("POST", "/reset/b%0Ank?key=%1B[2J"))
            .await;
    });
    let fields = ["who", "action", "name", "key", "query", "status", "claimed"];
    assert_eq!(
        controls(&lines, fields),
        [
            ["on-call", "trip", "bank", "", "dry_run=true", "200", ""],
            ["", "trip", "bank", "", "", "401", "10.0.0.7"],
            // No control character reaches the log. The test shows a text by its escapes, which doubles them.
            [
                "on-call",
                "reset",
                "b\\\\nnk",
                "\\\\u{1b}[2J",
                "key=%1B[2J",
                "404",
                ""
            ],
        ]
    );
}

#[test]
fn the_line_of_an_action_says_why_for_how_long_and_what_was_before_and_after() {
    let desk = Desk::new();
    desk.bank.trip();
    let lines = logged(async {
        let body = json!({"reason": "INC-42", "ttl": "30m"});
        desk.send(with_body("POST", "/force-closed/bank", &body))
            .await;
        let body = json!({"threshold": 9});
        desk.send(with_body("PATCH", "/settings/mail?reason=INC-43", &body))
            .await;
    });
    assert_eq!(
        controls(&lines, ["action", "name", "why", "ttl", "before", "after"]),
        [
            [
                "force-closed",
                "bank",
                "INC-42",
                "1800s",
                "open",
                "forced_closed, beneath open"
            ],
            [
                "settings",
                "mail",
                "INC-43",
                "",
                "threshold = 5",
                "threshold = 9"
            ],
        ]
    );
}

#[test]
fn the_peer_is_that_of_the_connection() {
    let desk = Desk::new();
    let lines = logged(async {
        let mut request = operator("POST", "/reset/bank");
        let peer = SocketAddr::from(([192, 0, 2, 7], 4711));
        request.extensions_mut().insert(ConnectInfo(peer));
        desk.send(request).await;
    });
    assert_eq!(controls(&lines, ["peer"]), [["192.0.2.7:4711"]]);
}

#[test]
fn a_server_on_a_public_address_warns_of_open_reading() {
    let warnings = |access: Access, address: &str| {
        let mut admin = None;
        let _desk = Desk::with_admin(access, |it| admin.insert(it).clone());
        let lines = logged(async {
            drop(admin.unwrap().serve(address).unwrap());
        });
        lines.len()
    };
    assert_eq!(warnings(Access::open_reading(), "0.0.0.0:0"), 1);
    assert_eq!(warnings(token().reading_open(), "0.0.0.0:0"), 1);
    assert_eq!(warnings(token(), "0.0.0.0:0"), 0);
    assert_eq!(warnings(Access::open_reading(), "127.0.0.1:0"), 0);
}

#[test]
fn a_link_that_is_left_out_is_a_warning() {
    let lines = logged(async {
        Desk::with_admin(token(), |it| it.link("Runbook", "wiki.example/{breaker}"));
    });
    assert_eq!(lines[0].fields["url"], "wiki.example/{breaker}");
}

#[test]
fn wrong_tokens_are_logged_at_most_once_a_second() {
    let desk = Desk::new();
    let wrong = [("authorization", "Bearer 0123456789abcdeX")];
    let lines = logged(async {
        for _ in 0..100 {
            desk.send(request("GET", "/breakers", &wrong)).await;
            // The index would tell whether a token is valid.
            desk.send(request("GET", "", &wrong)).await;
        }
    });
    assert!((1..100).contains(&lines.len()), "{lines:?}");
    let desk = Desk::new();
    let index = logged(async {
        desk.send(request("GET", "", &wrong)).await;
    });
    assert_eq!(index.len(), 1);
    assert!(lines.iter().all(|line| line.fields.contains_key("count")));
    assert!(!format!("{lines:?}").contains("0123456789abcde"));
}
