//! Reads the environment: a variable for each setting of a breaker, as in `BREAKER_PAYMENT__THRESHOLD=10`, and of all
//! breakers, as in `BREAKER__THRESHOLD=10`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::problem::{ConfigProblem, Position};
use super::section::{Force, Section};
use super::value::{RawValue, read, read_force};
use super::words::{not_for_all, unknown_setting};
use crate::config::Setting;
use crate::config::grammar::words::{BREAKER_SETTINGS, translate};

const PREFIX: &str = "BREAKER_";
/// Separates the breaker from the setting. A name may contain it; a setting does not. In a variable for all breakers,
/// the first `_` is the end of [`PREFIX`].
const SEPARATOR: &str = "__";

/// The settings in the environment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Environment {
    /// The section of all breakers.
    pub(crate) default: Option<Section>,
    /// The sections of the breakers that are known, by their names.
    pub(crate) breakers: BTreeMap<String, Section>,
    /// The sections of all other breakers, by their [`variable_name`].
    pub(crate) unknown: BTreeMap<String, Section>,
}

/// The name of a breaker in variables: in upper case, with `_` for everything except letters and digits.
pub(crate) fn variable_name(name: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' => letter.to_ascii_uppercase(),
        _ => '_',
    };
    name.chars().map(letter).collect()
}

/// The variable for a setting of one breaker, or of all breakers. `name` and `setting` are spelled as in variables.
fn variable(name: Option<&str>, setting: &str) -> String {
    match name {
        Some(name) => format!("{PREFIX}{name}{SEPARATOR}{setting}"),
        None => format!("{PREFIX}_{setting}"),
    }
}

/// Reads the variables that are for breakers, or returns everything that is wrong with them, in the order
/// of their names.
///
/// `vars` are all variables of the process, `names` the breakers that are known. A variable without `__`
/// after `BREAKER` is not for a breaker, and is reported only if a second `_` would make it right.
pub(crate) fn environment(
    vars: impl IntoIterator<Item = (OsString, OsString)>,
    names: &[&str],
) -> Result<Environment, Vec<ConfigProblem>> {
    let mut breakers = BTreeMap::<_, Vec<&str>>::new();
    for name in names {
        let same_form = breakers.entry(variable_name(name)).or_default();
        if !same_form.contains(name) {
            same_form.push(name);
        }
    }
    let mut reader = Reader {
        breakers,
        default: None,
        sections: BTreeMap::new(),
        problems: Vec::new(),
    };
    let text = |(name, value): (OsString, OsString)| (name.to_string_lossy().into_owned(), value);
    let mut vars: Vec<_> = vars.into_iter().map(text).collect();
    vars.sort();
    for (variable, value) in &vars {
        reader.variable(variable, value);
    }
    reader.finish()
}

/// Reads the variables and collects the problems.
struct Reader<'a> {
    /// The breakers that are known, by their names in variables.
    breakers: BTreeMap<String, Vec<&'a str>>,
    /// The section of all breakers.
    default: Option<Section>,
    /// The sections, by the names of their breakers in variables.
    sections: BTreeMap<String, Section>,
    problems: Vec<ConfigProblem>,
}

impl Reader<'_> {
    fn variable(&mut self, variable: &str, value: &OsString) {
        let Some(rest) = variable.strip_prefix(PREFIX) else {
            return;
        };
        let position = Position::whole(variable);
        let (name, word) = if let Some((name, word)) = rest.rsplit_once(SEPARATOR) {
            (Some(name), word)
        } else if let Some(word) = rest.strip_prefix('_') {
            (None, word)
        } else {
            if let Some(meant) = self.with_one_more(rest) {
                let message = format!(
                    "two `_` separate the breaker from the setting; did you mean `{meant}`?"
                );
                self.problems.push(position.problem(message));
            }
            return;
        };
        if let Err(message) = self.set(name, word, value, &position) {
            self.problems.push(position.problem(message));
        }
    }

    fn set(
        &mut self,
        name: Option<&str>,
        word: &str,
        value: &OsString,
        position: &Position,
    ) -> Result<(), String> {
        let [form, word_form] = [name.unwrap_or_default(), word].map(variable_name);
        if name == Some("") {
            return Err(format!(
                "missing breaker name before `{SEPARATOR}`; the variable for all breakers is `{}`",
                variable(None, &word_form)
            ));
        }
        if form != name.unwrap_or_default() || word_form != word {
            let setting = translate(word, BREAKER_SETTINGS).map(variable_name);
            let meant = variable(name.map(|_| &*form), &setting.unwrap_or(word_form));
            return Err(format!(
                "a variable is in upper case, with `_` for everything except letters and digits; \
                 did you mean `{meant}`?"
            ));
        }
        let section = match name {
            Some(_) => self.sections.entry(form.clone()).or_insert_with(|| {
                if let Some([first, second, ..]) = self.breakers.get(&form).map(Vec::as_slice) {
                    self.problems.push(position.problem(format!(
                        "`{form}` is the form of two breakers, `{first}` and `{second}`: \
                         use a file to configure them"
                    )));
                }
                Section::new(position.clone())
            }),
            None => self
                .default
                .get_or_insert_with(|| Section::new(position.clone())),
        };
        let value = value.to_str().ok_or("the value is not valid Unicode")?;
        let word = word.to_ascii_lowercase();
        if word == Force::NAME {
            section.set_force(read_force(RawValue::Variable(value))?, position.clone());
            return Ok(());
        }
        let setting = Setting::find(&word).ok_or_else(|| unknown_setting(&word))?;
        if name.is_none() && !setting.has_default_for_all() {
            return Err(not_for_all(setting));
        }
        let value = read(setting, RawValue::of_variable(setting, value), value)?;
        section.set(setting, value, position.clone());
        Ok(())
    }

    /// Returns the variable that was probably meant if a single `_` separates a breaker from a setting, or precedes a
    /// setting of all breakers.
    fn with_one_more(&self, rest: &str) -> Option<String> {
        let names = Setting::ALL.into_iter().map(Setting::name);
        names.chain([Force::NAME]).find_map(|setting| {
            let is_for_all = Setting::find(setting).is_none_or(Setting::has_default_for_all);
            let setting = variable_name(setting);
            let before = rest.strip_suffix(setting.as_str())?;
            if before.is_empty() {
                return is_for_all.then(|| variable(None, &setting));
            }
            let name = before.strip_suffix('_')?;
            let is_known = self.breakers.contains_key(name);
            is_known.then(|| variable(Some(name), &setting))
        })
    }

    fn finish(self) -> Result<Environment, Vec<ConfigProblem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let mut environment = Environment {
            default: self.default,
            ..Environment::default()
        };
        for (form, section) in self.sections {
            match self.breakers.get(&form).and_then(|names| names.first()) {
                Some(name) => environment.breakers.insert((*name).to_owned(), section),
                None => environment.unknown.insert(form, section),
            };
        }
        Ok(environment)
    }
}

#[cfg(test)]
mod tests;
