//! What the breakers of all keys of one name have come to.

use crate::history::TransitionCount;
use crate::latency::Latency;
use crate::state::State;
use crate::totals::Totals;

/// The breakers of one name, one for each key, taken together.
///
/// # Examples
///
/// ```
/// use breaker_runtime::{Config, Registry, State};
///
/// let registry = Registry::new();
/// let sick = registry.get_or_create_keyed("fetch", "sick.example", Config::new())?;
/// registry.get_or_create_keyed("fetch", "well.example", Config::new())?;
/// sick.trip();
///
/// let stats = registry.key_stats("fetch").expect("it has keys");
/// assert_eq!(stats.keys, 2);
/// assert_eq!(stats.in_state(State::Open), 1);
/// # Ok::<(), breaker_runtime::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct KeyStats {
    /// The name.
    pub name: String,
    /// How many keys have a breaker.
    pub keys: usize,
    /// How many of them are in a state; states in which none is are left out.
    pub states: Vec<(State, usize)>,
    /// How many calls had a breaker of their own, as there was no room for one more key.
    pub unlisted: u64,
    /// What all of them have counted, those that are gone included; without dates.
    pub totals: Totals,
    /// How often they changed their states.
    pub transitions: Vec<TransitionCount>,
    /// Probes in flight.
    pub probes_in_flight: usize,
    /// How long calls took, if that is kept or was kept before.
    pub latency: Option<Latency>,
}

impl KeyStats {
    #[inline]
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            keys: 0,
            states: Vec::new(),
            unlisted: 0,
            totals: Totals::default(),
            transitions: Vec::new(),
            probes_in_flight: 0,
            latency: None,
        }
    }

    /// Takes in the state of one breaker.
    #[inline]
    pub(crate) fn look_at(&mut self, (state, probes): (State, usize)) {
        self.keys += 1;
        self.probes_in_flight += probes;
        let mut states = self.states.iter_mut();
        match states.find(|(other, _)| *other == state) {
            Some((_, count)) => *count += 1,
            None => self.states.push((state, 1)),
        }
    }

    /// Takes in what all of them have counted.
    #[inline]
    pub(crate) fn counted(&mut self, sum: Counted, unlisted: u64) {
        self.totals = sum.totals;
        self.transitions = sum.transitions;
        self.latency = sum.latency;
        self.unlisted = unlisted;
    }

    /// Returns how many keys are in a state.
    #[inline]
    pub fn in_state(&self, state: State) -> usize {
        let mut states = self.states.iter();
        let found = states.find(|(other, _)| *other == state);
        found.map_or(0, |(_, count)| *count)
    }
}

/// What breakers have counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) totals: Totals,
    pub(crate) transitions: Vec<TransitionCount>,
    pub(crate) latency: Option<Latency>,
}

impl Counted {
    #[inline]
    pub(crate) fn add_transitions(&mut self, transitions: &[TransitionCount]) {
        for more in transitions {
            match self.transitions.iter_mut().find(|count| count.is_of(more)) {
                Some(count) => count.count += more.count,
                None => self.transitions.push(*more),
            }
        }
    }

    #[inline]
    pub(crate) fn add_latency(&mut self, latency: Latency) {
        match &mut self.latency {
            Some(sum) => sum.add(&latency),
            None => self.latency = Some(latency),
        }
    }
}
