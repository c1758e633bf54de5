//! `known.toml`: what the documentation of the attribute excludes.

use std::path::Path;

use serde::Deserialize;

use crate::Result;
use crate::check::Diagnostic;
use crate::report::Row;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Errors by which the attribute rejects a function.
    rejection: Vec<Rejection>,
    /// Errors, warnings and test results that do not count as a fault.
    #[serde(default)]
    limit: Vec<Limit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejection {
    /// A part of the message.
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Limit {
    /// The code of an error, the name of a lint, or the name of a test.
    what: String,
    /// Any crate if it is missing.
    #[serde(rename = "crate")]
    krate: Option<String>,
    /// Any function if it is missing.
    function: Option<String>,
    /// The sentence of the documentation, or the reason.
    reason: String,
}

impl Known {
    pub fn read(project: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(project.join("tests/sweep/known.toml"))?;
        Ok(toml::from_str(&text)?)
    }

    pub fn is_rejection(&self, error: &Diagnostic) -> bool {
        self.rejection
            .iter()
            .any(|it| error.message.contains(&it.message))
    }

    /// Gives the findings of a row that are known their reason.
    pub fn explain(&self, row: &mut Row) {
        for finding in &mut row.findings {
            let known = self.limit.iter().find(|it| {
                it.what == finding.what
                    && it.krate.as_ref().is_none_or(|krate| *krate == row.krate)
                    && it
                        .function
                        .as_ref()
                        .is_none_or(|function| *function == finding.function)
            });
            finding.reason = known.map(|it| it.reason.clone());
        }
    }
}
