//! What comes from outside: keys, reasons and causes are shown as they are, and run nothing.
//!
//! After each test, the console has to be empty, no policy may have been violated, and only the origin of the page may
//! have been asked.

use anyhow::ensure;
use breaker_runtime::Config;
use serde_json::json;

use crate::browser::Browser;
use crate::scene::Scene;

cases![
    a_key_with_markup_is_shown_and_runs_nothing,
    keys_that_deceive_are_shown_with_escapes,
    reasons_and_causes_with_markup_run_nothing,
    markup_cannot_be_parsed_at_all,
    the_page_has_the_headers_of_a_page_that_trusts_nothing,
    errors_and_requests_to_other_origins_would_be_found,
];

const MARKUP: &str = "\"><img src=x onerror=alert(1)>";

fn scene_with_keys(keys: &[&str]) -> anyhow::Result<Scene> {
    let scene = Scene::closed(1)?;
    for key in keys {
        let config = Config::new().threshold(1);
        let breaker = scene.registry.get_or_create_keyed("fetch", key, config)?;
        breaker.try_acquire()?.failure_with_cause(|| MARKUP);
    }
    Ok(scene)
}

async fn a_key_with_markup_is_shown_and_runs_nothing(browser: &Browser) -> anyhow::Result<()> {
    let scene = scene_with_keys(&[MARKUP, "..", "../../x", "a&b=c#d?e", "%2F"])?;
    browser.open(&scene.url("#/b/fetch")).await?;
    for key in [MARKUP, "..", "../../x", "a&b=c#d?e", "%2F"] {
        let link = format!(
            "[...document.querySelectorAll('article a')].find((it) => it.innerText === {})",
            json!(key)
        );
        browser.click(&link).await?;
        browser
            .until(&format!(
                "document.querySelector('h2').innerText.includes({})",
                json!(key)
            ))
            .await?;
        browser.sees("onerror=alert").await?;
        browser.back().await?;
        browser.until(&link).await?;
    }
    has_no_image(browser).await
}

/// Checks that no text has become an element.
async fn has_no_image(browser: &Browser) -> anyhow::Result<()> {
    ensure!(
        browser
            .eval("document.querySelectorAll('main img').length")
            .await?
            == 0
    );
    Ok(())
}

async fn keys_that_deceive_are_shown_with_escapes(browser: &Browser) -> anyhow::Result<()> {
    let scene = scene_with_keys(&["invoice\u{202e}fdp.exe", "two\nlines", "zero\u{200b}width"])?;
    browser.open(&scene.url("#/b/fetch")).await?;
    for shown in [
        "invoice\\u{202e}fdp.exe",
        "two\\nlines",
        "zero\\u{200b}width",
    ] {
        browser
            .until(&format!("tests.text().includes({})", json!(shown)))
            .await?;
    }
    browser.click("tests.link(/two/)").await?;
    browser
        .until("document.querySelector('h2').innerText.includes('two\\\\nlines')")
        .await?;
    Ok(())
}

async fn reasons_and_causes_with_markup_run_nothing(browser: &Browser) -> anyhow::Result<()> {
    let scene = scene_with_keys(&["a"])?;
    let bank = scene.make("bank")?;
    for _ in 0..5 {
        bank.try_acquire()?.failure_with_cause(|| MARKUP);
    }
    scene
        .make("mail")?
        .force_open(&format!("{MARKUP}\u{202e}"), None);
    browser.open(&scene.url("")).await?;
    browser.sees_in("bank", "onerror=alert").await?;
    browser.sees_in("mail", "onerror=alert.*u.?202e").await?;
    browser.open(&scene.url("#/b/mail")).await?;
    browser.sees("onerror=alert").await?;
    has_no_image(browser).await
}

async fn markup_cannot_be_parsed_at_all(browser: &Browser) -> anyhow::Result<()> {
    browser.expect_message("TrustedHTML");
    browser.expect_message("Content Security Policy");
    let scene = Scene::closed(2)?;
    browser.open(&scene.url("")).await?;
    let throws = "(() => { try { document.createElement('p').innerHTML = '<b>x</b>'; return false; } catch { return true; } })()";
    ensure!(browser.eval(throws).await? == true);
    let blocked = "addEventListener('securitypolicyviolation', (event) => arguments[0](event.effectiveDirective)); \
                   const image = document.createElement('img'); image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='; document.body.append(image);";
    ensure!(browser.run_async(blocked, vec![]).await? == "img-src");
    let seen = browser
        .eval(
            "tests.seen.length > 0 && tests.seen.splice(0).every((it) => it.startsWith('policy '))",
        )
        .await?;
    ensure!(seen == true);
    Ok(())
}

async fn the_page_has_the_headers_of_a_page_that_trusts_nothing(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::closed(2)?;
    let answer = scene.read("ui").await?.to_ascii_lowercase();
    for part in [
        "default-src 'none'",
        "require-trusted-types-for 'script'",
        "frame-ancestors 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        ensure!(answer.contains(part), "{part} is missing");
    }
    ensure!(
        !answer.contains("unsafe-") && !answer.contains("style=") && !answer.contains("onclick")
    );
    // It is embedded by no page, not even by itself.
    browser.open(&scene.url("")).await?;
    browser.sees_in("accounts.task-000", "closed").await?;
    ensure!(
        browser
            .eval("[...document.scripts].every((it) => it.src && !it.text)")
            .await?
            == true
    );
    Ok(())
}

async fn errors_and_requests_to_other_origins_would_be_found(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::closed(2)?;
    for fault in [
        "console.error('a message')",
        "setTimeout(() => { throw new Error('an error'); })",
        "Promise.reject('a rejection')",
        "fetch('http://192.0.2.1/').catch(() => {})",
        "document.body.append(Object.assign(document.createElement('img'), { src: 'http://192.0.2.1/x.png' }))",
    ] {
        browser.open(&scene.url("")).await?;
        browser.sees_in("accounts.task-000", "closed").await?;
        browser.check_logs().await?;
        browser.run(fault).await?;
        browser
            .run_async("setTimeout(arguments[0], 200)", vec![])
            .await?;
        ensure!(browser.check_logs().await.is_err(), "not found: {fault}");
        browser.open("about:blank").await?;
        let _ = browser.check_logs().await;
    }
    Ok(())
}
