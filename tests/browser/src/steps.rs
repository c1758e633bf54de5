//! What several tests do with the page.

use crate::browser::Browser;
use crate::scene::TOKEN;

/// Signs in with the token of `on-call`.
pub(crate) async fn sign_in(browser: &Browser) -> anyhow::Result<()> {
    browser.push("^sign in$").await?;
    enter_token(browser, TOKEN).await?;
    browser.until("!tests.dialog()").await?;
    Ok(())
}

/// Writes a token into the dialog that asks for it, and confirms.
pub(crate) async fn enter_token(browser: &Browser, token: &str) -> anyhow::Result<()> {
    browser
        .fill("tests.field('[type=password]')", token)
        .await?;
    browser.push("^sign in$").await
}

/// Writes the reason of an action into its dialog.
pub(crate) async fn write_reason(browser: &Browser, reason: &str) -> anyhow::Result<()> {
    browser.fill("tests.labelled(/^reason/i)", reason).await
}

/// Confirms an action, once the page has asked what it would do.
pub(crate) async fn confirm(browser: &Browser) -> anyhow::Result<()> {
    let button = "tests.dialog().querySelector('menu button:last-child')";
    browser.until(&format!("!{button}.disabled")).await?;
    browser.click(button).await
}

/// Opens the breaker `billing/eu` by its row.
pub(crate) async fn open_billing(browser: &Browser) -> anyhow::Result<()> {
    browser
        .click("tests.row('billing/eu').querySelector('a')")
        .await?;
    sees_billing(browser).await
}

/// Waits until the breaker `billing/eu` is shown.
pub(crate) async fn sees_billing(browser: &Browser) -> anyhow::Result<()> {
    browser
        .until("document.querySelector('h2')?.innerText === 'billing/eu'")
        .await?;
    Ok(())
}

/// Chooses the whole fleet as the scope of an action, and waits until the page has asked what it would do there.
pub(crate) async fn choose_the_fleet(browser: &Browser) -> anyhow::Result<()> {
    browser
        .click("tests.dialog().querySelector('[name=scope][value=fleet]')")
        .await?;
    browser.sees("all 3 members of the fleet shop").await
}
