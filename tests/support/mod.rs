//! Helpers that several areas share.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use breaker_runtime::test_util::ManualClock;
use breaker_runtime::{
    CallError, CircuitBreaker, Config, Event, EventKind, Permit, Reason, Registry, State,
};

/// One breaker, its registry, and a clock that the test advances.
pub(crate) struct Bench {
    pub(crate) clock: ManualClock,
    pub(crate) registry: Registry,
    pub(crate) breaker: CircuitBreaker,
}

pub(crate) const OPEN_FOR: Duration = Duration::from_secs(30);

impl Bench {
    pub(crate) fn new(config: Config) -> Self {
        let clock = ManualClock::new();
        let registry = Registry::with_clock(clock.clone());
        let breaker = registry.get_or_create("payment", config).unwrap();
        Self {
            clock,
            registry,
            breaker,
        }
    }

    /// Creates a breaker with the defaults: threshold 5, 30 s open, 2 probes at once, 3 successes.
    pub(crate) fn default() -> Self {
        Self::new(Config::new())
    }

    /// Returns the breaker of a key of the name `fetch`.
    pub(crate) fn key_of_fetch(&self, key: &str, config: Config) -> CircuitBreaker {
        self.registry
            .get_or_create_keyed("fetch", key, config)
            .unwrap()
    }

    pub(crate) fn succeed(&self) {
        self.breaker.call(|| Ok::<_, &str>(())).unwrap();
    }

    pub(crate) fn fail(&self) {
        let answer = self.breaker.call(|| Err::<(), _>("down"));
        assert_eq!(answer, Err(CallError::Inner("down")));
    }

    pub(crate) fn fail_times(&self, times: usize) {
        for _ in 0..times {
            self.fail();
        }
    }

    /// Returns the numbers of successes, failures, ignored and cancelled calls.
    pub(crate) fn ends(&self) -> [u64; 4] {
        let totals = self.breaker.snapshot().totals;
        [
            totals.successes,
            totals.failures,
            totals.ignored,
            totals.cancelled,
        ]
    }

    pub(crate) fn permit(&self) -> Permit {
        self.breaker.try_acquire().unwrap()
    }

    pub(crate) fn rejects(&self) -> bool {
        self.breaker.try_acquire().is_err()
    }

    /// Opens the circuit by failures and lets the open period pass.
    pub(crate) fn half_open(&self) {
        self.fail_times(5);
        self.advance(OPEN_FOR);
        assert_eq!(self.state(), State::HalfOpen);
    }

    pub(crate) fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    pub(crate) fn state(&self) -> State {
        self.breaker.state()
    }

    /// Records the events from now on.
    pub(crate) fn record(&self) -> Record {
        let record = Record::default();
        let list = Arc::clone(&record.0);
        self.registry
            .subscribe(move |event: &Event| list.lock().unwrap().push(event.clone()))
            .detach();
        record
    }
}

/// Events in the order in which they were delivered.
#[derive(Default)]
pub(crate) struct Record(Arc<Mutex<Vec<Event>>>);

impl Record {
    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Takes the events so far without those of actions and outages.
    pub(crate) fn effects(&self) -> Vec<Event> {
        let mut events = self.take();
        events.retain(|event| is_effect(event.kind()));
        events
    }

    /// Takes the transitions so far, and panics if there are other events than these, actions and outages.
    pub(crate) fn transitions(&self) -> Vec<(State, State, Reason)> {
        let events = self.effects();
        let transition = |event: &Event| match event.kind() {
            EventKind::Transition(transition) => {
                (transition.from, transition.to, transition.reason)
            }
            other => panic!("{other:?} is not a transition"),
        };
        events.iter().map(transition).collect()
    }
}

/// Returns whether the event reports a change of the state, of an override or of settings.
pub(crate) fn is_effect(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Action(_) | EventKind::OutageBegan(_) | EventKind::OutageEnded(_)
    )
}
