//! Reads a file: TOML with a table `[default]`, a table `[breakers.NAME]` for each breaker, and a table
//! `[groups.NAME]` for what several breakers have in common.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::lines::Lines;
use super::nested::{is_section, sections};
use super::problem::{ConfigProblem, Position};
use super::section::{File, Force, Group, Section};
use super::syntax::{Syntax, TextProblem};
use super::value::{RawValue, integer, read, read_force, read_group};
use super::words::{is_group, not_for_all, shown, unknown_setting};
use crate::config::grammar::nearest::nearest;
use crate::config::{Setting, check_name};

const DEFAULT: &str = "default";
const BREAKERS: &str = "breakers";
pub(super) const GROUPS: &str = "groups";

/// What was read from one file.
pub(super) struct ReadFile {
    pub(super) file: File,
    /// Everything that is wrong with it, in the order of the text.
    pub(super) problems: Vec<ConfigProblem>,
    /// Whether the whole text is TOML.
    pub(super) is_clear: bool,
}

/// Reads a file. Positions show `path`.
pub(super) fn parse_one(text: &str, path: &str) -> ReadFile {
    let (document, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::new(text);
    let syntax = Syntax::new(&errors, text, &lines);
    let mut reader = Reader {
        text,
        path,
        lines,
        problems: Vec::new(),
    };
    ReadFile {
        file: reader.file(document.get_ref()),
        problems: reader.finish(syntax),
        is_clear: errors.is_empty(),
    }
}

/// Reads the document and collects the problems.
struct Reader<'a> {
    text: &'a str,
    path: &'a str,
    lines: Lines<'a>,
    problems: Vec<TextProblem>,
}

type Entry<'a> = (&'a Spanned<DeString<'a>>, &'a Spanned<DeValue<'a>>);

impl Reader<'_> {
    fn file(&mut self, document: &DeTable<'_>) -> File {
        let mut file = File {
            default: Section::new(Position::whole(self.path)),
            ..File::default()
        };
        for (name, value) in document {
            match (name.get_ref().as_ref(), value.get_ref()) {
                (DEFAULT, DeValue::Table(table)) => {
                    file.default = self.section(name.span(), table, Owner::All);
                }
                (BREAKERS, DeValue::Table(table)) => {
                    file.breakers = self.sections(BREAKERS, table, Owner::One);
                }
                (GROUPS, DeValue::Table(table)) => {
                    file.groups = self.sections(GROUPS, table, Owner::Group);
                }
                (DEFAULT | BREAKERS | GROUPS, _) => self.not_a_table(name.get_ref(), value),
                (word, other) => self.misplaced(word, name.span(), other),
            }
        }
        file
    }

    /// Reads the tables of the breakers or of the groups.
    fn sections<'a>(
        &mut self,
        kind: &str,
        table: &'a DeTable<'_>,
        owner: fn(&'a str) -> Owner<'a>,
    ) -> BTreeMap<String, Section> {
        let mut found = BTreeMap::new();
        for (name, value) in table {
            let word = name.get_ref().as_ref();
            if let Err(error) = check_name(word) {
                self.problem(name.span(), error.to_string());
            }
            match value.get_ref() {
                DeValue::Table(table) => {
                    let section = self.section(name.span(), table, owner(word));
                    found.insert(word.to_owned(), section);
                }
                _ => self.not_a_table(&format!("{kind}.{}", shown(word)), value),
            }
        }
        found
    }

    fn section(&mut self, head: Range<usize>, table: &DeTable<'_>, owner: Owner<'_>) -> Section {
        let mut section = Section::new(self.position(Some(head.start)));
        for entry in table {
            let (word, value) = entry;
            match value.get_ref() {
                DeValue::Table(table) if is_section(word.get_ref(), table) => {
                    self.nested(owner, word.get_ref(), word.span(), table);
                    continue;
                }
                _ => {}
            }
            match Setting::find(word.get_ref()) {
                Some(setting) if owner.is_all() && !setting.has_default_for_all() => {
                    self.problem(entry.0.span(), not_for_all(setting));
                }
                Some(setting) => self.setting(&mut section, setting, entry),
                None if word.get_ref() == Force::NAME => self.force(&mut section, entry),
                None if word.get_ref() == Group::NAME => self.group(&mut section, entry, owner),
                None if matches!(owner, Owner::One(_)) && is_group(word.get_ref()) => {
                    let (word, meant) = (shown(word.get_ref()), Group::NAME);
                    let message = format!("unknown setting `{word}`; did you mean `{meant}`?");
                    self.problem(entry.0.span(), message);
                }
                None => self.problem(word.span(), unknown_setting(word.get_ref())),
            }
        }
        section
    }

    fn setting(&mut self, section: &mut Section, setting: Setting, (word, value): Entry<'_>) {
        let span = value.span();
        let written = self.text.get(span.clone()).unwrap_or_default();
        match read(setting, raw(value.get_ref()), written) {
            Ok(value) => section.set(setting, value, self.position(Some(word.span().start))),
            Err(message) => self.problem(span, message),
        }
    }

    fn force(&mut self, section: &mut Section, (word, value): Entry<'_>) {
        match read_force(raw(value.get_ref())) {
            Ok(force) => section.set_force(force, self.position(Some(word.span().start))),
            Err(message) => self.problem(value.span(), message),
        }
    }

    fn group(&mut self, section: &mut Section, (word, value): Entry<'_>, owner: Owner<'_>) {
        let message = match owner {
            Owner::One(_) => match read_group(raw(value.get_ref())) {
                Ok(name) => {
                    let position = self.position(Some(value.span().start));
                    section.group = Some(Group { name, position });
                    return;
                }
                Err(message) => return self.problem(value.span(), message),
            },
            Owner::All => "`group` belongs in the table of a breaker, not in `[default]`",
            Owner::Group(_) => "`group` belongs in the table of a breaker: groups have no groups",
        };
        self.problem(word.span(), message);
    }

    /// Reports the tables inside a table. They come from a name with dots and without quotes, or they are
    /// tables of breakers under `[default]`.
    fn nested(&mut self, owner: Owner<'_>, word: &str, head: Range<usize>, table: &DeTable<'_>) {
        let (parent, kind, name) = match owner {
            Owner::All => (DEFAULT, "breaker", word.to_owned()),
            Owner::One(breaker) => (BREAKERS, "breaker", format!("{breaker}.{word}")),
            Owner::Group(group) => (GROUPS, "group", format!("{group}.{word}")),
        };
        for (name, head) in sections(name, head, table) {
            let problem = format!("`{parent}.{}` is not the table of a {kind}", shown(&name));
            let message = match (check_name(&name), owner) {
                (Err(error), _) => format!("{problem}: {error}"),
                (Ok(()), Owner::All) => {
                    format!("{problem}, which is `{}`", head_of(BREAKERS, &name))
                }
                (Ok(()), Owner::One(_) | Owner::Group(_)) => format!(
                    "{problem}: quote a name that contains a dot, as in `{}`",
                    head_of(parent, &name)
                ),
            };
            self.problem(head, message);
        }
    }

    /// Reports a word at the top level of the file that names none of the tables.
    fn misplaced(&mut self, word: &str, head: Range<usize>, value: &DeValue<'_>) {
        let meant = match word {
            "circuit_breaker" | "circuit_breakers" | "circuit-breakers" => Some(BREAKERS),
            "configs" => Some(GROUPS),
            _ => nearest(word, [DEFAULT, BREAKERS, GROUPS]),
        };
        let tables = match (meant, value) {
            (Some(meant), _) => {
                let word = shown(word);
                let message = format!("unknown table `{word}`; did you mean `{meant}`?");
                return self.problem(head, message);
            }
            (None, DeValue::Table(table)) => sections(word.to_owned(), head, table),
            (None, DeValue::Array(_)) => vec![(word.to_owned(), head)],
            (None, _) => {
                let message = format!(
                    "`{}` is outside of any table; settings belong under `[{DEFAULT}]`, \
                     `[{GROUPS}.NAME]` or `[{BREAKERS}.NAME]`",
                    shown(word)
                );
                return self.problem(head, message);
            }
        };
        for (name, head) in tables {
            let unknown = format!("unknown table `{}`", shown(&name));
            let message = if check_name(&name).is_ok() {
                format!(
                    "{unknown}; the table of a breaker is `{}`",
                    head_of(BREAKERS, &name)
                )
            } else {
                format!(
                    "{unknown}; the tables are `[{DEFAULT}]`, `[{GROUPS}.NAME]` and `[{BREAKERS}.NAME]`"
                )
            };
            self.problem(head, message);
        }
    }

    fn not_a_table(&mut self, name: &str, value: &Spanned<DeValue<'_>>) {
        let found = raw(value.get_ref()).words();
        self.problem(
            value.span(),
            format!("`{name}` must be a table, not {found}"),
        );
    }

    fn problem(&mut self, span: Range<usize>, message: impl Into<String>) {
        // The parser makes up values that are missing, with empty spans, and has reported them.
        if !span.is_empty() {
            self.problems.push(TextProblem {
                at: Some(span.start),
                message: message.into(),
            });
        }
    }

    fn position(&self, at: Option<usize>) -> Position {
        let mut position = Position::whole(self.path);
        if let Some((line, column)) = at.map(|at| self.lines.position(at)) {
            position.line = Some(line);
            position.column = Some(column);
        }
        position
    }

    /// Returns the problems in order. Where the meaning of the text is unknown, only syntax is reported.
    fn finish(self, mut syntax: Syntax) -> Vec<ConfigProblem> {
        let mut problems = std::mem::take(&mut syntax.problems);
        let is_clear = |problem: &&TextProblem| match problem.at {
            Some(at) => !syntax.is_unclear(self.lines.line(at)),
            None => true,
        };
        problems.extend(self.problems.iter().filter(is_clear).cloned());
        problems.sort_by_key(|problem| problem.at);
        let problem = |it: TextProblem| self.position(it.at).problem(it.message);
        problems.into_iter().map(problem).collect()
    }
}

/// The breakers that a section is for.
#[derive(Clone, Copy)]
enum Owner<'a> {
    All,
    Group(&'a str),
    One(&'a str),
}

impl Owner<'_> {
    fn is_all(self) -> bool {
        matches!(self, Self::All)
    }
}

fn raw<'a>(value: &'a DeValue<'_>) -> RawValue<'a> {
    match value {
        DeValue::String(text) => RawValue::Text(text),
        DeValue::Integer(number) => {
            // The parser has rejected everything that is not a number.
            RawValue::Integer(integer(number.as_str(), number.radix()).unwrap_or_default())
        }
        DeValue::Float(number) => RawValue::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => RawValue::Boolean(*flag),
        DeValue::Datetime(_) => RawValue::Other("a date or time"),
        DeValue::Array(_) => RawValue::Other("an array"),
        DeValue::Table(_) => RawValue::Other("a table"),
    }
}

/// Writes the header of the table of a breaker or a group.
pub(super) fn head_of(parent: &str, name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if name.chars().all(is_bare) {
        format!("[{parent}.{name}]")
    } else {
        format!("[{parent}.\"{name}\"]")
    }
}

#[cfg(test)]
mod tests;
