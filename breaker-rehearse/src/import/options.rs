//! How an input is read.

use std::time::Duration;

use super::filter::Filter;
use super::format::Format;
use super::judge::OutcomeRule;
use super::mapping::Mapping;

/// How an input is read. The default recognizes the format and the columns.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ImportOptions {
    /// The format; `None` recognizes it.
    pub format: Option<Format>,
    /// The names of the columns of a log, or of CSV without a header.
    pub columns: Vec<String>,
    /// Which columns are what. The usual names need no mapping.
    pub mapping: Mapping,
    /// The conditions that a line has to meet.
    pub filters: Vec<Filter>,
    /// The rules that override how an outcome is judged. Later rules override earlier ones.
    pub rules: Vec<OutcomeRule>,
    /// By how much starts may run back from line to line. The default is 60 seconds.
    pub disorder: Duration,
    /// Whether broken lines are skipped and counted.
    pub lenient: bool,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            format: None,
            columns: Vec::new(),
            mapping: Mapping::default(),
            filters: Vec::new(),
            rules: Vec::new(),
            disorder: Duration::from_secs(60),
            lenient: false,
        }
    }
}
