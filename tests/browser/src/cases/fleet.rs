//! A fleet: what the list and the details show of it, and actions on all of it.

use anyhow::ensure;
use breaker_runtime::State;
use breaker_runtime::fleet::MemoryFault;

use crate::browser::Browser;
use crate::fleet::FleetScene;
use crate::scene::Scene;
use crate::steps::{choose_the_fleet, confirm, sign_in, write_reason};

cases![
    the_list_leads_to_the_members_of_the_fleet,
    the_details_say_who_votes,
    an_action_on_the_fleet_acts_everywhere_and_is_undone_everywhere,
    an_action_is_about_this_instance_unless_the_fleet_is_chosen,
    an_override_of_the_fleet_can_be_cleared_from_any_instance,
    an_instance_without_its_fleet_says_so,
    without_a_fleet_the_page_shows_none,
];

async fn the_list_leads_to_the_members_of_the_fleet(browser: &Browser) -> anyhow::Result<()> {
    let fleet = FleetScene::new().await?;
    browser.open(&fleet.scene.url("")).await?;
    browser
        .click("tests.link(/fleet shop: 3 members/i)")
        .await?;
    browser.sees("3 live members").await?;
    for number in 1..=3 {
        browser.sees(&format!("shop-{number}#")).await?;
    }
    let here = "document.querySelector('tr:has(td:last-child:not([data-empty]))').innerText";
    let here = browser.text(here).await?;
    ensure!(here.contains("shop-1#"), "{here}");
    browser.check_layout("a fleet").await
}

async fn the_details_say_who_votes(browser: &Browser) -> anyhow::Result<()> {
    let fleet = FleetScene::new().await?;
    fleet.votes_alone()?;
    browser.open(&fleet.scene.url("#/b/bank")).await?;
    browser
        .sees("closed in the whole fleet; only this instance votes to open it, for .*; it takes 3 votes")
        .await?;
    browser.sees("who votes and probes, of 3 members").await?;
    browser.check_layout("a shared breaker").await?;
    ensure!(fleet.all("bank")[1].state() == State::Closed);
    browser.open(&fleet.scene.url("#/b/tax")).await?;
    browser.sees("no calls yet").await?;
    browser
        .until("!/in the whole fleet/i.test(tests.text())")
        .await?;
    Ok(())
}

async fn an_action_on_the_fleet_acts_everywhere_and_is_undone_everywhere(
    browser: &Browser,
) -> anyhow::Result<()> {
    let fleet = FleetScene::new().await?;
    browser.open(&fleet.scene.url("#/b/bank")).await?;
    sign_in(browser).await?;
    browser.push("^force open").await?;
    browser.sees("on this instance only").await?;
    choose_the_fleet(browser).await?;
    write_reason(browser, "INC-42").await?;
    browser
        .until("/force open bank in the whole fleet/i.test(tests.dialog().querySelector('menu').innerText)")
        .await?;
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    fleet.until("bank", State::ForcedOpen).await?;
    browser.sees("forced in the whole fleet by on-call").await?;
    browser.push("^undo").await?;
    fleet.until("bank", State::Closed).await
}

async fn an_action_is_about_this_instance_unless_the_fleet_is_chosen(
    browser: &Browser,
) -> anyhow::Result<()> {
    let fleet = FleetScene::new().await?;
    browser.open(&fleet.scene.url("#/b/bank")).await?;
    sign_in(browser).await?;
    browser.push("^trip").await?;
    browser
        .until("tests.dialog().querySelector('[name=scope][value=instance]')?.checked")
        .await?;
    confirm(browser).await?;
    browser.until("!tests.dialog()").await?;
    let [one, two, three] = &fleet.all("bank")[..] else {
        anyhow::bail!("there are three");
    };
    ensure!(one.state() == State::Open);
    ensure!(two.state() == State::Closed && three.state() == State::Closed);
    browser.open(&fleet.scene.url("#/b/tax")).await?;
    browser.push("^trip").await?;
    browser.sees("on this instance only").await?;
    browser
        .until("!tests.dialog().querySelector('[name=scope]')")
        .await?;
    Ok(())
}

async fn an_override_of_the_fleet_can_be_cleared_from_any_instance(
    browser: &Browser,
) -> anyhow::Result<()> {
    let fleet = FleetScene::new().await?;
    fleet.forces_open("bank").await?;
    fleet.until("bank", State::ForcedOpen).await?;
    browser.open(&fleet.scene.url("#/b/bank")).await?;
    browser
        .sees("the whole fleet rejects every call until")
        .await?;
    sign_in(browser).await?;
    browser.push("^clear override").await?;
    browser
        .sees("clears the override of the fleet for bank at all 3 members")
        .await?;
    confirm(browser).await?;
    fleet.until("bank", State::Closed).await
}

async fn an_instance_without_its_fleet_says_so(browser: &Browser) -> anyhow::Result<()> {
    let fleet = FleetScene::new().await?;
    browser.open(&fleet.scene.url("")).await?;
    browser.sees("fleet shop: 3 members").await?;
    fleet.store.fail(MemoryFault::Away);
    browser.sees("fleet shop: alone").await?;
    browser.click("tests.link(/fleet shop: alone/i)").await?;
    browser
        .sees("the store has not answered for .* reason: ")
        .await?;
    fleet.store.recover();
    browser.sees("in touch with the fleet of 3 members").await
}

async fn without_a_fleet_the_page_shows_none(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::closed(2)?;
    browser.open(&scene.url("")).await?;
    browser.sees_in("accounts.task-000", "closed").await?;
    browser.until("!tests.link(/fleet/i)").await?;
    browser.open(&scene.url("#/fleet")).await?;
    browser.sees("this instance is in no fleet").await
}
