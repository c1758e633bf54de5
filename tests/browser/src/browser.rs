//! What a person does in a browser: open a page, look, click, type, turn the network off.

use std::cell::RefCell;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use fantoccini::Client;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::{Element, ElementRef};
use fantoccini::key::Key;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::driver::Extension;

/// How long a page may take to show what is expected, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);

/// The time between two looks at the page.
const LOOK: Duration = Duration::from_millis(25);

/// The page of a test asks its server until the next page is opened, and the server ends with the test.
const END_OF_SCENE: [&str; 3] = [
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONNECTION_RESET",
    "net::ERR_EMPTY_RESPONSE",
];

const HELPERS: &str = include_str!("helpers.js");

/// The member of JSON under which `WebDriver` transmits an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The size of a window on a desk.
pub(crate) const DESK: (u32, u32) = (1280, 900);

/// The size of a small phone.
pub(crate) const PHONE: (u32, u32) = (320, 640);

/// The page in the browser.
#[derive(Debug)]
pub(crate) struct Browser {
    client: Client,
    /// The origins that the test has opened. The page may ask no others.
    origins: RefCell<Vec<String>>,
    /// Parts of messages of the console that the test expects.
    expected: RefCell<Vec<String>>,
}

impl Browser {
    /// Prepares the browser for a test: an empty page of the usual size, and no emulation of the test before.
    pub(crate) async fn new(client: &Client) -> anyhow::Result<Self> {
        let browser = Self {
            client: client.clone(),
            origins: RefCell::default(),
            expected: RefCell::default(),
        };
        browser.freeze(false).await?;
        browser.client.goto("about:blank").await?;
        browser.resize(DESK).await?;
        browser.media(&[]).await?;
        browser.offline(false).await?;
        // Whatever the test before left in the logs.
        browser.log("browser").await?;
        browser.log("performance").await?;
        Ok(browser)
    }

    /// Lets the helpers of the tests run in each document. Once for a browser.
    pub(crate) async fn install_helpers(client: &Client) -> anyhow::Result<()> {
        let source = json!({"source": HELPERS});
        Extension::cdp("Page.addScriptToEvaluateOnNewDocument", &source)
            .send(client)
            .await?;
        Ok(())
    }

    pub(crate) async fn open(&self, url: &str) -> anyhow::Result<()> {
        let origin = url::Url::parse(url)?.origin().ascii_serialization();
        self.origins.borrow_mut().push(origin);
        self.client.goto(url).await?;
        Ok(())
    }

    pub(crate) async fn reload(&self) -> anyhow::Result<()> {
        Ok(self.client.refresh().await?)
    }

    pub(crate) async fn back(&self) -> anyhow::Result<()> {
        Ok(self.client.back().await?)
    }

    /// Evaluates an expression, in which `tests` has the helpers.
    pub(crate) async fn eval(&self, expression: &str) -> anyhow::Result<Value> {
        let result = self
            .client
            .execute(&format!("return ({expression});"), vec![])
            .await;
        result.with_context(|| expression.to_owned())
    }

    pub(crate) async fn text(&self, expression: &str) -> anyhow::Result<String> {
        match self.eval(expression).await? {
            Value::String(text) => Ok(text),
            other => bail!("{expression} is {other}"),
        }
    }

    /// Runs statements that end with `return` or call `done`, the last argument.
    pub(crate) async fn run_async(
        &self,
        script: &str,
        arguments: Vec<Value>,
    ) -> anyhow::Result<Value> {
        Ok(self.client.execute_async(script, arguments).await?)
    }

    pub(crate) async fn run(&self, script: &str) -> anyhow::Result<Value> {
        Ok(self.client.execute(script, vec![]).await?)
    }

    /// Looks until an expression is true, and returns its value.
    pub(crate) async fn until(&self, expression: &str) -> anyhow::Result<Value> {
        let began = Instant::now();
        loop {
            let value = self.eval(expression).await;
            if let Ok(value) = &value {
                if *value != json!(false) && !value.is_null() && *value != json!("") {
                    return Ok(value.clone());
                }
            }
            if began.elapsed() > PATIENCE {
                let text = "`${location.href} focus ${document.activeElement?.outerHTML.slice(0, 200)}\\n${tests.text()}`";
                let text = self.text(text).await.unwrap_or_default();
                let text: String = text.chars().take(1500).collect();
                bail!("not so after {PATIENCE:?}: {expression}\nlast: {value:?}\nthe page: {text}");
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until the page, or its open dialog, shows a text that matches a pattern.
    pub(crate) async fn sees(&self, pattern: &str) -> anyhow::Result<()> {
        self.until(&format!("{}.test(tests.text())", regex(pattern)))
            .await?;
        Ok(())
    }

    /// Waits until the row of a breaker has a text that matches a pattern.
    pub(crate) async fn sees_in(&self, name: &str, pattern: &str) -> anyhow::Result<()> {
        let text = format!("tests.textOf({})", json!(name));
        self.until(&format!("{}.test({text})", regex(pattern)))
            .await?;
        Ok(())
    }

    /// Waits until an expression is an element, and returns it.
    pub(crate) async fn element(&self, expression: &str) -> anyhow::Result<Element> {
        let element = self.until(expression).await?;
        let id = element[ELEMENT].as_str();
        let id = id.with_context(|| format!("{expression} is no element: {element}"))?;
        Ok(Element::from_element_id(
            self.client.clone(),
            ElementRef::from(id.to_owned()),
        ))
    }

    /// Clicks an element. Fails if something covers it.
    pub(crate) async fn click(&self, expression: &str) -> anyhow::Result<()> {
        let began = Instant::now();
        self.until(expression).await?;
        // A person scrolls until nothing lies over it.
        self.eval(&format!(
            "({expression})?.scrollIntoView({{ block: 'center' }})"
        ))
        .await?;
        loop {
            // The page may replace the element between the two requests.
            match self.element(expression).await?.click().await {
                Ok(()) => return Ok(()),
                Err(error) if began.elapsed() > Duration::from_secs(3) => {
                    return Err(error).with_context(|| format!("clicks {expression}"));
                }
                Err(_) => sleep(LOOK).await,
            }
        }
    }

    /// Clicks the button whose name matches a pattern.
    pub(crate) async fn push(&self, pattern: &str) -> anyhow::Result<()> {
        self.click(&format!("tests.button({})", regex(pattern)))
            .await
    }

    /// Types into a field, whose text it replaces.
    pub(crate) async fn fill(&self, expression: &str, text: &str) -> anyhow::Result<()> {
        let field = loop {
            // The page may replace the element while it shows another view.
            let field = self.element(expression).await?;
            match field.clear().await {
                Ok(()) => break field,
                Err(error) if error.is_stale_element_reference() => {}
                Err(error) => return Err(error.into()),
            }
        };
        field.send_keys(text).await?;
        Ok(())
    }

    /// Presses keys one after the other, wherever the focus is.
    pub(crate) async fn press(&self, keys: impl IntoIterator<Item = char>) -> anyhow::Result<()> {
        let mut actions = KeyActions::new("keyboard".to_owned());
        for value in keys {
            actions = actions
                .then(KeyAction::Down { value })
                .then(KeyAction::Up { value });
        }
        self.client.perform_actions(actions).await?;
        Ok(())
    }

    pub(crate) async fn press_key(&self, key: Key) -> anyhow::Result<()> {
        self.press([char::from(key)]).await
    }

    /// Asks the page to look at once. It does so when the network is back.
    pub(crate) async fn refresh(&self) -> anyhow::Result<()> {
        self.run("dispatchEvent(new Event('online'))").await?;
        Ok(())
    }

    pub(crate) async fn cdp(&self, method: &str, parameters: Value) -> anyhow::Result<Value> {
        Extension::cdp(method, &parameters).send(&self.client).await
    }

    pub(crate) async fn resize(&self, (width, height): (u32, u32)) -> anyhow::Result<()> {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500});
        self.cdp("Emulation.setDeviceMetricsOverride", size).await?;
        Ok(())
    }

    /// Emulates features of the medium, such as `prefers-color-scheme`.
    pub(crate) async fn media(&self, features: &[(&str, &str)]) -> anyhow::Result<()> {
        let features: Vec<_> = features
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        self.cdp("Emulation.setEmulatedMedia", json!({"features": features}))
            .await?;
        Ok(())
    }

    pub(crate) async fn dark(&self) -> anyhow::Result<()> {
        self.media(&[("prefers-color-scheme", "dark")]).await
    }

    pub(crate) async fn offline(&self, offline: bool) -> anyhow::Result<()> {
        let conditions = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.cdp("Network.emulateNetworkConditions", conditions)
            .await?;
        Ok(())
    }

    /// Hides the page, as a minimised window does, or shows it again.
    pub(crate) async fn hide(&self, hidden: bool) -> anyhow::Result<()> {
        if hidden {
            self.client.minimize_window().await?;
        } else {
            self.client.set_window_size(DESK.0, DESK.1).await?;
        }
        Ok(())
    }

    /// Freezes the page, as a browser does with a tab in the background, or lets it go on.
    pub(crate) async fn freeze(&self, frozen: bool) -> anyhow::Result<()> {
        let state = if frozen { "frozen" } else { "active" };
        self.cdp("Page.setWebLifecycleState", json!({"state": state}))
            .await?;
        if !frozen {
            // A frozen page stays hidden until its window has been hidden and shown.
            self.hide(true).await?;
            self.hide(false).await?;
        }
        Ok(())
    }

    /// Takes a picture of the window.
    pub(crate) async fn picture(&self, path: &Path) -> anyhow::Result<()> {
        let shot = self
            .cdp("Page.captureScreenshot", json!({"format": "png"}))
            .await?;
        let data = shot["data"].as_str().context("a picture")?;
        Ok(std::fs::write(path, BASE64_STANDARD.decode(data)?)?)
    }

    /// Takes the entries of a log.
    async fn log(&self, kind: &str) -> anyhow::Result<Vec<Value>> {
        let entries = Extension::log(kind).send(&self.client).await?;
        Ok(entries.as_array().context("a list")?.clone())
    }

    /// Takes what the page and the console have reported.
    pub(crate) async fn messages(&self) -> anyhow::Result<Vec<String>> {
        let mut messages = vec![self.eval("globalThis.tests?.seen ?? []").await?.to_string()];
        for entry in self.log("browser").await? {
            messages.push(entry["message"].to_string());
        }
        Ok(messages)
    }

    /// Fails if texts overlap, leave the window, or have to be scrolled sideways.
    pub(crate) async fn check_layout(&self, view: &str) -> anyhow::Result<()> {
        let faults = self.eval("tests.layout()").await?;
        ensure!(faults == json!([]), "{view}: {faults:#}");
        Ok(())
    }

    /// Allows messages of the console that contain a text, such as the status of an answer.
    pub(crate) fn expect_message(&self, part: &str) {
        self.expected.borrow_mut().push(part.to_owned());
    }

    /// Fails if the console has a message, a policy was violated, or another origin was asked. For the end of each test.
    pub(crate) async fn check_logs(&self) -> anyhow::Result<()> {
        let seen = self.eval("globalThis.tests?.seen ?? []").await?;
        let (console, requests) = (self.log("browser").await?, self.log("performance").await?);
        ensure!(seen == json!([]), "the page met errors: {seen}");
        for entry in console {
            let message = entry["message"].as_str().unwrap_or_default();
            let expected = self.expected.borrow();
            let is_expected = expected.iter().any(|part| message.contains(part.as_str()))
                || END_OF_SCENE.iter().any(|error| message.contains(error));
            ensure!(is_expected, "the console has a message: {entry}");
        }
        for entry in requests {
            let message: Value = serde_json::from_str(entry["message"].as_str().unwrap_or("{}"))?;
            let message = &message["message"];
            if message["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = message["params"]["request"]["url"]
                .as_str()
                .unwrap_or_default();
            let origin = url::Url::parse(url)?.origin().ascii_serialization();
            let known = self.origins.borrow().contains(&origin)
                || url.starts_with("about:")
                || url.starts_with("data:");
            ensure!(known, "the page asked another origin: {url}");
        }
        Ok(())
    }
}

/// Returns the expression of a pattern that ignores the case.
fn regex(pattern: &str) -> String {
    format!("new RegExp({}, 'i')", json!(pattern))
}
