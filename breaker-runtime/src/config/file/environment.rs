//! The environment: one variable for each key of a breaker, `BREAKER_PAYMENT__THRESHOLD=10`.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::{ConfigProblem, Force, Given, Place, Section, read, unknown_key};
use crate::config::Key;

const PREFIX: &str = "BREAKER_";
/// Between the breaker and the key; no key has it in itself, but a name can.
const BETWEEN: &str = "__";

/// What the environment asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Environment {
    /// By the name of a breaker that is known.
    pub(crate) breakers: BTreeMap<String, Section>,
    /// By the [`variable_name`] of a breaker that is not known, or not yet.
    pub(crate) unknown: BTreeMap<String, Section>,
}

/// How variables call a breaker: in upper case, with `_` for all but letters and digits.
pub(crate) fn variable_name(name: &str) -> String {
    let letter = |letter: char| match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' => letter.to_ascii_uppercase(),
        _ => '_',
    };
    name.chars().map(letter).collect()
}

/// Reads the variables that are for a breaker, or says all that is wrong with them, in the order of
/// their names.
///
/// `vars` are all variables of the process, `names` the breakers that are known. A variable that has
/// no `__` behind its prefix is somebody else's, unless it would be right with one.
pub(crate) fn environment(
    vars: impl IntoIterator<Item = (OsString, OsString)>,
    names: &[&str],
) -> Result<Environment, Vec<ConfigProblem>> {
    let mut breakers = BTreeMap::<_, Vec<&str>>::new();
    for name in names {
        let of_form = breakers.entry(variable_name(name)).or_default();
        if !of_form.contains(name) {
            of_form.push(name);
        }
    }
    let mut reader = Reader {
        breakers,
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

struct Reader<'a> {
    /// The breakers that are known, by what variables call them.
    breakers: BTreeMap<String, Vec<&'a str>>,
    /// By what variables call the breaker.
    sections: BTreeMap<String, Section>,
    problems: Vec<ConfigProblem>,
}

impl Reader<'_> {
    fn variable(&mut self, variable: &str, value: &OsString) {
        let Some(rest) = variable.strip_prefix(PREFIX) else {
            return;
        };
        let place = Place::whole(variable);
        let Some((name, key)) = rest.rsplit_once(BETWEEN) else {
            if let Some(meant) = self.with_one_more(rest) {
                let message = format!("two `_` stand before the key; did you mean `{meant}`?");
                self.problems.push(place.problem(message));
            }
            return;
        };
        if let Err(message) = self.set(name, key, value, &place) {
            self.problems.push(place.problem(message));
        }
    }

    fn set(
        &mut self,
        name: &str,
        key: &str,
        value: &OsString,
        place: &Place,
    ) -> Result<(), String> {
        let [form, key_form] = [name, key].map(variable_name);
        if name.is_empty() {
            return Err(format!("the name of a breaker stands before `{BETWEEN}`"));
        }
        if form != name || key_form != key {
            return Err(format!(
                "letters stand in upper case, and `_` for all but letters and digits; \
                 did you mean `{PREFIX}{form}{BETWEEN}{key_form}`?"
            ));
        }
        let section = self.sections.entry(form.clone());
        let section = section.or_insert_with(|| {
            if let Some([first, second, ..]) = self.breakers.get(&form).map(Vec::as_slice) {
                self.problems.push(place.problem(format!(
                    "the breakers `{first}` and `{second}` are both called `{form}` here: \
                     only a file can tell them apart"
                )));
            }
            Section::new(place.clone())
        });
        let value = value.to_str().ok_or("the value is no Unicode text")?;
        let word = key.to_ascii_lowercase();
        if word == Force::KEY {
            section.set_force(Force::read(Given::Text(value))?, place.clone());
            return Ok(());
        }
        let key = Key::find(&word).ok_or_else(|| unknown_key(&word))?;
        let value = read(key, Given::for_key(key, value), value)?;
        section.set(key, value, place.clone());
        Ok(())
    }

    /// The variable that was probably meant by one with a single `_` between a breaker and a key.
    fn with_one_more(&self, rest: &str) -> Option<String> {
        let mut keys = Key::ALL.into_iter().map(Key::name).chain([Force::KEY]);
        keys.find_map(|key| {
            let key = variable_name(key);
            let name = rest.strip_suffix(key.as_str())?.strip_suffix('_')?;
            let known = self.breakers.contains_key(name);
            known.then(|| format!("{PREFIX}{name}{BETWEEN}{key}"))
        })
    }

    fn finish(self) -> Result<Environment, Vec<ConfigProblem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        let mut environment = Environment::default();
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
