//! The query of a request, in which every parameter has to be known.

use super::problem::{Problem, did_you_mean};
use crate::config::nearest;

/// The parameters of a query.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Parses a query in which each of the `known` parameters may occur once.
    pub(super) fn parse(query: Option<&str>, known: &[&str]) -> Result<Self, Problem> {
        let mut parameters = Vec::<(String, String)>::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if !known.contains(&&*name) {
                let meant = nearest(&name, known.iter().copied());
                let shown = name.escape_debug();
                let problem = format!("unknown parameter `{shown}`{}", did_you_mean(meant));
                return Err(Problem::bad_query(&name, problem).with("nearest", meant));
            }
            if parameters.iter().any(|(seen, _)| *seen == name) {
                let problem = format!("the parameter `{name}` occurs twice");
                return Err(Problem::bad_query(&name, problem));
            }
            parameters.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(parameters))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut parameters = self.0.iter();
        let found = parameters.find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns the query without a parameter.
    pub(super) fn without(&self, name: &str) -> String {
        let others = self.0.iter().filter(|(other, _)| other != name);
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(others).finish()
    }

    /// Returns the value of a parameter that is `true` or `false`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        let flags = [("true", true), ("false", false)];
        self.get(name)
            .map(|value| choose(name, value, &flags))
            .transpose()
    }

    /// Returns the value of a parameter that is one of several words.
    pub(super) fn word<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Problem> {
        self.get(name)
            .map(|value| choose(name, value, words))
            .transpose()
    }

    /// Returns the values of a parameter that is a list of words, separated by commas.
    pub(super) fn list<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<Option<Vec<T>>, Problem> {
        let list = self.get(name).map(|list| list.split(','));
        list.map(|list| list.map(|value| choose(name, value, words)).collect())
            .transpose()
    }

    /// Returns the value of a parameter that is a number within a range.
    pub(super) fn number(
        &self,
        name: &str,
        range: std::ops::RangeInclusive<usize>,
    ) -> Result<Option<usize>, Problem> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value.parse().ok().filter(|number| range.contains(number));
        number.map(Some).ok_or_else(|| {
            let (least, most) = range.into_inner();
            let shown = value.escape_debug();
            let problem = format!("`{name}` must be from {least} to {most}, not `{shown}`");
            Problem::bad_query(name, problem)
        })
    }
}

fn choose<T: Copy>(name: &str, value: &str, words: &[(&str, T)]) -> Result<T, Problem> {
    let mut known = words.iter();
    if let Some((_, found)) = known.find(|(word, _)| *word == value) {
        return Ok(*found);
    }
    let words = words.iter().map(|(word, _)| *word);
    let meant = nearest(value, words.clone());
    let words: Vec<_> = words.map(|word| format!("`{word}`")).collect();
    let problem = format!(
        "`{name}` must be one of {}, not `{}`{}",
        words.join(", "),
        value.escape_debug(),
        did_you_mean(meant)
    );
    Err(Problem::bad_query(name, problem).with("nearest", meant))
}
