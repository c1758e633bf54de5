//! Several declarations of one breaker, merged key by key: the first that gives a key wins it.

use std::time::Duration;

use super::error::Claim;
use super::together::{self, Clash};
use super::{Around, Config, Conflict, Key, Layers, Location, Settings, Value};

/// A configuration and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    pub(crate) config: Config,
    pub(crate) location: Location,
    /// The limit of one call of that function.
    pub(crate) call_timeout: Option<Duration>,
}

/// What the sources of one breaker come to.
#[derive(Clone, Debug)]
pub(crate) struct Merged {
    breaker: Box<str>,
    /// The keys that somebody gave; a list, since most breakers are given few.
    given: Vec<Given>,
    /// Every source, the first one first.
    sources: Vec<Location>,
    /// The longest of their limits.
    call_timeout: Option<Duration>,
}

/// A key, and the source that won it.
#[derive(Clone, Copy, Debug)]
struct Given {
    key: Key,
    value: Value,
    location: Location,
}

impl Merged {
    #[inline]
    pub(crate) fn new(breaker: &str) -> Self {
        Self {
            breaker: breaker.into(),
            given: Vec::new(),
            sources: Vec::new(),
            call_timeout: None,
        }
    }

    #[inline]
    fn find(&self, key: Key) -> Option<&Given> {
        self.given.iter().find(|given| given.key == key)
    }

    /// What was given, as it was given.
    fn asked(&self) -> Config {
        let mut asked = Config::new();
        for given in &self.given {
            asked.set(given.key, given.value);
        }
        asked
    }

    /// The configuration that holds before any reconfiguration.
    pub(crate) fn config(&self) -> Config {
        let asked = self.asked();
        lifted(&asked, &asked)
    }

    /// The same with what lies around it.
    pub(crate) fn within(&self, around: &Around) -> Config {
        let (asked, above) = (self.asked(), around.above());
        let mut config = around.below();
        config.overlay(&asked);
        config.overlay(&above);
        match above.value(Key::MaxOpenFor) {
            Some(_) => config,
            None => lifted(&asked, &config),
        }
    }

    #[inline]
    pub(crate) fn layers(&self, around: &Around) -> Layers {
        around.layers(&self.asked())
    }

    #[inline]
    pub(crate) fn sources(&self) -> &[Location] {
        &self.sources
    }

    pub(crate) fn settings(&self) -> Settings {
        self.config().settings(self.call_timeout)
    }

    /// Takes in a source while the breaker is being made: it wins the keys that nobody gave.
    pub(crate) fn absorb(&mut self, source: &Source) -> Vec<Conflict> {
        let won = |key| self.find(key).map(|given| given.value);
        let conflicts = self.conflicts(source, &won);
        // Just what is needed: a breaker nearly always has one source, and there may be many breakers.
        self.sources.reserve_exact(1);
        self.given.reserve_exact(source.config.given().count());
        for (key, value) in source.config.given() {
            if self.find(key).is_none() {
                self.given.push(Given {
                    key,
                    value,
                    location: source.location,
                });
            }
        }
        self.sources.push(source.location);
        self.call_timeout = self.call_timeout.max(source.call_timeout);
        conflicts
    }

    pub(crate) fn call_timeout(&self) -> Option<Duration> {
        self.call_timeout
    }

    /// Takes note of a source that comes too late to change anything.
    #[inline]
    pub(crate) fn note(&mut self, source: &Source) -> Vec<Conflict> {
        let conflicts = self.disagreements(source);
        self.sources.push(source.location);
        conflicts
    }

    /// Where `source` disagrees with what holds, defaults included.
    pub(crate) fn disagreements(&self, source: &Source) -> Vec<Conflict> {
        let settings = self.settings();
        self.conflicts(source, &|key| Some(settings.value(key)))
    }

    fn conflicts(&self, source: &Source, held: &dyn Fn(Key) -> Option<Value>) -> Vec<Conflict> {
        let conflict = |(key, value): (Key, Value)| {
            let held = held(key).filter(|held| *held != value)?;
            Some(self.conflict(
                Claim::new(key, held, self.place(key, source.location)),
                Claim::new(key, value, source.location),
            ))
        };
        source.config.given().filter_map(conflict).collect()
    }

    /// Where keys of several sources, each right by itself, cannot be met together.
    pub(crate) fn clashes(&self) -> Vec<Conflict> {
        let Some(made) = self.sources.first() else {
            return Vec::new();
        };
        let asked = self.asked();
        let settings = asked.settings(None);
        let claim = |key: Key| {
            let value = asked.value(key).unwrap_or_else(|| settings.value(key));
            Claim::new(key, value, self.place(key, *made))
        };
        let conflict = |clash: Clash| {
            let [with, key] = clash.keys();
            self.conflict(claim(with), claim(key))
        };
        let clashes = together::clashes(&asked).into_iter();
        clashes.map(conflict).collect()
    }

    /// Where what lies around cannot be met, together with itself or with what was given; what was
    /// given and cannot be met anyway is nobody's fault who gives other keys.
    #[inline]
    pub(crate) fn misfit(&self, around: &Around) -> Option<Clash> {
        let (asked, within, above) = (self.asked(), self.within(around), around.above());
        let mut clashes = together::clashes(&within).into_iter();
        clashes.find(|clash| {
            let ours = |key: &Key| above.value(*key).is_some();
            let there = |it: &Clash| it.keys() == clash.keys();
            clash.keys().iter().any(ours) || !together::clashes(&asked).iter().any(there)
        })
    }

    fn conflict(&self, first: Claim, second: Claim) -> Conflict {
        Conflict {
            breaker: self.breaker.to_string(),
            first,
            second,
        }
    }

    /// Who gave the key; for a default, who made the breaker.
    #[inline]
    fn place(&self, key: Key, newcomer: Location) -> Location {
        let given = self.find(key).map(|given| given.location);
        let given = given.or_else(|| self.sources.first().copied());
        given.unwrap_or(newcomer)
    }
}

/// Sources that are right by themselves can disagree about the ceiling; the open period then wins.
fn lifted(asked: &Config, config: &Config) -> Config {
    let (own, settings) = (asked.settings(None), config.settings(None));
    if own.max_open_for < own.open_for && settings.max_open_for < settings.open_for {
        config.max_open_for(settings.open_for)
    } else {
        *config
    }
}
