//! What a file or the environment asks for: text in, sections or problems out.
//!
//! Nothing here opens a file, reads a variable or knows a registry. Whoever does hands the text in, puts
//! the [`Section`]s over the other layers, and can say of each key where it stands.

mod environment;
mod lines;
mod parse;
mod period;
mod problem;
mod syntax;
mod value;
mod words;

use std::collections::BTreeMap;

pub(crate) use self::environment::{Environment, environment, variable_name};
pub(crate) use self::parse::parse;
pub(crate) use self::period::Period;
pub(crate) use self::problem::Place;
pub use self::problem::{ConfigProblem, ConfigProblems};
pub(crate) use self::value::{Given, read};
pub(crate) use self::words::unknown_key;
pub(crate) use super::grammar::words::nearest;
use super::{Config, Key, Value};

/// What a whole file asks for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct File {
    /// What stands under `[default]`: for every breaker.
    pub(crate) default: Section,
    /// What stands under `[breakers.NAME]`, by the name.
    pub(crate) breakers: BTreeMap<String, Section>,
}

/// What is asked for one breaker, or for all of them.
///
/// Each value is in its range; whether they can be met together is for the caller to find out, who
/// knows the layers below.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    pub(crate) config: Config,
    pub(crate) force: Option<Force>,
    head: Place,
    /// Where each key of `config` stands.
    keys: Vec<(Key, Place)>,
    /// Where `force` stands.
    forced: Option<Place>,
}

/// An override that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Force {
    Open,
    Closed,
    /// No override.
    Off,
}

impl Section {
    fn new(head: Place) -> Self {
        Self {
            config: Config::new(),
            force: None,
            head,
            keys: Vec::new(),
            forced: None,
        }
    }

    fn set(&mut self, key: Key, value: Value, place: Place) {
        self.config = self.config.with(key, value);
        self.keys.push((key, place));
    }

    fn set_force(&mut self, force: Force, place: Place) {
        self.force = Some(force);
        self.forced = Some(place);
    }

    /// Where the section begins: the name in its head, or the first variable.
    pub(crate) fn head(&self) -> &Place {
        &self.head
    }

    /// Where a key stands; the head if it is not given here.
    pub(crate) fn place(&self, key: Key) -> &Place {
        let found = self.keys.iter().find(|(given, _)| *given == key);
        found.map_or(&self.head, |(_, place)| place)
    }

    /// Where `force` stands; the head if it is not given here.
    pub(crate) fn force_place(&self) -> &Place {
        self.forced.as_ref().unwrap_or(&self.head)
    }
}

impl Force {
    /// The key.
    const KEY: &str = "force";

    fn read(given: Given<'_>) -> Result<Self, String> {
        match given {
            Given::Text("open") => Ok(Self::Open),
            Given::Text("closed") => Ok(Self::Closed),
            Given::Text("off") => Ok(Self::Off),
            other => Err(format!(
                "`force` is \"open\", \"closed\" or \"off\", not {}",
                other.quoted()
            )),
        }
    }
}
