//! The view of one breaker.

use anyhow::ensure;
use serde_json::json;

use crate::browser::Browser;
use crate::scene::Scene;
use crate::steps::{open_billing, sees_billing};

cases![
    a_detail_says_why_since_when_and_where,
    a_name_with_a_slash_has_a_detail,
    an_unknown_name_is_told_with_the_nearest_one,
    the_keys_of_a_name_are_listed_and_each_has_a_detail,
    a_report_can_be_copied_as_markdown,
    a_row_leads_to_its_detail_and_back,
    a_link_leads_to_the_runbook_of_the_breaker,
];

async fn a_detail_says_why_since_when_and_where(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("#/b/bank")).await?;
    for pattern in [
        "20 of 40 calls failed \\(50 %, limit 50 %\\)",
        "the service answered 503.? in pay, src/shop.rs:\\d+",
        "next probe in \\d+ s",
        "closed → open",
        "1 opening",
        "p50 p95 p99",
        "failure_rate 0.5",
        "declared",
        "open for 0 s|5 open",
    ] {
        browser.sees(pattern).await?;
    }
    ensure!(
        browser
            .eval("document.querySelectorAll('h2').length >= 1")
            .await?
            == true
    );
    Ok(())
}

async fn a_name_with_a_slash_has_a_detail(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    open_billing(browser).await?;
    browser.reload().await?;
    sees_billing(browser).await
}

async fn an_unknown_name_is_told_with_the_nearest_one(browser: &Browser) -> anyhow::Result<()> {
    browser.expect_message("404");
    let scene = Scene::twelve(1).await?;
    let before = scene.registry.breakers().len();
    browser.open(&scene.url("#/b/bnak")).await?;
    browser.sees("bnak").await?;
    browser.click("tests.link(/^bank$/)").await?;
    browser.sees("20 of 40 calls failed").await?;
    ensure!(
        scene.registry.breakers().len() == before,
        "nothing was created"
    );
    Ok(())
}

async fn the_keys_of_a_name_are_listed_and_each_has_a_detail(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::keys(90)?;
    browser.open(&scene.url("#/b/fetch")).await?;
    browser.sees("3 open").await?;
    browser.sees("90 keys").await?;
    browser.click("tests.link(/host-00037/)").await?;
    browser.sees("connection refused").await?;
    browser
        .until("location.hash === '#/b/fetch?key=host-00037.example'")
        .await?;
    browser.back().await?;
    browser
        .fill("tests.field('article input[type=search]')", "host-00012")
        .await?;
    browser
        .until("tests.link(/host-00012/) && !tests.link(/host-00037/)")
        .await?;
    Ok(())
}

async fn a_report_can_be_copied_as_markdown(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("#/b/bank")).await?;
    let permissions = json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]});
    browser.cdp("Browser.grantPermissions", permissions).await?;
    browser.push("markdown").await?;
    browser.sees("copied").await?;
    let script =
        "navigator.clipboard.readText().then(arguments[0], (it) => arguments[0](String(it)));";
    let report = browser.run_async(script, vec![]).await?;
    let report = report.as_str().unwrap_or_default();
    for part in [
        "bank",
        "open",
        "20 of 40",
        "the service answered 503",
        &scene.url("#/b/bank"),
    ] {
        ensure!(report.contains(part), "{part} is missing:\n{report}");
    }
    Ok(())
}

async fn a_row_leads_to_its_detail_and_back(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("#/?state=open,half_open")).await?;
    browser.until("tests.rows().length === 2").await?;
    browser
        .click("tests.row('bank').querySelector('td.sentence')")
        .await?;
    browser.until("location.hash === '#/b/bank'").await?;
    browser.back().await?;
    browser.until("tests.rows().length === 2").await?;
    Ok(())
}

async fn a_link_leads_to_the_runbook_of_the_breaker(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("#/b/billing%2Feu")).await?;
    let link = "tests.link(/runbook/i)";
    browser.until(link).await?;
    let address = browser.text(&format!("{link}.href")).await?;
    ensure!(
        address.starts_with("https://wiki.example/breakers/billing"),
        "{address}"
    );
    // The other site learns nothing about this page, and cannot reach it.
    let relation = browser.text(&format!("{link}.rel")).await?;
    ensure!(
        relation.contains("noreferrer") && relation.contains("noopener"),
        "{relation}"
    );
    Ok(())
}
