//! Chromium, driven by Debian's chromedriver.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, ensure};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use url::{ParseError, Url};

/// A browser without extensions, without settings of a user, and without background requests.
const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--disable-quic",
    "--no-proxy-server",
    "--lang=en-US",
];

/// The time zone of the browser. It differs from UTC.
const TIME_ZONE: &str = "Europe/Helsinki";

/// How long the browser may take to start on a busy machine.
const START: Duration = Duration::from_secs(60);

/// A running browser.
#[derive(Debug)]
pub(crate) struct Driver {
    pub(crate) client: Client,
    chromedriver: Child,
    profile: PathBuf,
}

impl Driver {
    /// Starts chromedriver on a free port, and Chromium with an empty profile.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let name = format!("breaker-browser-{}", std::process::id());
        let profile = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&profile)?;
        let mut chromedriver = Command::new("chromedriver")
            .args(["--port=0", "--log-level=SEVERE"])
            .env("TZ", TIME_ZONE)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("chromedriver is missing; Debian's package chromium-driver has it")?;
        let port = timeout(START, port_of(&mut chromedriver)).await??;
        let client = timeout(
            START,
            session(&format!("http://127.0.0.1:{port}"), &profile),
        )
        .await
        .context("Chromium did not start")??;
        Ok(Self {
            client,
            chromedriver,
            profile,
        })
    }

    /// Ends the browser and its driver.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let closed = timeout(Duration::from_secs(10), self.client.close()).await;
        self.chromedriver.kill().await?;
        let _ = std::fs::remove_dir_all(&self.profile);
        closed.context("the browser did not close")??;
        Ok(())
    }
}

/// Reads the port from the line that chromedriver prints when it is ready.
async fn port_of(chromedriver: &mut Child) -> anyhow::Result<u16> {
    let output = chromedriver.stdout.take().context("it is piped")?;
    let mut lines = BufReader::new(output).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, port)) = line.rsplit_once("started successfully on port ") {
            // Somebody has to read the rest, because a full pipe would stop chromedriver.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Ok(port.trim_end_matches('.').parse()?);
        }
    }
    anyhow::bail!("chromedriver ended without a port")
}

async fn session(url: &str, profile: &std::path::Path) -> anyhow::Result<Client> {
    let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let capabilities = json!({
        "browserName": "chrome",
        "unhandledPromptBehavior": "ignore",
        "goog:chromeOptions": {
            "args": arguments,
            "perfLoggingPrefs": {"enableNetwork": true, "enablePage": false},
        },
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    });
    let Value::Object(capabilities) = capabilities else {
        anyhow::bail!("it is an object");
    };
    let client = ClientBuilder::new(HttpConnector::new())
        .capabilities(capabilities)
        .connect(url)
        .await?;
    Ok(client)
}

/// A command of chromedriver that the standard does not have.
#[derive(Debug)]
pub(crate) struct Extension {
    path: &'static str,
    body: Value,
}

impl Extension {
    /// Calls a method of the Chrome `DevTools` Protocol.
    pub(crate) fn cdp(method: &str, parameters: &Value) -> Self {
        Self {
            path: "goog/cdp/execute",
            body: json!({"cmd": method, "params": parameters}),
        }
    }

    /// Takes the entries of a log, `browser` or `performance`.
    pub(crate) fn log(kind: &str) -> Self {
        Self {
            path: "se/log",
            body: json!({"type": kind}),
        }
    }

    pub(crate) async fn send(self, client: &Client) -> anyhow::Result<Value> {
        let what = format!("{self:?}");
        let answer = client.issue_cmd(self).await.with_context(|| what.clone())?;
        ensure!(answer.get("error").is_none(), "{what}: {answer}");
        Ok(answer)
    }
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _url: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
