//! Nothing overlaps, is cut off, or has to be scrolled sideways.

use anyhow::ensure;

use crate::browser::{Browser, DESK, PHONE};
use crate::scene::Scene;
use crate::steps::{sign_in, write_reason};

cases![
    everything_has_its_place_on_a_desk,
    everything_has_its_place_on_a_phone,
    everything_has_its_place_at_twice_the_size,
    a_fault_of_the_layout_would_be_found,
    nothing_moves_for_those_who_want_no_motion,
];

/// Looks at all views in a window of some size.
async fn check(browser: &Browser, size: (u32, u32)) -> anyhow::Result<()> {
    browser.resize(size).await?;
    for number in [0, 1, 500] {
        let scene = Scene::closed(number)?;
        browser.open(&scene.url("")).await?;
        browser.sees("no circuit breaker|task-").await?;
        browser.check_layout(&format!("{number} breakers")).await?;
    }
    let keys = Scene::keys(90)?;
    browser.open(&keys.url("#/b/fetch")).await?;
    browser.until("tests.link(/host-00007/)").await?;
    browser.check_layout("keys").await?;

    let scene = Scene::twelve(20).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    browser.check_layout("twelve breakers").await?;
    for name in ["bank", "forced-closed", "billing%2Feu"] {
        browser.open(&scene.url(&format!("#/b/{name}"))).await?;
        browser.sees("how far").await?;
        browser
            .until("document.querySelectorAll('article table').length > 1")
            .await?;
        browser.check_layout(name).await?;
    }
    browser.press(['?']).await?;
    browser.until("tests.dialog()").await?;
    browser.check_layout("the help").await?;
    browser.push("^close").await?;
    sign_in(browser).await?;
    browser.push("^force open").await?;
    write_reason(browser, "INC-42").await?;
    browser
        .until("!tests.dialog().querySelector('menu button:last-child').disabled")
        .await?;
    browser.check_layout("the dialog").await
}

async fn everything_has_its_place_on_a_desk(browser: &Browser) -> anyhow::Result<()> {
    check(browser, DESK).await
}

async fn everything_has_its_place_on_a_phone(browser: &Browser) -> anyhow::Result<()> {
    check(browser, PHONE).await
}

/// The width of a window of 1280 pixels at 200 %.
async fn everything_has_its_place_at_twice_the_size(browser: &Browser) -> anyhow::Result<()> {
    check(browser, (DESK.0 / 2, DESK.1 / 2)).await
}

async fn a_fault_of_the_layout_would_be_found(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::closed(3)?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("accounts.task-000", "closed").await?;
    browser.check_layout("as it is").await?;
    browser
        .run(
            "const [above, wide] = [document.createElement('p'), document.createElement('p')]; \
             above.textContent = 'above'; above.style.setProperty('margin-top', '-30px'); \
             wide.textContent = 'wide'; wide.style.setProperty('width', '2000px'); \
             tests.row('accounts.task-000').querySelector('.sentence').append(above); \
             document.querySelector('main').append(wide);",
        )
        .await?;
    let faults = browser.text("tests.layout().join()").await?;
    for part in ["overlap", "the page is", "\"wide\" reaches"] {
        ensure!(faults.contains(part), "{part} is missing: {faults}");
    }
    Ok(())
}

async fn nothing_moves_for_those_who_want_no_motion(browser: &Browser) -> anyhow::Result<()> {
    browser
        .media(&[("prefers-reduced-motion", "reduce")])
        .await?;
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "open").await?;
    scene.get("tax")?.trip();
    browser.refresh().await?;
    browser.sees_in("tax", "open").await?;
    let still =
        "document.getAnimations().every((it) => it.effect.getComputedTiming().duration <= 1)";
    browser.until(still).await?;
    Ok(())
}
