//! axe-core finds no violation, in light and dark.

use anyhow::ensure;
use breaker_runtime::admin::Access;

use crate::axe;
use crate::browser::{Browser, PHONE};
use crate::fleet::FleetScene;
use crate::scene::{Scene, TOKEN};
use crate::steps::{confirm, sign_in, write_reason};

cases![
    no_view_violates_a_rule_in_light,
    no_view_violates_a_rule_in_dark,
    a_violation_would_be_found,
    the_list_is_a_table_with_a_caption_and_heads,
    the_states_can_be_told_apart_in_forced_colours,
];

/// Checks all kinds of views.
async fn check(browser: &Browser, theme: &str) -> anyhow::Result<()> {
    let axe = axe::source()?;
    browser.media(&[("prefers-color-scheme", theme)]).await?;
    let view = |view: &'static str| axe::check(browser, &axe, view);

    let scene = Scene::empty()?;
    browser.open(&scene.url("")).await?;
    browser.sees("no circuit breaker").await?;
    view("no breaker").await?;

    let mut scene = Scene::closed(3)?;
    scene.restart(Access::token("on-call", TOKEN)?)?;
    browser.expect_message("401");
    browser.open(&scene.url("")).await?;
    browser.until("tests.field('[type=password]')").await?;
    view("signing in").await?;

    let keys = Scene::keys(90)?;
    browser.open(&keys.url("#/b/fetch")).await?;
    browser.until("tests.link(/host-00007/)").await?;
    view("keys").await?;
    browser
        .open(&keys.url("#/b/fetch?key=host-00007.example"))
        .await?;
    browser.sees("connection refused").await?;
    view("a key").await?;

    let mut scene = Scene::twelve(20).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    view("twelve breakers").await?;
    browser.resize(PHONE).await?;
    view("a phone").await?;
    browser.resize(crate::browser::DESK).await?;
    browser.push("^keys$").await?;
    browser.until("tests.dialog()").await?;
    view("the help").await?;
    browser.push("^close").await?;

    browser.open(&scene.url("#/b/bank")).await?;
    sign_in(browser).await?;
    browser.sees("how far").await?;
    view("a detail").await?;
    browser.push("^force closed").await?;
    browser.sees("type bank").await?;
    view("a dialog with a warning").await?;
    browser.push("^cancel").await?;
    browser.push("^force open").await?;
    write_reason(browser, "INC-42").await?;
    confirm(browser).await?;
    browser.until("tests.button(/^undo/i)").await?;
    view("a message").await?;

    let fleet = FleetScene::new().await?;
    fleet.votes_alone()?;
    browser.open(&fleet.scene.url("#/b/bank")).await?;
    browser.sees("only this instance votes").await?;
    view("a shared breaker").await?;
    browser.open(&fleet.scene.url("#/fleet")).await?;
    browser.sees("3 live members").await?;
    view("a fleet").await?;

    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    scene.stop();
    browser.sees("no answer for \\d+ s").await?;
    view("no answer").await
}

async fn no_view_violates_a_rule_in_light(browser: &Browser) -> anyhow::Result<()> {
    check(browser, "light").await
}

async fn no_view_violates_a_rule_in_dark(browser: &Browser) -> anyhow::Result<()> {
    check(browser, "dark").await
}

async fn a_violation_would_be_found(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::closed(3)?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("accounts.task-000", "closed").await?;
    browser
        .run(
            "const button = document.createElement('button'); \
             const pale = document.createElement('p'); \
             pale.textContent = 'pale'; pale.style.setProperty('color', '#bbb'); \
             document.querySelector('main').append(button, pale);",
        )
        .await?;
    let found = axe::violations(browser, &axe::source()?).await?;
    for rule in ["button-name", "color-contrast"] {
        ensure!(
            found.iter().any(|it| it["id"] == rule),
            "{rule} is missing: {found:?}"
        );
    }
    Ok(())
}

async fn the_list_is_a_table_with_a_caption_and_heads(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    let table = "tests.row('bank').closest('table')";
    ensure!(
        browser
            .text(&format!("{table}.caption.innerText"))
            .await?
            .contains("12")
    );
    ensure!(
        browser
            .eval(&format!("{table}.querySelectorAll('thead th').length >= 4"))
            .await?
            == true
    );
    ensure!(
        browser
            .text("tests.row('bank').querySelector('th').innerText")
            .await?
            .starts_with("bank")
    );
    Ok(())
}

async fn the_states_can_be_told_apart_in_forced_colours(browser: &Browser) -> anyhow::Result<()> {
    browser.media(&[("forced-colors", "active")]).await?;
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    for name in ["bank", "mail", "half-open", "forced-closed", "tax"] {
        let glyph = format!(
            "tests.row('{name}').querySelector('.badge svg').getBoundingClientRect().width > 8"
        );
        ensure!(browser.eval(&glyph).await? == true, "{name} has no glyph");
    }
    browser.check_layout("forced colours").await
}
