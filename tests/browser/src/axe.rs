//! The rules of accessibility that a program can check, by axe-core.

use std::path::PathBuf;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use crate::browser::Browser;

const TAGS: [&str; 4] = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"];

/// Returns the source of axe-core, which ci/page.sh has fetched.
pub(crate) fn source() -> anyhow::Result<String> {
    let path = std::env::var_os("AXE").map(PathBuf::from);
    let path = path.context("the variable AXE has no path; ci/page.sh sets it")?;
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// Returns the violations of rules on the page, each with the elements that violate it.
pub(crate) async fn violations(browser: &Browser, axe: &str) -> anyhow::Result<Vec<Value>> {
    let script = "
        const done = arguments[arguments.length - 1];
        const options = { runOnly: { type: 'tag', values: arguments[0] }, resultTypes: ['violations'] };
        const brief = ({ html, failureSummary }) => [html.slice(0, 300), failureSummary];
        axe.run(document, options).then(
            ({ violations }) => done(violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 5).map(brief) }))),
            (error) => done([String(error)]),
        );";
    if browser.eval("typeof axe").await? == "undefined" {
        let source = json!({"expression": axe});
        browser.cdp("Runtime.evaluate", source).await?;
    }
    let violations = browser.run_async(script, vec![json!(TAGS)]).await?;
    Ok(violations.as_array().context("a list")?.clone())
}

/// Fails if the page violates a rule.
pub(crate) async fn check(browser: &Browser, axe: &str, view: &str) -> anyhow::Result<()> {
    let violations = violations(browser, axe).await?;
    ensure!(
        violations.is_empty(),
        "{view}: {}",
        serde_json::to_string_pretty(&violations)?
    );
    Ok(())
}
