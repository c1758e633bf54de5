use std::time::{Duration, SystemTime};

use super::super::instance::Instance;
use super::{code, report};
use crate::breaker::Snapshot;
use crate::config::Config;
use crate::registry::Registry;
use crate::values::{
    Actor, Attribution, Cause, FleetView, Layer, Override, PastTransition, Reason, State,
};

const HOSTILE: [&str; 6] = [
    "\"><img src=x onerror=alert(1)>",
    "a\u{202e}b\u{200b}c",
    "a\nb",
    "`id` ``x`` \\ !!",
    "@everyone | x",
    "**bold** [a](b)",
];

fn instance() -> Instance {
    let mut instance = Instance::new();
    instance.name = Some("pod-1".to_owned());
    instance.service = Some("checkout".to_owned());
    instance
}

fn at(second: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(second)
}

fn breaker() -> Snapshot {
    let payment = Registry::new()
        .get_or_create("payment", Config::new())
        .expect("it is there");
    payment.by(&Actor::new("ana").expect("it is there")).trip();
    let mut it = payment.snapshot();
    it.since = at(60);
    it.history[0].at = at(60);
    it
}

#[test]
fn code_ends_where_it_should() {
    assert_eq!(code("plain"), "`plain`");
    assert_eq!(code("a`b``c"), "``` a`b``c ```");
    assert_eq!(code("a\nb\u{202e}"), "`a\\nb\\u{202e}`");
}

#[test]
fn the_report_tells_state_outage_override_settings_and_transitions() {
    let mut it = breaker();
    let outage = it.outage.as_mut().expect("it is there");
    outage.began_at = at(60);
    outage.lasted = Duration::from_secs(10);
    outage.rejected = 412;
    let mut actions = it.actions.clone();
    actions[0].at = at(60);
    let text = report(&it, &instance(), "threshold = 20", &actions, at(70));
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "**payment is open.** Tripped by ana. Open for 10 s; next probe in 20 s.",
            "",
            "- Read at 1970-01-01 00:01:10Z from `checkout` `pod-1`",
            "- Outage since 1970-01-01 00:01:00Z, for 10 s so far: 1 opening, 0 probes, 412 calls rejected, 0 fallback answers; first opening: tripped",
            "- Settings of run time: `threshold = 20`",
            "- Action at 1970-01-01 00:01:00Z: trip, by ana",
            "",
            "| when (UTC) | transition | why | who |",
            "|---|---|---|---|",
            "| 1970-01-01 00:01:00Z | closed → open | tripped | `ana` |",
        ]
    );
}

#[test]
fn no_text_from_outside_breaks_out_of_its_place() {
    for hostile in HOSTILE {
        let by = || Attribution {
            actor: Some(hostile.into()),
            reason: Some(hostile.into()),
        };
        let mut it = breaker();
        it.key = Some(hostile.to_owned());
        it.r#override = Some(Override {
            state: State::ForcedOpen,
            reason: hostile.to_owned(),
            by: by(),
            layer: Layer::Runtime,
            since: at(60),
            until: None,
        });
        let mut past = PastTransition::example(State::Closed, State::Open, Reason::Tripped, 1);
        past.transition.by = by();
        past.transition.cause = Some(Cause::here(hostile));
        it.history = vec![past];
        let mut done = it.actions[0].clone();
        (done.key, done.by) = (Some(hostile.to_owned()), by());
        let text = report(&it, &instance(), "", &[done], at(70));
        assert!(!text.contains(['\u{202e}', '\u{200b}']), "{text}");
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(rows.len(), 3, "{text}");
        for row in rows {
            let bars = row.replace("\\|", "").matches('|').count();
            assert_eq!(bars, 5, "{row}");
        }
        let first = text.lines().next().unwrap_or_default();
        for danger in ["<img", "@everyone", "`id", "[a]", "**bold"] {
            let bare = first
                .replace(&format!("\\{danger}"), "")
                .replace("\\*\\*bold", "");
            assert!(!bare.contains(danger), "{first}");
        }
    }
}

#[test]
fn the_report_tells_what_the_fleet_does() {
    let mut it = breaker();
    it.fleet = Some(FleetView {
        votes: vec!["**bold**#a7".to_owned()],
        needed: 2,
        ..FleetView::example()
    });
    let text = report(&it, &instance(), "", &[], at(70));
    let told = r"- Fleet: Closed in the whole fleet; only \*\*bold\*\* votes to open it; it takes 2 votes.";
    assert!(text.lines().any(|line| line == told), "{text}");
}
