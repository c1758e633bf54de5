use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use breaker_runtime::rehearsal::{Call, CallOutcome, Candidate, TraceSummary, rehearse};
use breaker_runtime::{Config, FailureKind};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::{SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH, render};

const NAME: &str = "</script><script>alert(1)</script><!--{{style}}{{data}}";

fn instant(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_793_534_400 + second)
}

/// Ten minutes with a call per second, which fail in the fourth minute.
fn calls() -> impl Iterator<Item = Call> {
    (0..600).map(|second| {
        let outcome = if (180..240).contains(&second) {
            CallOutcome::Failure(FailureKind::Returned)
        } else {
            CallOutcome::Success
        };
        Call::new(instant(second), Duration::from_millis(20), outcome)
    })
}

fn page(title: &str, name: &str) -> String {
    let mut summary = TraceSummary::new();
    for call in calls() {
        summary.push(&call).expect("they are in order");
    }
    let candidate = Candidate::new(name, Config::new()).expect("the defaults are right");
    let report = rehearse(calls().map(Ok), candidate).expect("the trace is right");
    let notes = [String::from("<b>12</b> lines were skipped")];
    render(title, "payment", &notes, &summary.finish(), &[report])
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).expect("it begins");
    rest.split_once(end).expect("it ends").0
}

fn data(page: &str) -> Value {
    let begin = r#"<script id="data" type="application/json">"#;
    serde_json::from_str(between(page, begin, "</script>")).expect("it is JSON")
}

#[test]
fn the_policy_allows_this_style_and_this_script() {
    let hash = |text: &str| format!("sha256-{}", STANDARD.encode(Sha256::digest(text)));
    assert_eq!((STYLE_HASH, SCRIPT_HASH), (&*hash(STYLE), &*hash(SCRIPT)));
    let page = page("payment", "now");
    assert_eq!(between(&page, "<style>", "</style>"), STYLE);
    let script = between(&page, r#"<script type="module">"#, "</script>");
    assert_eq!(script, SCRIPT);
}

#[test]
fn the_page_names_no_other_host() {
    let page = page("payment", "now").replace("http://www.w3.org/2000/svg", "");
    assert!(!page.contains("//www.") && !page.contains("http:") && !page.contains("https:"));
}

#[test]
fn a_name_cannot_leave_the_data() {
    let page = page(NAME, NAME);
    assert_eq!(page.matches("</script>").count(), 2);
    assert_eq!(page.matches("<!--").count(), 0);
    let data = data(&page);
    assert_eq!(data["title"], NAME);
    assert_eq!(data["candidates"][0]["name"], NAME);
    assert_eq!(data["notes"][0], "<b>12</b> lines were skipped");
}

#[test]
fn the_page_has_the_figures_of_the_report() {
    let data = data(&page("payment", "now"));
    assert_eq!(
        (&data["trace"]["total"], &data["trace"]["failed"]),
        (&600.into(), &60.into())
    );
    assert_eq!(data["outages"].as_array().map(Vec::len), Some(1));
    let candidate = &data["candidates"][0];
    assert_eq!(candidate["figures"]["openings"], 1);
    assert_eq!(candidate["figures"]["false_openings"], 0);
    // The fifth failure ends 20 ms after it began.
    assert_eq!(candidate["figures"]["opening_delay"], 4020.0);
    let opening = &candidate["openings"][0];
    assert_eq!(
        (&opening["outage"], &opening["reason"]),
        (&0.into(), &"failures_in_a_row".into())
    );
    assert_eq!(candidate["bands"][0][2], "closed");
    assert_eq!(candidate["bands"][1][2], "open");
    assert_eq!(candidate["is_default"], true);
}

#[test]
fn the_bands_are_within_the_trace_and_have_no_gaps() {
    let data = data(&page("payment", "now"));
    let bands = data["candidates"][0]["bands"].as_array().expect("a list");
    let times: Vec<_> = bands
        .iter()
        .map(|it| (it[0].as_f64(), it[1].as_f64()))
        .collect();
    assert!(
        times.windows(2).all(|pair| pair[0].1 == pair[1].0),
        "{times:?}"
    );
    assert_eq!(times[0].0, data["trace"]["from"].as_f64());
    assert!(times.last().expect("one").1 <= data["trace"]["to"].as_f64());
}

#[test]
fn settings_to_copy_have_the_name_of_the_breaker() {
    let config = Config::new().threshold(8).open_for(Duration::from_secs(15));
    let candidate = Candidate::new("calm", config).expect("it is right");
    let report = rehearse(calls().map(Ok), candidate).expect("the trace is right");
    let timeline = TraceSummary::new().finish();
    let data = data(&render("a", "payment", &[], &timeline, &[report]));
    let candidate = &data["candidates"][0];
    assert_eq!(candidate["is_default"], false);
    assert_eq!(
        candidate["attribute"],
        r#"#[circuit_breaker(name = "payment", threshold = 8, open_for = "15s")]"#
    );
    assert_eq!(
        candidate["file"],
        "[breakers.payment]\nthreshold = 8\nopen_for = \"15s\""
    );
}
