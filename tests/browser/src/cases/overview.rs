//! The list of all breakers.

use std::time::Duration;

use anyhow::ensure;
use breaker_runtime::State;

use crate::browser::Browser;
use crate::scene::Scene;

cases![
    each_state_has_its_word_and_the_worst_is_first,
    a_row_says_what_happened_and_what_comes_next,
    the_countdown_follows_the_clock_of_the_service,
    the_title_and_the_icon_tell_the_worst_state,
    a_transition_appears_without_a_reload_and_is_told_to_screen_readers,
    without_a_breaker_the_page_names_the_usual_causes,
    a_single_breaker_is_shown_with_its_detail,
    a_search_asks_the_service_and_its_address_opens_the_same_view,
    a_chip_shows_the_breakers_in_its_state,
    the_past_ten_minutes_are_there_when_the_page_is_first_opened,
    mistakes_in_declarations_are_listed,
    a_clock_that_differs_from_that_of_the_service_is_told,
];

async fn each_state_has_its_word_and_the_worst_is_first(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.until("tests.names()[0] === 'bank'").await?;
    browser.sees_in("bank", "^ ?open.*critical").await?;
    browser
        .sees_in("mail", "^ ?forced open.*being moved, INC-7")
        .await?;
    browser.sees_in("half-open", "^ ?half open").await?;
    browser.sees_in("forced-closed", "^ ?forced closed").await?;
    browser.sees_in("tax", "^ ?closed").await?;
    // Not by colour alone: each has another glyph.
    let glyphs = "new Set(['bank', 'mail', 'half-open', 'forced-closed', 'tax'].map((name) => \
                  tests.row(name).querySelector('.badge svg').innerHTML)).size";
    ensure!(browser.eval(glyphs).await? == 5);
    Ok(())
}

async fn a_row_says_what_happened_and_what_comes_next(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "20 of 40 calls failed").await?;
    browser.sees_in("bank", "the service answered 503").await?;
    browser.sees_in("bank", "next probe in \\d+ s").await?;
    browser
        .sees_in("mail", "until [-0-9 ]*\\d\\d:\\d\\d.*left")
        .await?;
    browser
        .sees_in("half-open", "0 of 3 successes, 1 in flight")
        .await?;
    browser
        .sees_in("forced-closed", "until someone clears the override")
        .await
}

async fn the_countdown_follows_the_clock_of_the_service(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "next probe in 2\\d s").await?;
    scene.clock.advance(Duration::from_secs(20));
    browser.refresh().await?;
    browser.sees_in("bank", "next probe in \\d s").await?;
    scene.clock.advance(Duration::from_secs(20));
    browser.refresh().await?;
    browser.sees_in("bank", "half open").await
}

async fn the_title_and_the_icon_tell_the_worst_state(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::closed(3)?;
    browser.open(&scene.url("")).await?;
    browser.until("document.title === 'shop · test'").await?;
    let icon = "document.querySelector('link[rel=icon]').href";
    let closed = browser.text(icon).await?;
    scene.get("billing.task-001")?.trip();
    browser.refresh().await?;
    browser
        .until("/^\\(1 open\\) shop/.test(document.title)")
        .await?;
    ensure!(browser.text(icon).await? != closed);
    let answer = browser.run_async(
        "fetch(document.querySelector('link[rel=icon]').href).then((it) => arguments[0](it.headers.get('content-type')))",
        vec![],
    );
    ensure!(answer.await? == "image/svg+xml");
    Ok(())
}

async fn a_transition_appears_without_a_reload_and_is_told_to_screen_readers(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::closed(3)?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("catalogue.task-002", "closed").await?;
    browser.until("tests.told() === ''").await?;
    scene.get("catalogue.task-002")?.trip();
    browser.refresh().await?;
    browser.sees_in("catalogue.task-002", "open").await?;
    browser
        .until("/catalogue.task-002 opened/.test(tests.told())")
        .await?;
    ensure!(scene.get("catalogue.task-002")?.state() == State::Open);
    Ok(())
}

async fn without_a_breaker_the_page_names_the_usual_causes(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::empty()?;
    browser.open(&scene.url("")).await?;
    browser.sees("no circuit breaker").await?;
    ensure!(
        browser
            .eval("document.querySelectorAll('ol li').length")
            .await?
            == 3
    );
    // The first breaker replaces them.
    scene.make("bank")?;
    browser.refresh().await?;
    browser.sees("bank").await
}

async fn a_single_breaker_is_shown_with_its_detail(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::closed(1)?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("accounts.task-000", "closed").await?;
    browser.sees("latency").await?;
    browser.sees("settings").await
}

async fn a_search_asks_the_service_and_its_address_opens_the_same_view(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::closed(200)?;
    browser.open(&scene.url("")).await?;
    browser.until("tests.rows().length === 100").await?;
    browser
        .fill("tests.field('input[type=search]')", "TASK-199")
        .await?;
    browser
        .until("tests.names().join() === 'shipping.task-199'")
        .await?;
    let address = browser.text("location.href").await?;
    browser.open("about:blank").await?;
    browser.open(&address).await?;
    browser
        .until("tests.names().join() === 'shipping.task-199'")
        .await?;
    ensure!(
        browser
            .text("tests.field('input[type=search]').value")
            .await?
            == "TASK-199"
    );
    browser.back().await?;
    Ok(())
}

async fn a_chip_shows_the_breakers_in_its_state(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    browser.open(&scene.url("")).await?;
    browser.push("1 half open").await?;
    browser
        .until("tests.names().join() === 'half-open'")
        .await?;
    ensure!(
        browser
            .text("tests.button(/1 half open/).getAttribute('aria-pressed')")
            .await?
            == "true"
    );
    browser.push("12 in all").await?;
    browser.until("tests.rows().length === 12").await?;
    Ok(())
}

async fn the_past_ten_minutes_are_there_when_the_page_is_first_opened(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::bank().await?;
    browser.open(&scene.url("#/b/bank")).await?;
    browser.sees("the service answered 503").await?;
    // The areas of the chart have points for ten minutes: they begin at the left and end at the right.
    let drawn = "(kind) => { const box = document.querySelector(`.detail svg[role=img] path.${kind}`).getBoundingClientRect(); \
                 const all = document.querySelector('.detail svg[role=img]').getBoundingClientRect(); \
                 return [(box.left - all.left) / all.width, (box.right - all.left) / all.width]; }";
    let passed = browser.until(&format!("({drawn})('passed')")).await?;
    ensure!(passed[0].as_f64() < Some(0.05), "passed {passed}");
    let rejected = browser.eval(&format!("({drawn})('rejected')")).await?;
    ensure!(rejected[1].as_f64() > Some(0.95), "rejected {rejected}");
    browser.open(&scene.url("#/")).await?;
    browser
        .until("tests.row('bank').querySelector('.past svg').getBoundingClientRect().width > 100")
        .await?;
    Ok(())
}

async fn mistakes_in_declarations_are_listed(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::closed(2)?;
    scene.make("payment")?;
    scene.make("paymnet")?;
    browser.open(&scene.url("")).await?;
    browser.click("tests.link(/1 finding/)").await?;
    browser.sees("paymnet").await?;
    browser.until("location.hash === '#/findings'").await?;
    Ok(())
}

async fn a_clock_that_differs_from_that_of_the_service_is_told(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    scene.clock.advance(Duration::from_secs(3600));
    browser.open(&scene.url("")).await?;
    browser.sees("your clock is .* behind").await?;
    scene.get("tax")?.trip();
    // What counts is the clock of the service.
    browser.refresh().await?;
    browser.sees_in("tax", "next probe in (30|2\\d) s").await
}
