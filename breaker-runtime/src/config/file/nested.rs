//! Tables inside the table of a breaker, which come from a name with dots and without quotes.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::section::{Force, Group};
use crate::config::Setting;

/// Returns whether a table inside the table of a breaker holds settings and is not the value of a setting.
pub(super) fn is_section(word: &str, table: &DeTable<'_>) -> bool {
    let is_setting =
        |word: &str| Setting::find(word).is_some() || matches!(word, Force::NAME | Group::NAME);
    let mut entries = table.iter();
    !is_setting(word)
        || entries.any(|(word, value)| {
            matches!(value.get_ref(), DeValue::Table(_)) || is_setting(word.get_ref())
        })
}

/// Returns the whole name and the place of each table that is empty or contains something other than
/// tables: of `table` and of the tables in it.
pub(super) fn sections(
    name: String,
    head: Range<usize>,
    table: &DeTable<'_>,
) -> Vec<(String, Range<usize>)> {
    let mut sections = Vec::new();
    let mut left = vec![(name, head, table)];
    while let Some((name, head, table)) = left.pop() {
        let mut inner = Vec::new();
        for (word, value) in table {
            if let DeValue::Table(table) = value.get_ref() {
                inner.push((format!("{name}.{}", word.get_ref()), word.span(), table));
            }
        }
        if inner.is_empty() || inner.len() < table.len() {
            sections.push((name, head));
        }
        left.extend(inner);
    }
    sections
}
