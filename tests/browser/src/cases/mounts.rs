//! The page under other paths, and behind proxies with habits.

use anyhow::ensure;
use axum::Router;
use breaker_runtime::State;
use tokio::net::TcpListener;

use crate::browser::Browser;
use crate::proxy::Proxy;
use crate::scene::{Scene, TOKEN, access, admin};
use crate::steps::{confirm, open_billing, sign_in};

cases![
    it_works_under_a_path_of_an_application,
    it_works_behind_a_proxy_that_strips_a_prefix,
    it_works_behind_a_proxy_that_decodes_slashes,
    it_works_behind_a_proxy_that_rewrites_a_prefix,
    the_address_of_the_api_leads_a_browser_to_the_page,
];

/// Loads the page, opens a breaker whose name has a slash, and trips it.
async fn check(browser: &Browser, scene: &Scene, url: &str) -> anyhow::Result<()> {
    browser.open(url).await?;
    browser.sees_in("bank", "open").await?;
    open_billing(browser).await?;
    sign_in(browser).await?;
    browser.push("^trip").await?;
    confirm(browser).await?;
    browser.sees("tripped by on-call").await?;
    ensure!(scene.get("billing/eu")?.state() == State::Open);
    Ok(())
}

async fn it_works_under_a_path_of_an_application(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let circuits = admin(&scene.registry, access(TOKEN)).at("/circuits");
    let app: Router = Router::new().nest("/internal/{tenant}", circuits);
    let app = app.fallback(|| async { "the application" });
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/internal/eu/circuits/ui", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    check(browser, &scene, &url).await?;
    server.abort();
    Ok(())
}

async fn it_works_behind_a_proxy_that_strips_a_prefix(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let strip = |path: &str| path.strip_prefix("/ops/breakers").map(str::to_owned);
    let proxy = Proxy::start(scene.address(), strip).await?;
    check(browser, &scene, &format!("{}/ops/breakers/ui", proxy.url)).await
}

async fn it_works_behind_a_proxy_that_decodes_slashes(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let decode = |path: &str| Some(path.replace("%2F", "/").replace("%2f", "/"));
    let proxy = Proxy::start(scene.address(), decode).await?;
    check(browser, &scene, &format!("{}/ui", proxy.url)).await
}

async fn it_works_behind_a_proxy_that_rewrites_a_prefix(browser: &Browser) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let circuits = admin(&scene.registry, access(TOKEN)).at("/circuits");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async move { axum::serve(listener, circuits).await });
    let rewrite = |path: &str| Some(format!("/circuits{}", path.strip_prefix("/tools")?));
    let proxy = Proxy::start(address, rewrite).await?;
    check(browser, &scene, &format!("{}/tools/ui", proxy.url)).await?;
    server.abort();
    Ok(())
}

async fn the_address_of_the_api_leads_a_browser_to_the_page(
    browser: &Browser,
) -> anyhow::Result<()> {
    let scene = Scene::twelve(1).await?;
    let circuits = admin(&scene.registry, access(TOKEN)).at("/circuits");
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = format!("http://{}/circuits", listener.local_addr()?);
    let server = tokio::spawn(async move { axum::serve(listener, circuits).await });
    for address in [url.clone(), format!("{url}/")] {
        browser.open(&address).await?;
        browser.sees_in("bank", "open").await?;
        browser
            .until("location.pathname === '/circuits/ui'")
            .await?;
    }
    server.abort();
    Ok(())
}
