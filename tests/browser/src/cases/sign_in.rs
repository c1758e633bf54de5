//! The token: when the page asks for it, where it keeps it, and how it forgets it.

use anyhow::ensure;
use breaker_runtime::admin::Access;
use serde_json::json;

use crate::browser::Browser;
use crate::scene::{Scene, TOKEN};
use crate::steps::{enter_token, sign_in};

cases![
    reading_without_access_asks_for_a_token,
    a_token_is_in_no_address_and_no_storage,
    a_token_is_kept_for_the_tab_if_that_is_ticked,
    a_token_can_be_forgotten,
];

async fn with_token(browser: &Browser) -> anyhow::Result<Scene> {
    browser.expect_message("401");
    let mut scene = Scene::twelve(1).await?;
    scene.restart(Access::token("on-call", TOKEN)?)?;
    browser.open(&scene.url("")).await?;
    browser.until("tests.field('[type=password]')").await?;
    Ok(scene)
}

async fn reading_without_access_asks_for_a_token(browser: &Browser) -> anyhow::Result<()> {
    let _scene = with_token(browser).await?;
    ensure!(browser.eval("tests.rows().length").await? == 0);
    enter_token(browser, "wrong-wrong-wrong").await?;
    browser.sees("not valid|not right|wrong").await?;
    enter_token(browser, TOKEN).await?;
    browser.sees_in("bank", "open").await
}

async fn a_token_is_in_no_address_and_no_storage(browser: &Browser) -> anyhow::Result<()> {
    let _scene = with_token(browser).await?;
    enter_token(browser, TOKEN).await?;
    browser.sees_in("bank", "open").await?;
    let kept = browser.text("JSON.stringify([location.href, document.cookie, {...localStorage}, {...sessionStorage}])").await?;
    ensure!(!kept.contains(TOKEN), "{kept}");
    let addresses = browser
        .text("JSON.stringify(performance.getEntriesByType('resource').map((it) => it.name))")
        .await?;
    ensure!(!addresses.contains(TOKEN), "{addresses}");
    // A reload forgets it.
    browser.reload().await?;
    browser.until("tests.field('[type=password]')").await?;
    Ok(())
}

async fn a_token_is_kept_for_the_tab_if_that_is_ticked(browser: &Browser) -> anyhow::Result<()> {
    let _scene = with_token(browser).await?;
    browser.click("tests.labelled(/keep/i)").await?;
    enter_token(browser, TOKEN).await?;
    browser.sees_in("bank", "open").await?;
    browser.reload().await?;
    browser.sees_in("bank", "open").await?;
    ensure!(
        browser
            .eval("JSON.stringify({...localStorage}).includes('0123456789abcdef')")
            .await?
            == json!(false)
    );
    Ok(())
}

async fn a_token_can_be_forgotten(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("#/b/tax")).await?;
    sign_in(browser).await?;
    browser.until("tests.button(/^force open/i)").await?;
    browser.push("on-call").await?;
    browser.until("!tests.button(/^force open/i)").await?;
    browser.sees("sign in").await?;
    ensure!(
        browser
            .eval("JSON.stringify({...sessionStorage})")
            .await?
            .as_str()
            .is_some_and(|it| !it.contains(TOKEN))
    );
    Ok(())
}
