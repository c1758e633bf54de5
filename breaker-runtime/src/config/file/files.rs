//! Reads several files, of which later ones override earlier ones.

use std::collections::BTreeSet;

use super::parse::{GROUPS, head_of, parse_one};
use super::problem::ConfigProblem;
use super::section::{File, Section};
use super::words::shown;
use crate::config::grammar::nearest::nearest;

/// Reads files, of which later ones override earlier ones, or returns everything that is wrong with them, in the order
/// of the files.
///
/// `files` has the path of each file, as positions show it, and its text.
pub(crate) fn parse(files: &[(&str, &str)]) -> Result<File, Vec<ConfigProblem>> {
    let read = files.iter().map(|(path, text)| parse_one(text, path));
    let mut read: Vec<_> = read.collect();
    let groups: BTreeSet<_> = read
        .iter()
        .flat_map(|it| it.file.groups.keys().cloned())
        .collect();
    // In a file that is not valid TOML, the table of a group may be among the parts that could not be read.
    if read.iter().all(|it| it.is_clear) {
        for it in &mut read {
            let sections = it.file.breakers.values();
            it.problems
                .extend(sections.filter_map(|section| missing_group(section, &groups)));
            it.problems
                .sort_by_key(|problem| (problem.line, problem.column));
        }
    }
    let mut file: Option<File> = None;
    let mut problems = Vec::new();
    for it in read {
        problems.extend(it.problems);
        match &mut file {
            Some(file) => file.overlay(it.file),
            None => file = Some(it.file),
        }
    }
    if problems.is_empty() {
        Ok(file.unwrap_or_default())
    } else {
        Err(problems)
    }
}

/// Reports the group of a breaker if no file has its table.
fn missing_group(section: &Section, groups: &BTreeSet<String>) -> Option<ConfigProblem> {
    let group = section.group.as_ref()?;
    if groups.contains(&group.name) {
        return None;
    }
    let problem = format!("there is no group `{}`", shown(&group.name));
    let message = match nearest(&group.name, groups.iter().map(String::as_str)) {
        Some(meant) => format!("{problem}; did you mean `{meant}`?"),
        None => format!(
            "{problem}; its table would be `{}`",
            head_of(GROUPS, &group.name)
        ),
    };
    Some(group.position.problem(message))
}

#[cfg(test)]
mod tests;
