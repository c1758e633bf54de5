//! The page without a mouse.

use anyhow::ensure;
use breaker_runtime::State;
use fantoccini::key::Key;

use crate::browser::Browser;
use crate::scene::Scene;
use crate::steps::sign_in;

cases![
    rows_are_reached_and_opened_by_keys,
    the_shortcuts_do_what_the_help_says,
    shortcuts_are_letters_inside_of_a_field,
    shortcuts_can_be_switched_off,
    a_breaker_is_forced_open_by_keys_alone,
    the_first_stop_skips_to_the_breakers,
];

/// The focus leaves a closed dialog when the page is drawn.
const NO_DIALOG: &str = "!tests.dialog() && !document.activeElement.closest('dialog')";

const FOCUSED: &str = "document.activeElement.closest('tr')?.dataset.name ?? ''";

async fn list(browser: &Browser) -> anyhow::Result<Scene> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    Ok(scene)
}

async fn rows_are_reached_and_opened_by_keys(browser: &Browser) -> anyhow::Result<()> {
    let _scene = list(browser).await?;
    browser.press(['j']).await?;
    browser.until(&format!("{FOCUSED} === 'bank'")).await?;
    browser.press(['j', 'j', 'k']).await?;
    browser
        .until(&format!("{FOCUSED} === tests.names()[1]"))
        .await?;
    browser.press(['k', char::from(Key::Enter)]).await?;
    browser.until("location.hash === '#/b/bank'").await?;
    browser.sees("20 of 40 calls failed").await?;
    browser.press_key(Key::Escape).await?;
    browser.until("tests.rows().length === 12").await?;
    Ok(())
}

async fn the_shortcuts_do_what_the_help_says(browser: &Browser) -> anyhow::Result<()> {
    let _scene = list(browser).await?;
    browser.press(['?']).await?;
    browser
        .until("tests.dialog() && /theme/i.test(tests.text())")
        .await?;
    browser.press_key(Key::Escape).await?;
    browser.until(NO_DIALOG).await?;

    browser.press(['g', 'o']).await?;
    browser.until("tests.names().join() === 'bank'").await?;
    browser.press_key(Key::Escape).await?;
    browser.until("tests.rows().length === 12").await?;

    browser.press(['u']).await?;
    browser
        .sees_in("mail", "until [-0-9 ]*\\d\\d:\\d\\d (UTC|Z)")
        .await?;
    browser.press(['u']).await?;
    browser
        .sees_in("mail", "until [-0-9 ]*\\d\\d:\\d\\d .02:00")
        .await?;

    let background = "getComputedStyle(document.body).backgroundColor";
    let light = browser.text(background).await?;
    browser.press(['t', 't']).await?;
    browser
        .until(&format!("{background} !== '{light}'"))
        .await?;
    browser.press(['t']).await?;
    browser
        .until(&format!("{background} === '{light}'"))
        .await?;

    browser.press(['/']).await?;
    browser
        .until("document.activeElement.type === 'search'")
        .await?;
    Ok(())
}

async fn shortcuts_are_letters_inside_of_a_field(browser: &Browser) -> anyhow::Result<()> {
    let _scene = list(browser).await?;
    browser.press(['/']).await?;
    browser
        .until("document.activeElement.type === 'search'")
        .await?;
    browser.press("tax?".chars()).await?;
    browser
        .until("document.activeElement.value === 'tax?'")
        .await?;
    ensure!(browser.eval("!tests.dialog()").await? == true);
    browser.press_key(Key::Escape).await?;
    browser
        .until("document.activeElement.type !== 'search'")
        .await?;
    Ok(())
}

async fn shortcuts_can_be_switched_off(browser: &Browser) -> anyhow::Result<()> {
    let _scene = list(browser).await?;
    browser.press(['?']).await?;
    browser.until("tests.dialog()").await?;
    browser.click("tests.labelled(/shortcuts/i)").await?;
    browser.push("^close").await?;
    browser.until(NO_DIALOG).await?;
    browser.press(['/', '?', 'j']).await?;
    ensure!(
        browser
            .eval("!tests.dialog() && document.activeElement.type !== 'search'")
            .await?
            == true
    );
    ensure!(browser.text(FOCUSED).await?.is_empty());
    // After a reload too.
    browser.reload().await?;
    browser.sees_in("bank", "open").await?;
    browser.press(['?']).await?;
    ensure!(browser.eval("!tests.dialog()").await? == true);
    browser.push("^keys").await?;
    browser.click("tests.labelled(/shortcuts/i)").await?;
    browser.push("^close").await?;
    browser.press(['?']).await?;
    browser.until("tests.dialog()").await?;
    Ok(())
}

async fn a_breaker_is_forced_open_by_keys_alone(browser: &Browser) -> anyhow::Result<()> {
    let scene = list(browser).await?;
    sign_in(browser).await?;
    browser.press(['/']).await?;
    browser.press("tax".chars()).await?;
    browser.until("tests.names().join() === 'tax'").await?;
    browser.press([char::from(Key::Escape), 'j']).await?;
    browser.until(&format!("{FOCUSED} === 'tax'")).await?;
    browser.press(['f']).await?;
    browser
        .until("tests.dialog() && document.activeElement === tests.labelled(/^reason/i)")
        .await?;
    browser.press("INC-42".chars()).await?;
    let button = "tests.dialog().querySelector('menu button:last-child')";
    browser.until(&format!("!{button}.disabled")).await?;
    for _ in 0..20 {
        if browser
            .eval(&format!("document.activeElement === {button}"))
            .await?
            == true
        {
            break;
        }
        browser.press_key(Key::Tab).await?;
    }
    browser.press_key(Key::Enter).await?;
    browser.until("!tests.dialog()").await?;
    ensure!(scene.get("tax")?.state() == State::ForcedOpen);
    // The focus is where it was, and the message can be reached.
    browser
        .until("document.activeElement !== document.body")
        .await?;
    Ok(())
}

async fn the_first_stop_skips_to_the_breakers(browser: &Browser) -> anyhow::Result<()> {
    let _scene = list(browser).await?;
    browser.press_key(Key::Tab).await?;
    browser.until("/skip/i.test(document.activeElement.innerText) && tests.isShown(document.activeElement)").await?;
    browser.press_key(Key::Enter).await?;
    browser
        .until("document.activeElement.localName === 'main'")
        .await?;
    // The list is still there.
    browser.until("tests.rows().length === 12").await?;
    Ok(())
}
