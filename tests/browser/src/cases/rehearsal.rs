//! The page that `breaker-rehearse` writes: it draws, zooms, reads out, shows names as text, and keeps the rules of
//! accessibility.

use anyhow::{Context, ensure};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;

use crate::axe;
use crate::browser::{Browser, DESK, PHONE};

cases![
    the_report_draws_a_band_for_each_candidate,
    a_name_in_the_report_is_text,
    the_timeline_of_the_report_zooms_by_keys_and_by_the_wheel,
    the_report_reads_out_an_outage,
    the_report_violates_no_rule,
];

const RANGE: &str = "document.querySelector('.range').textContent";

/// Opens the page that a test of breaker-rehearse has written; ci/page.sh runs it.
async fn open(browser: &Browser) -> anyhow::Result<()> {
    let path = std::env::var_os("REPORT").context("the variable REPORT has no path")?;
    let page = std::fs::read_to_string(path)?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let router = Router::new().route("/", get(|| async { Html(page) }));
    tokio::spawn(async { axum::serve(listener, router).await });
    browser.open(&url).await?;
    browser
        .until("document.querySelector('.band-open')?.getAttribute('d')")
        .await?;
    Ok(())
}

async fn the_report_draws_a_band_for_each_candidate(browser: &Browser) -> anyhow::Result<()> {
    open(browser).await?;
    browser
        .sees("12,222 calls in 13 d 20 h, 1,061 failed .8.7 %., 1 outage")
        .await?;
    let bands = browser
        .eval("document.querySelectorAll('.band-open').length")
        .await?;
    ensure!(bands == json!(3), "{bands}");
    browser
        .sees("3 in a row 5 3 1 d 3 h 8.1 % 1,314 11 % 815")
        .await
}

async fn a_name_in_the_report_is_text(browser: &Browser) -> anyhow::Result<()> {
    open(browser).await?;
    browser.sees("<b>bold</b>").await?;
    let elements = browser
        .eval("document.querySelectorAll('main b').length")
        .await?;
    ensure!(elements == json!(0), "{elements} elements came from a name");
    Ok(())
}

async fn the_timeline_of_the_report_zooms_by_keys_and_by_the_wheel(
    browser: &Browser,
) -> anyhow::Result<()> {
    open(browser).await?;
    let whole = browser.text(RANGE).await?;
    ensure!(whole.contains("the whole trace"), "{whole}");
    browser
        .run("document.querySelector('.stage').focus()")
        .await?;
    browser.press(['+', '+']).await?;
    browser
        .until(&format!("{RANGE}.includes('(3 d 11 h)')"))
        .await?;
    browser.press(['0']).await?;
    browser
        .until(&format!("{RANGE} === {}", json!(whole)))
        .await?;

    let wheel = json!({"type": "mouseWheel", "x": 700, "y": 300, "deltaX": 0, "deltaY": -240});
    browser.cdp("Input.dispatchMouseEvent", wheel).await?;
    browser
        .until(&format!("!{RANGE}.includes('whole')"))
        .await?;
    browser.push("^all$").await?;
    browser
        .until(&format!("{RANGE} === {}", json!(whole)))
        .await?;
    Ok(())
}

async fn the_report_reads_out_an_outage(browser: &Browser) -> anyhow::Result<()> {
    open(browser).await?;
    browser
        .run("document.querySelector('.stage').focus()")
        .await?;
    browser.press(['n']).await?;
    browser
        .until("/2013-02-08 .*; outage 1; 3 in a row: open/.test(tests.told())")
        .await?;
    browser.press(['n']).await?;
    browser
        .until("tests.told().includes('No more outages')")
        .await?;
    Ok(())
}

async fn the_report_violates_no_rule(browser: &Browser) -> anyhow::Result<()> {
    let axe = axe::source()?;
    open(browser).await?;
    browser
        .run("for (const it of document.querySelectorAll('details')) it.open = true")
        .await?;
    browser.check_layout("the report").await?;
    for size in [DESK, PHONE] {
        browser.resize(size).await?;
        for theme in ["light", "dark"] {
            browser.media(&[("prefers-color-scheme", theme)]).await?;
            axe::check(browser, &axe, &format!("{theme}, {} wide", size.0)).await?;
        }
        let fits = "document.scrollingElement.scrollWidth <= innerWidth";
        ensure!(browser.eval(fits).await? == json!(true), "{} wide", size.0);
    }
    Ok(())
}
