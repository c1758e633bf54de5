//! Many breakers, and many keys.

use std::time::Instant;

use anyhow::{Context, ensure};

use crate::browser::Browser;
use crate::scene::Scene;

cases![
    of_500_breakers_the_worst_hundred_are_shown_first,
    groups_show_all_500_by_the_first_part_of_their_names,
    of_10_000_keys_the_worst_hundred_are_shown_and_the_others_found,
];

async fn of_500_breakers_the_worst_hundred_are_shown_first(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::closed(500)?;
    scene.get("shipping.task-499")?.trip();
    browser.open(&scene.url("")).await?;
    browser
        .until("tests.names()[0] === 'shipping.task-499'")
        .await?;
    ensure!(browser.eval("tests.rows().length").await? == 100);
    browser.sees("400 more are closed and quiet").await?;
    browser.push("^show").await?;
    browser.until("tests.rows().length === 500").await?;
    Ok(())
}

async fn groups_show_all_500_by_the_first_part_of_their_names(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::closed(500)?;
    scene.get("shipping.task-499")?.trip();
    browser.open(&scene.url("")).await?;
    browser.push("^groups").await?;
    browser.until("tests.button(/^shipping/)").await?;
    browser.sees("accounts . 100").await?;
    browser.push("^shipping").await?;
    browser
        .until("tests.names().includes('shipping.task-499')")
        .await?;
    Ok(())
}

async fn of_10_000_keys_the_worst_hundred_are_shown_and_the_others_found(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::keys(10_000)?;
    browser.open(&scene.url("#/b/fetch")).await?;
    browser.sees("10,000 keys").await?;
    browser.sees("333 open|334 open").await?;
    browser.until("tests.link(/host-00007/)").await?;
    ensure!(
        browser
            .eval("document.querySelectorAll('*').length < 4000")
            .await?
            == true
    );
    let began = Instant::now();
    browser
        .fill("tests.field('article input[type=search]')", "host-09999")
        .await?;
    browser.until("tests.link(/host-09999/)").await?;
    println!(
        "    a key was found in {:.1} s",
        began.elapsed().as_secs_f32()
    );
    let stats = scene.registry.key_stats("fetch").context("it has keys")?;
    ensure!(stats.keys == 10_000 && stats.unlisted == 0, "{stats:?}");
    Ok(())
}
