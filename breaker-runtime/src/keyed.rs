//! What the breakers of all keys of one name have come to.

use crate::breaker::CircuitBreaker;
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
    /// What all of them have counted, those that are gone included.
    pub totals: Totals,
    /// How often they changed their states.
    pub transitions: Vec<TransitionCount>,
    /// Probes in flight.
    pub probes_in_flight: usize,
    /// How long calls took, if that is kept or was kept before.
    pub latency: Option<Latency>,
}

impl KeyStats {
    /// Takes a look at each breaker.
    pub(crate) fn new(
        name: &str,
        breakers: &[CircuitBreaker],
        retired: Retired,
        unlisted: u64,
    ) -> Self {
        let mut sum = retired;
        let (mut states, mut probes_in_flight) = (Vec::<(State, usize)>::new(), 0);
        for breaker in breakers {
            let snapshot = breaker.snapshot();
            probes_in_flight += snapshot.probes_in_flight;
            match states
                .iter_mut()
                .find(|(state, _)| *state == snapshot.state)
            {
                Some((_, count)) => *count += 1,
                None => states.push((snapshot.state, 1)),
            }
            sum.add(
                &snapshot.totals,
                &snapshot.transitions,
                snapshot.latency.as_ref(),
            );
        }
        Self {
            name: name.to_owned(),
            keys: breakers.len(),
            states,
            unlisted,
            totals: sum.totals,
            transitions: sum.transitions,
            probes_in_flight,
            latency: sum.latency,
        }
    }

    /// Returns how many keys are in a state.
    pub fn in_state(&self, state: State) -> usize {
        let mut states = self.states.iter();
        let found = states.find(|(other, _)| *other == state);
        found.map_or(0, |(_, count)| *count)
    }
}

/// What breakers had counted that are gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retired {
    totals: Totals,
    transitions: Vec<TransitionCount>,
    latency: Option<Latency>,
}

impl Retired {
    pub(crate) fn add(
        &mut self,
        totals: &Totals,
        transitions: &[TransitionCount],
        latency: Option<&Latency>,
    ) {
        self.totals.add(totals);
        for more in transitions {
            match self.transitions.iter_mut().find(|count| count.is_of(more)) {
                Some(count) => count.count += more.count,
                None => self.transitions.push(*more),
            }
        }
        match (&mut self.latency, latency) {
            (Some(sum), Some(more)) => sum.add(more),
            (None, Some(first)) => self.latency = Some(first.clone()),
            (_, None) => {}
        }
    }
}
