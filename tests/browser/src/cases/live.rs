//! The page stays up to date, and tells if it cannot.

use std::time::Duration;

use anyhow::ensure;
use serde_json::json;

use crate::browser::Browser;
use crate::proxy::{self, Proxy};
use crate::scene::{Scene, TOKEN, access};

cases![
    a_page_without_a_network_says_so_and_recovers,
    a_service_that_is_down_is_told_and_its_return_is_noticed,
    a_page_that_slept_is_up_to_date_at_once,
    a_hidden_page_asks_nothing,
    answers_of_two_instances_are_told,
    a_restart_of_the_service_is_noticed,
    focus_selection_and_scrolling_survive_thirty_answers,
    an_error_of_a_proxy_is_told,
];

const AGE: &str = "no answer for \\d+ s";

async fn a_page_without_a_network_says_so_and_recovers(browser: &Browser) -> anyhow::Result<()> {
    browser.expect_message("net::ERR_INTERNET_DISCONNECTED");
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    browser.offline(true).await?;
    browser.sees(AGE).await?;
    browser
        .until("document.body.classList.contains('stale')")
        .await?;
    browser.sees("trying again in \\d+ s|trying now").await?;
    browser
        .until("/does not answer|no answer/i.test(tests.told())")
        .await?;
    scene.get("tax")?.trip();
    browser.offline(false).await?;
    browser.refresh().await?;
    browser.sees_in("tax", "open").await?;
    browser
        .until("!document.body.classList.contains('stale')")
        .await?;
    Ok(())
}

async fn a_service_that_is_down_is_told_and_its_return_is_noticed(
    browser: &Browser,
) -> anyhow::Result<()> {
    let mut scene = Scene::twelve(1).await?;
    browser.open(&scene.url("#/b/tax")).await?;
    crate::steps::sign_in(browser).await?;
    browser.until("tests.button(/^trip/i)").await?;
    scene.stop();
    browser.sees(AGE).await?;
    // Nobody acts on figures that are old.
    browser
        .until("!tests.button(/^trip/i) || tests.button(/^trip/i).matches(':disabled, [inert] *')")
        .await?;
    scene.restart(access(TOKEN))?;
    // It tries again by itself.
    browser
        .until("!document.body.classList.contains('stale')")
        .await?;
    browser
        .until("tests.button(/^trip/i) && !tests.button(/^trip/i).matches(':disabled, [inert] *')")
        .await?;
    Ok(())
}

async fn a_page_that_slept_is_up_to_date_at_once(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "next probe in \\d+ s").await?;
    browser.freeze(true).await?;
    scene.clock.advance(Duration::from_secs(600));
    scene.get("tax")?.trip();
    browser.freeze(false).await?;
    browser.sees_in("tax", "open").await?;
    browser.sees_in("bank", "half open").await?;
    // The override of half an hour has twenty minutes left.
    browser.sees_in("mail", "(19|20) min").await
}

async fn a_hidden_page_asks_nothing(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    browser.hide(true).await?;
    let asked =
        "performance.getEntriesByType('resource').filter((it) => /breakers/.test(it.name)).length";
    // An answer may be under way. After that, none is asked for in the time of two.
    browser
        .run_async("setTimeout(arguments[0], 300)", vec![])
        .await?;
    let before = browser.eval(asked).await?;
    browser
        .run_async("setTimeout(arguments[0], 2500)", vec![])
        .await?;
    ensure!(browser.eval(asked).await? == before);
    scene.get("tax")?.trip();
    browser.hide(false).await?;
    browser.sees_in("tax", "open").await
}

async fn answers_of_two_instances_are_told(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(3).await?;
    let proxy = Proxy::changing(scene.address(), proxy::two_instances()).await?;
    browser.open(&format!("{}/ui", proxy.url)).await?;
    browser.sees_in("bank", "open").await?;
    for _ in 0..4 {
        browser.refresh().await?;
    }
    browser.sees("2 instances").await
}

async fn a_restart_of_the_service_is_noticed(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    // Another process has another identity, and the same address.
    let proxy = Proxy::changing(scene.address(), proxy::after(3, proxy::other_instance())).await?;
    browser.open(&format!("{}/ui", proxy.url)).await?;
    browser.sees_in("bank", "open").await?;
    for _ in 0..6 {
        browser.refresh().await?;
        browser
            .run_async("setTimeout(arguments[0], 100)", vec![])
            .await?;
    }
    browser.sees_in("bank", "open").await?;
    ensure!(
        browser
            .eval("/instances in turn/i.test(tests.text())")
            .await?
            == false
    );
    Ok(())
}

async fn focus_selection_and_scrolling_survive_thirty_answers(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::closed(120)?;
    browser.open(&scene.url("")).await?;
    browser.until("tests.rows().length === 100").await?;
    browser.run(
        "scrollTo(0, 700); \
         globalThis.row = tests.rows()[40]; globalThis.link = row.querySelector('a'); link.focus({ preventScroll: true }); \
         getSelection().selectAllChildren(tests.rows()[42].querySelector('td.sentence')); \
         globalThis.was = [scrollY, String(getSelection())]; globalThis.name = row.dataset.name;",
    )
    .await?;
    let is_kept = "document.activeElement === link && link.isConnected && row.dataset.name === name \
                   && JSON.stringify([scrollY, String(getSelection())]) === JSON.stringify(was)";
    ensure!(browser.eval(is_kept).await? == true, "at the beginning");
    let last = scene.get("shipping.task-119")?;
    for turn in 0..30 {
        // Another order each time: a breaker that was not shown comes first, and leaves again.
        if turn % 2 == 0 {
            last.trip();
        } else {
            last.reset();
        }
        browser.refresh().await?;
        let first = if turn % 2 == 0 { "===" } else { "!==" };
        browser
            .until(&format!("tests.names()[0] {first} 'shipping.task-119'"))
            .await?;
        // What comes in above pushes the rest down, or the browser scrolls with it.
        let kept = "document.activeElement === link && link.isConnected && row.dataset.name === name \
                    && String(getSelection()) === was[1]";
        ensure!(browser.eval(kept).await? == true, "after answer {turn}");
    }
    let moved = browser.eval("Math.abs(scrollY - was[0])").await?;
    ensure!(moved.as_f64() < Some(60.0), "scrolled by {moved}");
    Ok(())
}

async fn an_error_of_a_proxy_is_told(browser: &Browser) -> anyhow::Result<()> {
    browser.expect_message("502");
    let mut scene = Scene::twelve(1).await?;
    let proxy = Proxy::start(scene.address(), |path| Some(path.to_owned())).await?;
    browser.open(&format!("{}/ui", proxy.url)).await?;
    browser.sees_in("bank", "open").await?;
    scene.stop();
    browser.sees("HTTP 502").await?;
    scene.restart(access(TOKEN))?;
    browser.until("!/HTTP 502/.test(tests.text())").await?;
    ensure!(
        browser
            .eval("document.body.classList.contains('stale')")
            .await?
            == json!(false)
    );
    Ok(())
}
