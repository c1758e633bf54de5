//! Several instances, one store and one clock, which a test drives in steps of 10 ms.

use std::any::Any;
use std::time::Duration;

use crate::breaker::{CircuitBreaker, FleetHook, WeakBreaker};
use crate::config::{Config, Overrides};
use crate::fleet::event::FleetEvent;
use crate::fleet::member::{Member, Options};
use crate::fleet::quorum::Quorum;
use crate::fleet::state::FleetState;
use crate::fleet::store::{Answer, Batch, Heard, Op, Order, StoreError};
use crate::registry::Registry;
use crate::sync::{Arc, Mutex, lock};
use crate::test_util::ManualClock;
use crate::time::Clock as _;
use crate::values::{FleetView, State};

const STEP: Duration = Duration::from_millis(10);

/// Several instances, one store and one clock.
pub(super) struct Bench {
    pub(super) clock: ManualClock,
    pub(super) state: FleetState,
    pub(super) pods: Vec<Pod>,
    /// The store does not answer.
    pub(super) away: bool,
    /// The store pushes nothing.
    pub(super) silent: bool,
}

/// One instance.
pub(super) struct Pod {
    pub(super) registry: Registry,
    pub(super) payment: CircuitBreaker,
    pub(super) member: Member,
    changed: Arc<Changed>,
    pub(super) events: Vec<FleetEvent>,
    /// Whether each step makes a call, and whether the call succeeds.
    pub(super) traffic: Option<bool>,
    /// It does not reach the store.
    pub(super) cut: bool,
    /// All that it has said.
    pub(super) said: Vec<Op>,
    /// How many batches it has sent.
    pub(super) batches: usize,
}

/// The breakers of an instance that have changed.
#[derive(Debug, Default)]
struct Changed(Mutex<Vec<WeakBreaker>>);

impl FleetHook for Changed {
    fn changed(&self, breaker: &CircuitBreaker) {
        lock(&self.0).push(breaker.downgrade());
    }

    fn view(&self, _: &CircuitBreaker) -> Option<FleetView> {
        None
    }

    fn id(&self) -> &'static str {
        "bench"
    }

    fn namespace(&self) -> &'static str {
        "bench"
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn config() -> Config {
    Config::new().threshold(2).shared(true).jitter(0.0)
}

impl Bench {
    /// Makes a fleet that is old enough to judge votes.
    pub(super) fn new(pods: usize) -> Self {
        Self::with(pods, Quorum::default(), &config())
    }

    pub(super) fn with(pods: usize, quorum: Quorum, config: &Config) -> Self {
        let mut bench = Self {
            clock: ManualClock::new(),
            state: FleetState::default(),
            pods: Vec::new(),
            away: false,
            silent: false,
        };
        for _ in 0..pods {
            bench.add(quorum, config, false);
        }
        bench.pass(seconds(20));
        bench
    }

    /// Adds an instance and returns its number.
    pub(super) fn add(&mut self, quorum: Quorum, config: &Config, observer: bool) -> usize {
        let registry = Registry::with_clock(self.clock.clone());
        let payment = registry.get_or_create("payment", *config).expect("valid");
        let number = self.pods.len();
        payment.reseed(number as u64);
        let options = Options {
            label: format!("pod-{number}"),
            quorum,
            observer,
            seed: 4711 + number as u64,
        };
        let mut member = Member::new(options, &registry, self.clock.now());
        member.heard(Heard::Ready, self.clock.now());
        let changed = Arc::new(Changed::default());
        let hook = Arc::clone(&changed);
        registry.join_fleet(hook).expect("there is no other fleet");
        self.pods.push(Pod {
            registry,
            payment,
            member,
            changed,
            events: Vec::new(),
            traffic: None,
            cut: false,
            said: Vec::new(),
            batches: 0,
        });
        number
    }

    /// Lets time pass.
    pub(super) fn pass(&mut self, time: Duration) {
        self.pass_with(time, |_| {});
    }

    /// Lets time pass, and looks after each step.
    pub(super) fn pass_with(&mut self, time: Duration, mut look: impl FnMut(&Self)) {
        let end = self.clock.now().after(time);
        while self.clock.now() < end {
            let step = self.next_step().min(end.since(self.clock.now()));
            self.clock.advance(step);
            self.step();
            look(self);
        }
    }

    /// Returns the time until something happens: without traffic, that is when an instance has something to say.
    fn next_step(&mut self) -> Duration {
        if self.pods.iter().any(|pod| pod.traffic.is_some()) {
            return STEP;
        }
        let now = self.clock.now();
        let pods = self.pods.iter_mut();
        let next = pods.map(|pod| pod.member.next_due(now).since(now)).min();
        next.map_or(STEP, |next| next.max(STEP))
    }

    /// Exchanges what is due.
    pub(super) fn step(&mut self) {
        for number in 0..self.pods.len() {
            let pod = &mut self.pods[number];
            if let Some(well) = pod.traffic {
                let _ = pod.payment.call(|| if well { Ok(()) } else { Err("down") });
            }
            let changed = std::mem::take(&mut *lock(&pod.changed.0));
            for breaker in changed.iter().filter_map(WeakBreaker::upgrade) {
                pod.member.changed(&breaker);
            }
            for _ in 0..10 {
                let Some(batch) = self.pods[number].member.due(self.clock.now()) else {
                    break;
                };
                self.send(number, &batch);
            }
        }
        for pod in &mut self.pods {
            pod.events.extend(pod.member.take_events());
        }
    }

    fn send(&mut self, number: usize, batch: &Batch) {
        let now = self.clock.now();
        let pod = &mut self.pods[number];
        pod.said.extend(batch.ops.iter().cloned());
        pod.batches += 1;
        if self.away || pod.cut {
            let error = StoreError::Away("cut".to_owned());
            return pod.member.answered(now, Err(error));
        }
        let micros = 1_000_000 + now.as_nanos() / 1_000;
        let (answers, heard) = self.state.apply(batch, micros);
        pod.member.answered(now, Ok(answers));
        for heard in heard {
            for pod in &mut self.pods {
                if !pod.cut && !self.silent {
                    pod.member.heard(heard.clone(), now);
                }
            }
        }
    }

    /// Turns the setting `shared` of an instance on or off.
    pub(super) fn share(&mut self, number: usize, shared: bool) {
        let patch = Overrides {
            shared: Some(shared),
            ..Overrides::default()
        };
        let registry = &self.pods[number].registry;
        registry.configure("payment", patch).expect("valid");
    }

    /// Has the circuits of some instances open by their rule.
    pub(super) fn fail(&mut self, numbers: impl IntoIterator<Item = usize>) {
        for number in numbers {
            for _ in 0..2 {
                let _ = self.pods[number].payment.call(|| Err::<(), _>("down"));
            }
        }
        self.step();
    }

    /// Orders something in the name of an instance, and has everybody hear it.
    pub(super) fn steer(&mut self, number: usize, order: Order) {
        let op = Op::Steer {
            name: Some("payment".to_owned()),
            order,
            actor: Some("alice".to_owned()),
            reason: Some("INC-42".to_owned()),
        };
        let id = self.pods[number].member.request(op);
        self.pass(Duration::from_millis(50));
        let replies = self.pods[number].member.take_replies();
        assert!(matches!(&replies[..], [(of, Ok(Answer::Steered { .. }))] if *of == id));
    }

    pub(super) fn traffic(&mut self, well: bool) {
        for pod in &mut self.pods {
            pod.traffic = Some(well);
        }
    }

    pub(super) fn states(&self) -> Vec<State> {
        self.pods.iter().map(|pod| pod.payment.state()).collect()
    }

    pub(super) fn all(&self, state: State) -> bool {
        self.states().iter().all(|it| *it == state)
    }

    /// Returns the instances that probe.
    pub(super) fn probers(&self) -> Vec<usize> {
        let states = self.states().into_iter().enumerate();
        let half_open = states.filter(|(_, state)| *state == State::HalfOpen);
        half_open.map(|(number, _)| number).collect()
    }
}

impl Pod {
    pub(super) fn events(&self) -> Vec<&'static str> {
        self.events.iter().map(FleetEvent::as_str).collect()
    }

    /// Returns how often it has said something for which `of` holds.
    pub(super) fn said(&self, of: impl Fn(&Op) -> bool) -> usize {
        self.said.iter().filter(|op| of(op)).count()
    }

    pub(super) fn votes(&self) -> usize {
        self.said(|op| matches!(op, Op::Vote(_)))
    }

    pub(super) fn rest(&self) -> Duration {
        self.payment.snapshot().retry_after.unwrap_or_default()
    }
}
