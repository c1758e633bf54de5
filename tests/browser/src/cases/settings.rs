//! Settings: where each value comes from, and changes at run time.

use anyhow::ensure;
use breaker_runtime::{Config, Overrides};

use crate::browser::Browser;
use crate::scene::Scene;
use crate::steps::{confirm, sign_in};

cases![
    a_setting_shows_its_layers,
    a_setting_is_changed_and_taken_back,
    a_value_out_of_range_is_told_and_changes_nothing,
    a_change_of_another_operator_is_not_overwritten,
    a_change_is_rehearsed_on_the_recorded_calls,
];

const VALUE: &str = "tests.labelled(/^value/i)";

async fn open(browser: &Browser) -> anyhow::Result<Scene> {
    let scene = Scene::closed(2)?;
    let config = Config::new().threshold(7);
    scene.registry.get_or_create("bank", config)?;
    browser.open(&scene.url("#/b/bank")).await?;
    sign_in(browser).await?;
    Ok(scene)
}

fn configure(scene: &Scene, threshold: u32) -> anyhow::Result<()> {
    let overrides = Overrides {
        threshold: Some(threshold),
        ..Overrides::default()
    };
    scene.registry.configure("bank", overrides)?;
    Ok(())
}

fn threshold(scene: &Scene) -> anyhow::Result<Option<u32>> {
    Ok(scene.get("bank")?.config().threshold)
}

async fn a_setting_shows_its_layers(browser: &Browser) -> anyhow::Result<()> {
    let scene = open(browser).await?;
    configure(&scene, 9)?;
    browser.refresh().await?;
    browser.sees("threshold 9 .*run ?time").await?;
    let row = "[...document.querySelectorAll('article tr')].find((it) => /^threshold/.test(it.innerText))";
    browser
        .click(&format!("{row}.querySelector('summary')"))
        .await?;
    browser
        .until(&format!(
            "/7 . .*created|7 . .*declared|7 .*code/is.test({row}.innerText)"
        ))
        .await?;
    browser
        .until(&format!("/5 . default/i.test({row}.innerText)"))
        .await?;
    Ok(())
}

async fn a_setting_is_changed_and_taken_back(browser: &Browser) -> anyhow::Result<()> {
    let scene = open(browser).await?;
    browser.push("^edit threshold").await?;
    browser.fill(VALUE, "12").await?;
    browser.sees("threshold: 7 → 12").await?;
    ensure!(threshold(&scene)? == Some(7), "a preview changes nothing");
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    ensure!(threshold(&scene)? == Some(12));

    browser.push("^take back threshold").await?;
    browser.sees("threshold: 12 → 7").await?;
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    ensure!(threshold(&scene)? == Some(7));
    Ok(())
}

async fn a_value_out_of_range_is_told_and_changes_nothing(browser: &Browser) -> anyhow::Result<()> {
    browser.expect_message("422");
    let scene = open(browser).await?;
    browser.push("^edit threshold").await?;
    browser.fill(VALUE, "0").await?;
    browser.sees("at least 1").await?;
    let button = "tests.dialog().querySelector('menu button:last-child')";
    ensure!(browser.eval(&format!("{button}.disabled")).await? == true);
    ensure!(threshold(&scene)? == Some(7));
    Ok(())
}

async fn a_change_of_another_operator_is_not_overwritten(browser: &Browser) -> anyhow::Result<()> {
    browser.expect_message("412");
    let scene = open(browser).await?;
    browser.push("^edit threshold").await?;
    browser.fill(VALUE, "12").await?;
    browser.sees("threshold: 7 → 12").await?;
    configure(&scene, 30)?;
    confirm(browser).await?;
    browser.sees("30 → 12.*somebody else").await?;
    ensure!(threshold(&scene)? == Some(30), "nothing was overwritten");
    // The dialog shows the other change, and a second confirmation replaces it.
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    ensure!(threshold(&scene)? == Some(12));
    Ok(())
}

async fn a_change_is_rehearsed_on_the_recorded_calls(browser: &Browser) -> anyhow::Result<()> {
    let scene = open(browser).await?;
    let _recorder = scene.record_calls("bank")?;
    browser.refresh().await?;
    browser.push("^edit threshold").await?;
    browser.sees("the 30 calls from .* played again").await?;
    browser.sees("openings 0 0").await?;
    browser.fill(VALUE, "4").await?;
    browser.sees("openings 0 1").await?;
    browser.sees("would have failed 0 [1-9]").await?;
    browser.sees("would have succeeded 0 [1-9]").await?;
    ensure!(threshold(&scene)? == Some(7), "a rehearsal changes nothing");
    Ok(())
}
