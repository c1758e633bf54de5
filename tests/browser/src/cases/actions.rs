//! Actions of an operator: the dialog, what it says, and undoing.

use anyhow::{Context, ensure};
use breaker_runtime::admin::Access;
use breaker_runtime::{CircuitBreaker, State};
use fantoccini::key::Key;

use crate::browser::Browser;
use crate::proxy::{self, Proxy};
use crate::scene::{Scene, TOKEN, access};
use crate::steps::{confirm, enter_token, sign_in, write_reason};

cases![
    a_breaker_is_forced_open_with_a_reason_and_undone,
    nothing_happens_before_the_dialog_is_confirmed,
    the_dialog_shows_what_would_happen_and_the_command,
    an_override_without_an_end_needs_a_second_consent,
    forcing_an_open_circuit_closed_asks_for_its_name,
    a_trip_and_a_reset_need_no_reason,
    the_open_keys_of_a_name_are_reset_together,
    a_token_that_expires_in_the_dialog_is_asked_for_again_and_the_text_stays,
    somebody_who_may_only_read_has_no_buttons_and_is_told_why,
    an_action_that_another_instance_gets_changes_nothing,
    a_file_that_forces_a_breaker_is_named,
];

async fn open(browser: &Browser, scene: &Scene, name: &str) -> anyhow::Result<CircuitBreaker> {
    browser.open(&scene.url(&format!("#/b/{name}"))).await?;
    sign_in(browser).await?;
    scene.get(name)
}

async fn a_breaker_is_forced_open_with_a_reason_and_undone(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let tax = open(browser, &scene, "tax").await?;
    browser.push("^force open").await?;
    write_reason(browser, "INC-42: the office is closed").await?;
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;

    let set = tax.snapshot().r#override.context("it is forced")?;
    ensure!(set.state == State::ForcedOpen && set.reason == "INC-42: the office is closed");
    ensure!(set.by.actor.as_deref() == Some("on-call"));
    let lasts = set
        .until
        .context("it ends by itself")?
        .duration_since(set.since)?;
    ensure!(lasts.as_secs() == 1800, "{lasts:?}");
    browser.sees("rejects every call until").await?;
    browser
        .sees("on-call.*INC-42: the office is closed")
        .await?;

    browser.push("^undo").await?;
    browser.sees("undone").await?;
    ensure!(tax.snapshot().r#override.is_none());
    browser
        .until("!/rejects every call/i.test(tests.text())")
        .await?;
    Ok(())
}

async fn nothing_happens_before_the_dialog_is_confirmed(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let tax = open(browser, &scene, "tax").await?;
    browser.push("^force open").await?;
    browser.until("tests.dialog()").await?;
    let confirm = "tests.dialog().querySelector('menu button:last-child')";
    browser.until(&format!("{confirm}.disabled")).await?;
    browser
        .until(&format!("/force open tax/i.test({confirm}.innerText)"))
        .await?;
    ensure!(
        browser
            .eval(&format!("document.activeElement !== {confirm}"))
            .await?
            == true
    );
    // Without a reason, the key that confirms a form does nothing.
    browser.press_key(Key::Enter).await?;
    write_reason(browser, "INC-42").await?;
    browser.until(&format!("!{confirm}.disabled")).await?;
    ensure!(tax.state() == State::Closed, "a preview changes nothing");
    browser.press_key(Key::Escape).await?;
    browser.until("!tests.dialog()").await?;
    ensure!(
        tax.state() == State::Closed
            && scene
                .registry
                .actions()
                .iter()
                .all(|it| it.breaker.as_deref() != Some("tax"))
    );
    Ok(())
}

async fn the_dialog_shows_what_would_happen_and_the_command(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::twelve(4).await?;
    open(browser, &scene, "tax").await?;
    browser.push("^force open").await?;
    browser
        .sees("calls/s|calls per second|calls a second")
        .await?;
    browser.sees("this instance").await?;
    browser.sees("shop-7f9c8-x2lmv").await?;
    write_reason(browser, "it's \"down\"").await?;
    browser.click("tests.button(/as a command/i)").await?;
    browser.sees("curl.*BREAKER_TOKEN").await?;
    ensure!(
        !browser.text("tests.text()").await?.contains(TOKEN),
        "the token is never shown"
    );
    Ok(())
}

async fn an_override_without_an_end_needs_a_second_consent(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let tax = open(browser, &scene, "tax").await?;
    browser.push("^force open").await?;
    write_reason(browser, "INC-42").await?;
    browser.click("tests.labelled(/until cleared/i)").await?;
    let button = "tests.dialog().querySelector('menu button:last-child')";
    browser.until(&format!("{button}.disabled")).await?;
    browser.click("tests.labelled(/no end/i)").await?;
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    ensure!(
        tax.snapshot()
            .r#override
            .context("it is forced")?
            .until
            .is_none()
    );
    browser.open(&scene.url("#/")).await?;
    browser.sees_in("tax", "no end").await
}

async fn forcing_an_open_circuit_closed_asks_for_its_name(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let bank = open(browser, &scene, "bank").await?;
    browser.push("^force closed").await?;
    write_reason(browser, "the breaker is wrong").await?;
    let button = "tests.dialog().querySelector('menu button:last-child')";
    browser.sees("type bank").await?;
    browser.until(&format!("{button}.disabled")).await?;
    browser.fill("tests.labelled(/type bank/i)", "bnk").await?;
    ensure!(browser.eval(&format!("{button}.disabled")).await? == true);
    browser.fill("tests.labelled(/type bank/i)", "bank").await?;
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    ensure!(bank.state() == State::ForcedClosed);
    browser.sees("although the circuit is open").await
}

async fn a_trip_and_a_reset_need_no_reason(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let tax = open(browser, &scene, "tax").await?;
    browser.push("^trip").await?;
    confirm(browser).await?;
    browser.sees("tripped by on-call").await?;
    ensure!(tax.state() == State::Open);
    browser.push("^reset").await?;
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    ensure!(tax.state() == State::Closed);
    Ok(())
}

async fn the_open_keys_of_a_name_are_reset_together(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::keys(90)?;
    open(browser, &scene, "fetch").await?;
    browser.push("^reset all 3 open keys").await?;
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    let stats = scene.registry.key_stats("fetch").context("it has keys")?;
    ensure!(stats.in_state(State::Closed) == 90, "{stats:?}");
    browser.sees("90 closed").await
}

async fn a_token_that_expires_in_the_dialog_is_asked_for_again_and_the_text_stays(
    browser: &Browser,
) -> anyhow::Result<()> {
    browser.expect_message("401");
    let mut scene = Scene::twelve(1).await?;
    let tax = open(browser, &scene, "tax").await?;
    browser.push("^force open").await?;
    write_reason(browser, "INC-42: a long explanation").await?;
    let button = "tests.dialog().querySelector('menu button:last-child')";
    browser.until(&format!("!{button}.disabled")).await?;

    scene.restart(access("another-token-of-today"))?;
    browser.click(button).await?;
    browser.until("tests.field('[type=password]')").await?;
    ensure!(tax.state() == State::Closed);
    let reason = "document.querySelector('dialog.sheet [list=reasons]').value";
    ensure!(browser.text(reason).await? == "INC-42: a long explanation");
    // With the new token, the page sends the request again.
    enter_token(browser, "another-token-of-today").await?;
    browser.until("!tests.dialog()").await?;
    browser.sees("rejects every call").await?;
    let set = tax.snapshot().r#override.context("it is forced")?;
    ensure!(set.reason == "INC-42: a long explanation");
    Ok(())
}

async fn somebody_who_may_only_read_has_no_buttons_and_is_told_why(
    browser: &Browser,
) -> anyhow::Result<()> {
    let mut scene = Scene::twelve(1).await?;
    browser.open(&scene.url("#/b/tax")).await?;
    browser.sees("you can read.*sign in").await?;
    ensure!(
        browser
            .eval("!tests.button(/force|trip|reset|clear|^edit/i)")
            .await?
            == true
    );
    scene.restart(Access::open_reading())?;
    browser.reload().await?;
    browser.sees("nobody can act here").await?;
    ensure!(
        browser
            .eval("!tests.button(/force|trip|reset|clear|^edit|sign in/i)")
            .await?
            == true
    );
    Ok(())
}

async fn an_action_that_another_instance_gets_changes_nothing(
    browser: &Browser,
) -> anyhow::Result<()> {
    browser.expect_message("412");
    let scene = Scene::twelve(1).await?;
    let tax = scene.get("tax")?;
    let proxy = Proxy::changing(scene.address(), proxy::other_instance()).await?;
    browser.open(&format!("{}/ui#/b/tax", proxy.url)).await?;
    sign_in(browser).await?;
    browser.push("^trip").await?;
    browser.sees("another instance").await?;
    ensure!(tax.state() == State::Closed);
    Ok(())
}

async fn a_file_that_forces_a_breaker_is_named(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let file = std::env::temp_dir().join(format!("breakers-browser-{}.toml", std::process::id()));
    std::fs::write(&file, "[breakers.tax]\nforce = \"open\"\n")?;
    let loaded = scene.registry.load(&file);
    std::fs::remove_file(&file)?;
    loaded?;
    browser.open(&scene.url("#/b/tax")).await?;
    browser
        .sees("breakers-browser.*forces this breaker open")
        .await
}
