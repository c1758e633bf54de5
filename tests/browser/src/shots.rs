//! Pictures of the page, for a person to look at.

use std::path::Path;
use std::time::Duration;

use breaker_runtime::Config;
use breaker_runtime::admin::Access;
use fantoccini::Client;

use crate::browser::{Browser, DESK, PHONE};
use crate::fleet::FleetScene;
use crate::proxy::Proxy;
use crate::scene::{Scene, access};
use crate::{proxy, steps};

/// Takes all pictures.
pub(crate) async fn take(client: &Client, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    Browser::install_helpers(client).await?;
    let shots = Shots {
        browser: Browser::new(client).await?,
        folder,
    };
    shots.of_sizes().await?;
    shots.of_a_breaker().await?;
    shots.of_looks().await?;
    shots.of_trouble().await?;
    shots.of_a_fleet().await
}

struct Shots<'a> {
    browser: Browser,
    folder: &'a Path,
}

impl Shots<'_> {
    async fn shot(&self, name: &str) -> anyhow::Result<()> {
        // Lets the page draw its last answer.
        tokio::time::sleep(Duration::from_millis(400)).await;
        let path = self.folder.join(format!("{name}.png"));
        self.browser.picture(&path).await?;
        println!("{}", path.display());
        Ok(())
    }

    async fn of_sizes(&self) -> anyhow::Result<()> {
        let browser = &self.browser;
        let scene = Scene::empty()?;
        browser.open(&scene.url("")).await?;
        browser.sees("no circuit breaker").await?;
        self.shot("01-no-breaker").await?;

        let scene = Scene::bank().await?;
        browser.open(&scene.url("")).await?;
        browser.sees_in("bank", "open").await?;
        self.shot("02-one-breaker").await?;

        let scene = Scene::twelve(120).await?;
        browser.open(&scene.url("")).await?;
        browser.sees_in("bank", "open").await?;
        self.shot("03-twelve-breakers").await?;

        let scene = Scene::closed(500)?;
        for name in ["billing.task-001", "search.task-013"] {
            scene.get(name)?.trip();
        }
        browser.open(&scene.url("")).await?;
        browser.sees_in("billing.task-001", "open").await?;
        self.shot("04-500-breakers").await
    }

    async fn of_a_breaker(&self) -> anyhow::Result<()> {
        let browser = &self.browser;
        let scene = Scene::twelve(120).await?;
        browser.resize((DESK.0, 1600)).await?;
        browser.open(&scene.url("#/b/bank")).await?;
        browser.sees("the service answered 503").await?;
        self.shot("05-detail").await?;

        let keys = Scene::keys(10_000)?;
        browser.open(&keys.url("#/b/fetch")).await?;
        browser.sees("host-00007").await?;
        self.shot("06-keys").await?;
        browser.resize(DESK).await?;

        browser.open(&scene.url("#/b/stock")).await?;
        steps::sign_in(browser).await?;
        browser.push("^force open").await?;
        browser.sees("on this instance|this instance only").await?;
        steps::write_reason(browser, "the warehouse is closed, INC-42").await?;
        self.shot("07-dialog").await?;
        steps::confirm(browser).await?;
        browser.until("tests.button(/^undo$/i)").await?;
        self.shot("08-undo").await?;

        browser.open(&scene.url("#/b/bank")).await?;
        browser.push("^force closed").await?;
        browser.sees("type bank").await?;
        self.shot("09-forced-closed-warning").await?;

        let scene = Scene::closed(2)?;
        let config = Config::new().threshold(7);
        scene.registry.get_or_create("bank", config)?;
        let _recorder = scene.record_calls("bank")?;
        browser.open(&scene.url("#/b/bank")).await?;
        steps::sign_in(browser).await?;
        browser.push("^edit threshold").await?;
        browser.fill("tests.labelled(/^value/i)", "4").await?;
        browser.sees("openings 0 1").await?;
        self.shot("20-rehearsal").await
    }

    async fn of_looks(&self) -> anyhow::Result<()> {
        let browser = &self.browser;
        let scene = Scene::twelve(120).await?;
        browser.dark().await?;
        browser.open(&scene.url("")).await?;
        browser.sees_in("bank", "open").await?;
        self.shot("10-dark").await?;
        browser.media(&[]).await?;

        browser.resize(PHONE).await?;
        browser.open(&scene.url("")).await?;
        browser.sees_in("bank", "open").await?;
        self.shot("11-phone").await?;
        browser.resize(DESK).await?;

        let mut closed = Scene::closed(3)?;
        closed.restart(Access::token("on-call", crate::scene::TOKEN)?)?;
        browser.open(&closed.url("")).await?;
        browser.until("tests.field('[type=password]')").await?;
        self.shot("12-sign-in").await
    }

    async fn of_a_fleet(&self) -> anyhow::Result<()> {
        let browser = &self.browser;
        let fleet = FleetScene::new().await?;
        fleet.votes_alone()?;
        fleet.opens("mail").await?;
        browser.open(&fleet.scene.url("")).await?;
        browser.sees("only this instance votes").await?;
        self.shot("15-fleet").await?;
        browser.resize(PHONE).await?;
        self.shot("16-fleet-on-a-phone").await?;
        browser.resize(DESK).await?;
        browser.open(&fleet.scene.url("#/fleet")).await?;
        browser.sees("3 live members").await?;
        self.shot("17-members").await?;
        browser.dark().await?;
        browser.open(&fleet.scene.url("#/b/mail")).await?;
        browser.sees("in the whole fleet").await?;
        self.shot("18-shared-breaker-in-the-dark").await?;
        browser.media(&[]).await?;
        steps::sign_in(browser).await?;
        browser.push("^force open").await?;
        steps::choose_the_fleet(browser).await?;
        steps::write_reason(browser, "the mail server is being moved, INC-7").await?;
        self.shot("19-dialog-of-the-fleet").await
    }

    async fn of_trouble(&self) -> anyhow::Result<()> {
        let browser = &self.browser;
        let mut scene = Scene::twelve(120).await?;
        browser.open(&scene.url("")).await?;
        browser.sees_in("bank", "open").await?;
        scene.stop();
        browser
            .until("document.body.classList.contains('stale')")
            .await?;
        self.shot("13-stale").await?;

        scene.restart(access(crate::scene::TOKEN))?;
        let proxy = Proxy::changing(scene.address(), proxy::two_instances()).await?;
        browser.open(&format!("{}/ui", proxy.url)).await?;
        browser.sees("2 instances").await?;
        self.shot("14-two-instances").await
    }
}
