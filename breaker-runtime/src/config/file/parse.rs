//! The file: TOML with a table `[default]` and one `[breakers.NAME]` for each breaker.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::lines::Lines;
use super::syntax::{Found, Syntax};
use super::value::integer;
use super::words::shown;
use super::{ConfigProblem, File, Force, Given, Place, Section, nearest, read, unknown_key};
use crate::config::{Key, check_name};

const DEFAULT: &str = "default";
const BREAKERS: &str = "breakers";

/// Reads a file, or says all that is wrong with it, in the order in which it stands.
///
/// `path` is what problems and places call the file.
pub(crate) fn parse(text: &str, path: &str) -> Result<File, Vec<ConfigProblem>> {
    let (document, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::new(text);
    let syntax = Syntax::new(&errors, text, &lines);
    let mut reader = Reader {
        text,
        path,
        lines,
        problems: Vec::new(),
    };
    let file = reader.file(document.get_ref());
    let problems = reader.finish(syntax);
    if problems.is_empty() {
        Ok(file)
    } else {
        Err(problems)
    }
}

/// Goes through the document, and gathers what is wrong.
struct Reader<'a> {
    text: &'a str,
    path: &'a str,
    lines: Lines<'a>,
    problems: Vec<Found>,
}

type Entry<'a> = (&'a Spanned<DeString<'a>>, &'a Spanned<DeValue<'a>>);

impl Reader<'_> {
    fn file(&mut self, document: &DeTable<'_>) -> File {
        let mut file = File {
            default: Section::new(Place::whole(self.path)),
            breakers: BTreeMap::new(),
        };
        for (name, value) in document {
            match (name.get_ref().as_ref(), value.get_ref()) {
                (DEFAULT, DeValue::Table(table)) => {
                    file.default = self.section(name.span(), table, Owner::All);
                }
                (BREAKERS, DeValue::Table(table)) => file.breakers = self.breakers(table),
                (DEFAULT | BREAKERS, _) => self.no_table(name.get_ref(), value),
                (word, other) => {
                    let table = matches!(other, DeValue::Table(_) | DeValue::Array(_));
                    self.problem(name.span(), misplaced(word, table));
                }
            }
        }
        file
    }

    fn breakers(&mut self, table: &DeTable<'_>) -> BTreeMap<String, Section> {
        let mut breakers = BTreeMap::new();
        for (name, value) in table {
            let word = name.get_ref().as_ref();
            if let Err(error) = check_name(word) {
                self.problem(name.span(), error.to_string());
            }
            match value.get_ref() {
                DeValue::Table(table) => {
                    let section = self.section(name.span(), table, Owner::One(word));
                    breakers.insert(word.to_owned(), section);
                }
                _ => self.no_table(&format!("{BREAKERS}.{}", shown(word)), value),
            }
        }
        breakers
    }

    fn section(&mut self, head: Range<usize>, table: &DeTable<'_>, owner: Owner<'_>) -> Section {
        let mut section = Section::new(self.place(Some(head.start)));
        for entry in table {
            let (word, _) = entry;
            match Key::find(word.get_ref()) {
                Some(key) => self.key(&mut section, key, entry),
                None if word.get_ref() == Force::KEY => self.force(&mut section, entry, owner),
                None => self.unknown(entry, owner),
            }
        }
        section
    }

    fn key(&mut self, section: &mut Section, key: Key, (word, value): Entry<'_>) {
        let span = value.span();
        let written = self.text.get(span.clone()).unwrap_or_default();
        match read(key, given(value.get_ref()), written) {
            Ok(value) => section.set(key, value, self.place(Some(word.span().start))),
            Err(message) => self.problem(span, message),
        }
    }

    fn force(&mut self, section: &mut Section, (word, value): Entry<'_>, owner: Owner<'_>) {
        if let Owner::All = owner {
            let message = "`force` is for one breaker: it cannot stand in `[default]`";
            return self.problem(word.span(), message);
        }
        match Force::read(given(value.get_ref())) {
            Ok(force) => section.set_force(force, self.place(Some(word.span().start))),
            Err(message) => self.problem(value.span(), message),
        }
    }

    fn unknown(&mut self, (word, value): Entry<'_>, owner: Owner<'_>) {
        let name = word.get_ref();
        let message = match (value.get_ref(), owner) {
            (DeValue::Table(_), Owner::One(breaker)) => format!(
                "`{BREAKERS}.{breaker}.{name}` is no table of a breaker: \
                 a name with a point stands in quotes, `[{BREAKERS}.\"{breaker}.{name}\"]`",
                breaker = shown(breaker),
                name = shown(name),
            ),
            _ => unknown_key(name),
        };
        self.problem(word.span(), message);
    }

    fn no_table(&mut self, name: &str, value: &Spanned<DeValue<'_>>) {
        let found = given(value.get_ref()).words();
        self.problem(value.span(), format!("`{name}` is a table, not {found}"));
    }

    fn problem(&mut self, span: Range<usize>, message: impl Into<String>) {
        // What takes up no room was made up by the parser, which has said what is missing.
        if !span.is_empty() {
            self.problems.push((Some(span.start), message.into()));
        }
    }

    fn place(&self, at: Option<usize>) -> Place {
        let mut place = Place::whole(self.path);
        if let Some((line, column)) = at.map(|at| self.lines.place(at)) {
            place.line = Some(line);
            place.column = Some(column);
        }
        place
    }

    /// The problems in order; where it is not clear what the text says, only that.
    fn finish(self, mut syntax: Syntax) -> Vec<ConfigProblem> {
        let mut found = std::mem::take(&mut syntax.problems);
        let clear = |(at, _): &Found| !at.is_some_and(|at| syntax.is_unclear(self.lines.line(at)));
        found.extend(self.problems.iter().filter(|found| clear(found)).cloned());
        found.sort_by_key(|(at, _)| *at);
        let problem = |(at, message)| self.place(at).problem(message);
        found.into_iter().map(problem).collect()
    }
}

/// Whom a section is for.
#[derive(Clone, Copy)]
enum Owner<'a> {
    All,
    One(&'a str),
}

fn given<'a>(value: &'a DeValue<'_>) -> Given<'a> {
    match value {
        DeValue::String(text) => Given::Text(text),
        DeValue::Integer(number) => {
            // The parser has refused what is no number.
            Given::Integer(integer(number.as_str(), number.radix()).unwrap_or_default())
        }
        DeValue::Float(number) => Given::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(flag) => Given::Boolean(*flag),
        DeValue::Datetime(_) => Given::Other("a date or time"),
        DeValue::Array(_) => Given::Other("an array"),
        DeValue::Table(_) => Given::Other("a table"),
    }
}

/// What is said of a word at the top of the file that is not one of the two tables.
fn misplaced(word: &str, table: bool) -> String {
    let meant = match word {
        "circuit_breaker" | "circuit_breakers" | "circuit-breakers" => Some(BREAKERS),
        _ => nearest(word, [DEFAULT, BREAKERS]),
    };
    let shown = shown(word);
    match meant {
        Some(meant) => format!("unknown table `{shown}`; did you mean `{meant}`?"),
        None if table && check_name(word).is_ok() => {
            format!("unknown table `{shown}`; the table of a breaker is `[{BREAKERS}.{shown}]`")
        }
        None if table => {
            format!("unknown table `{shown}`; the tables are `[{DEFAULT}]` and `[{BREAKERS}.NAME]`")
        }
        None => format!(
            "`{shown}` stands in no table; keys stand under `[{DEFAULT}]` or `[{BREAKERS}.NAME]`"
        ),
    }
}

#[cfg(test)]
mod tests;
