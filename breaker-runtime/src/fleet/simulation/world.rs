//! The world of a simulation: the queue of events, and what each of them does.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::actions::Action;
use super::clock::{MS, Now, S, SimClock};
use super::dependency::Dependency;
use super::eyes::Trust;
use super::instance::{Instance, Link, Spec};
use super::server::{Health, Server};
use crate::config::Config;
use crate::fleet::member::Random;
use crate::fleet::quorum::Quorum;
use crate::fleet::store::{Answer, Answers, Batch, Heard, StoreError};
use crate::sync::Arc;
use crate::time::Clock;
use crate::values::{End, FailureKind};

/// How long an instance waits for an answer.
const LIMIT: Now = S;

/// What happens at some time.
#[derive(Debug)]
pub(super) enum Event {
    /// The member of an instance wants to be asked what to send.
    Wake(usize),
    Arrives(usize, u64, Batch),
    Answered(usize, u64, Result<Answers, StoreError>),
    Pushed(usize, Heard),
    /// The connection of an instance is there again.
    Connected(usize),
    Call(usize),
    CallEnds(usize, u64, End),
    Acts(Action),
    Checks,
}

/// The world of a simulation.
pub(super) struct World {
    pub(super) seed: u64,
    clock: Arc<AtomicU64>,
    pub(super) random: Random,
    queue: BinaryHeap<Reverse<(Now, u64)>>,
    events: BTreeMap<u64, (Option<(usize, u32)>, Event)>,
    pub(super) scheduled: u64,
    pub(super) instances: Vec<Instance>,
    pub(super) server: Server,
    pub(super) dependency: Dependency,
    pub(super) trust: Trust,
    /// The share of batches and answers that are lost, and of pushes.
    pub(super) loss: f64,
    pub(super) push_loss: f64,
    /// The longest way of a message.
    pub(super) latency: Now,
    /// The time over which clients connect again.
    pub(super) reconnects_within: Now,
    pub(super) replies: Vec<(usize, u64, Result<Answer, StoreError>)>,
    /// At how many instances each opening was decided: by epoch, name and generation.
    pub(super) decided: BTreeMap<(u64, String, u64), u32>,
    /// How often in a row members woke at the same time.
    spins: (Now, u32),
    pub(super) trace: Option<Vec<String>>,
}

impl World {
    pub(super) fn empty(seed: u64) -> Self {
        let mut world = Self {
            seed,
            clock: Arc::new(AtomicU64::new(S)),
            random: Random::new(seed),
            queue: BinaryHeap::new(),
            events: BTreeMap::new(),
            scheduled: 0,
            instances: Vec::new(),
            server: Server::new(),
            dependency: Dependency::default(),
            trust: Trust::Fleet,
            loss: 0.0,
            push_loss: 0.0,
            latency: 2 * MS,
            reconnects_within: 2 * S,
            replies: Vec::new(),
            decided: BTreeMap::new(),
            spins: (0, 0),
            trace: None,
        };
        world.schedule(world.now() + S, None, Event::Checks);
        world
    }

    /// A world of `count` instances that share the breaker `p` and make ten calls a second each.
    pub(super) fn of(count: usize, quorum: Quorum, config: &Config, seed: u64) -> Self {
        let mut world = Self::empty(seed);
        for number in 0..count {
            world.start(Spec {
                label: format!("i{number}"),
                quorum,
                observer: false,
                breakers: vec![("p".to_owned(), *config)],
                origin: 0,
                drift: 0,
                wall: 0,
                rate: 10.0,
            });
        }
        world
    }

    pub(super) fn now(&self) -> Now {
        self.clock.load(Ordering::Relaxed)
    }

    /// Starts an instance, which joins at once.
    pub(super) fn start(&mut self, spec: Spec) -> usize {
        let i = self.instances.len();
        let instance = self.make(spec, 0);
        self.instances.push(instance);
        self.connect(i);
        i
    }

    /// Starts an instance anew after a crash or a deploy.
    pub(super) fn restart(&mut self, i: usize) {
        let life = self.instances[i].life + 1;
        let spec = self.instances[i].spec.clone();
        self.instances[i] = self.make(spec, life);
        self.connect(i);
    }

    fn make(&mut self, spec: Spec, life: u32) -> Instance {
        let clock = SimClock::new(&self.clock, spec.origin, spec.drift);
        let seed = self.random.number();
        Instance::new(spec, clock, seed, life)
    }

    fn connect(&mut self, i: usize) {
        let soon = self.now() + self.draw(100 * MS);
        self.schedule(soon, Some(i), Event::Connected(i));
        self.schedule(self.now(), Some(i), Event::Wake(i));
        self.instances[i].wake_at = self.now();
        let first = self.now() + self.draw(S);
        self.schedule(first, Some(i), Event::Call(i));
    }

    pub(super) fn draw(&mut self, most: Now) -> Now {
        self.random.number() % most.max(1)
    }

    pub(super) fn schedule(&mut self, at: Now, of: Option<usize>, event: Event) {
        self.scheduled += 1;
        let life = of.map(|i| (i, self.instances[i].life));
        self.events.insert(self.scheduled, (life, event));
        self.queue.push(Reverse((at, self.scheduled)));
    }

    pub(super) fn act_after(&mut self, delay: Now, action: Action) {
        self.schedule(self.now() + delay, None, Event::Acts(action));
    }

    pub(super) fn run_for(&mut self, duration: Now) {
        let end = self.now() + duration;
        while let Some(Reverse((at, number))) = self.queue.peek().copied() {
            if at > end {
                break;
            }
            self.queue.pop();
            let (of, event) = self.events.remove(&number).expect("each is scheduled once");
            self.clock.store(at.max(self.now()), Ordering::Relaxed);
            match of {
                Some((i, life)) if self.instances[i].life != life => {}
                Some((i, _)) if self.instances[i].is_gone => {}
                Some((i, _)) if self.instances[i].paused_until > at => {
                    let later = self.instances[i].paused_until;
                    self.events.insert(number, (of, event));
                    self.queue.push(Reverse((later, number)));
                }
                of => self.happen(of.map(|(i, _)| i), event),
            }
        }
        self.clock.store(end, Ordering::Relaxed);
    }

    fn happen(&mut self, of: Option<usize>, event: Event) {
        match event {
            Event::Wake(i) => {
                if self.instances[i].wake_at <= self.now() {
                    self.instances[i].wake_at = Now::MAX;
                    self.count_spins();
                    self.poll(i);
                }
                return;
            }
            Event::Arrives(i, number, batch) => self.arrives(i, number, batch),
            Event::Answered(i, number, answer) => {
                let instance = &mut self.instances[i];
                if instance.in_flight != Some(number) {
                    return;
                }
                instance.in_flight = None;
                self.look(i);
                let instance = &mut self.instances[i];
                let tick = instance.clock.now();
                instance.member.answered(tick, answer);
            }
            Event::Pushed(i, heard) => {
                self.look(i);
                let instance = &mut self.instances[i];
                let tick = instance.clock.now();
                instance.member.heard(heard, tick);
            }
            Event::Connected(i) => {
                if self.instances[i].link != Link::Up || self.server.health != Health::Up {
                    let later = self.now() + S / 2;
                    return self.schedule(later, Some(i), Event::Connected(i));
                }
                self.instances[i].listens = true;
                self.push(i, Heard::Ready);
                return;
            }
            Event::Call(i) => {
                self.call(i);
                if !self.instances[i].is_dirty() {
                    return;
                }
            }
            Event::CallEnds(i, number, end) => {
                self.call_ends(i, number, end);
                if !self.instances[i].is_dirty() {
                    return;
                }
            }
            Event::Acts(action) => {
                self.note(usize::MAX, &format!("{action:?}"));
                return self.act(action);
            }
            Event::Checks => {
                self.check_all();
                let next = self.now() + S + self.draw(S);
                return self.schedule(next, None, Event::Checks);
            }
        }
        if let Some(i) = of {
            self.poll(i);
        }
    }

    fn count_spins(&mut self) {
        let (at, count) = self.spins;
        self.spins = if at == self.now() {
            (at, count + 1)
        } else {
            (self.now(), 1)
        };
        let most = 20 * u32::try_from(self.instances.len()).unwrap_or(u32::MAX);
        assert!(self.spins.1 <= most, "seed {}: a member spins", self.seed);
    }

    /// Asks a member what to send, and when to ask again.
    pub(super) fn poll(&mut self, i: usize) {
        let instance = &mut self.instances[i];
        let tick = instance.clock.now();
        let mut batch = None;
        for _ in 0..4 {
            instance.notice();
            if batch.is_none() {
                batch = instance.member.due(tick);
            }
            if !instance.is_dirty() {
                break;
            }
        }
        let next = instance.member.next_due(tick);
        let next = instance.clock.time_of(next);
        let replies = instance.member.take_replies();
        self.replies
            .extend(replies.into_iter().map(|(id, answer)| (i, id, answer)));
        if let Some(batch) = batch {
            self.send(i, batch);
        }
        let next = next.max(self.now());
        if next < self.instances[i].wake_at {
            self.instances[i].wake_at = next;
            self.schedule(next, Some(i), Event::Wake(i));
        }
        self.check(i);
    }

    fn send(&mut self, i: usize, batch: Batch) {
        let number = self.scheduled;
        self.instances[i].in_flight = Some(number);
        let late = Err(StoreError::Away("no answer in time".to_owned()));
        self.schedule(
            self.now() + LIMIT,
            Some(i),
            Event::Answered(i, number, late),
        );
        let refused = self.instances[i].link == Link::Reset
            || self.instances[i].link == Link::Up && self.server.health == Health::Down;
        if refused {
            let failed = Err(StoreError::Away("connection refused".to_owned()));
            let soon = self.now() + MS;
            self.schedule(soon, Some(i), Event::Answered(i, number, failed));
        } else if self.instances[i].link == Link::Up && !self.is_lost(self.loss) {
            let at = self.now() + self.way();
            self.schedule(at, None, Event::Arrives(i, number, batch));
        }
    }

    fn is_lost(&mut self, share: f64) -> bool {
        share > 0.0 && self.random.share() < share
    }

    /// How long a message takes. A few take much longer.
    fn way(&mut self) -> Now {
        let most = if self.random.number() % 64 == 0 {
            8 * self.latency
        } else {
            self.latency
        };
        self.latency / 4 + self.draw(most)
    }

    fn arrives(&mut self, i: usize, number: u64, batch: Batch) {
        match self.server.health {
            Health::Down => return,
            Health::Hangs => {
                let life = self.instances[i].life;
                self.server.waiting.push((i, life, number, batch));
                return;
            }
            Health::Up => {}
        }
        if self.instances[i].link != Link::Up {
            return;
        }
        let (answers, heard) = self.server.apply(&batch, self.now());
        for heard in heard {
            for to in 0..self.instances.len() {
                if self.instances[to].listens && !self.is_lost(self.push_loss) {
                    self.push(to, heard.clone());
                }
            }
        }
        if !self.is_lost(self.loss) {
            let at = self.arrival(i);
            self.schedule(at, Some(i), Event::Answered(i, number, Ok(answers)));
        }
    }

    /// Applies what waited for the server to go on.
    pub(super) fn resume_server(&mut self) {
        self.server.health = Health::Up;
        for (i, life, number, batch) in std::mem::take(&mut self.server.waiting) {
            if self.instances[i].life == life {
                self.arrives(i, number, batch);
            }
        }
    }

    fn push(&mut self, i: usize, heard: Heard) {
        if !self.instances[i].is_gone && self.instances[i].link == Link::Up {
            let at = self.arrival(i);
            self.schedule(at, Some(i), Event::Pushed(i, heard));
        }
    }

    /// Tells an instance that its connection is gone.
    pub(super) fn disconnect(&mut self, i: usize) {
        self.instances[i].listens = false;
        let gone = Heard::Silent("the connection is gone".to_owned());
        self.schedule(self.now() + MS, Some(i), Event::Pushed(i, gone));
    }

    /// Messages of one connection arrive in their order.
    fn arrival(&mut self, i: usize) -> Now {
        let at = self.now() + self.way();
        let last = &mut self.instances[i].last_arrival;
        *last = at.max(*last);
        *last
    }

    fn call(&mut self, i: usize) {
        let rate = self.instances[i].spec.rate;
        if rate <= 0.0 {
            let later = self.now() + S;
            return self.schedule(later, Some(i), Event::Call(i));
        }
        let pause = Duration::from_secs_f64(self.random.share() * 2.0 / rate);
        let pause = u64::try_from(pause.as_nanos()).unwrap_or(S).max(MS / 10);
        self.schedule(self.now() + pause, Some(i), Event::Call(i));
        let breakers = Now::try_from(self.instances[i].breakers.len()).unwrap_or_default();
        // The draw is below the number of breakers, so it fits into 32 bits too.
        let breaker = usize::try_from(self.draw(breakers)).unwrap_or_default();
        let Some(called) = self.instances[i].breakers.get(breaker).cloned() else {
            return;
        };
        let fails = self.dependency.fails(&mut self.random) || self.instances[i].is_sick;
        match called.admit() {
            Ok(ticket) => {
                let ticket = called.shared().end_nesting(ticket);
                let number = self.scheduled;
                let instance = &mut self.instances[i];
                instance.seen.admitted += 1;
                instance.seen.slow += u64::from(!fails && self.dependency.lag > 0);
                instance.calls.insert(number, (breaker, ticket));
                let end = if instance.drops {
                    End::Cancelled
                } else if fails {
                    End::Failure(FailureKind::Returned)
                } else {
                    End::Success
                };
                if !instance.forgets {
                    let Dependency { hang, lag, .. } = self.dependency;
                    let longer = if fails { hang } else { lag };
                    let at = self.now() + Dependency::latency(&mut self.random) + longer;
                    self.schedule(at, Some(i), Event::CallEnds(i, number, end));
                }
            }
            Err(rejection) => {
                let (reason, wait) = (rejection.reason(), rejection.retry_after());
                self.instances[i].seen.missed += u64::from(!fails && self.dependency.lag == 0);
                self.instances[i].count_rejection(reason, wait);
            }
        }
    }

    fn call_ends(&mut self, i: usize, number: u64, end: End) {
        let instance = &mut self.instances[i];
        if let Some((breaker, ticket)) = instance.calls.remove(&number) {
            let is_failure = matches!(end, End::Failure(_));
            instance.seen.failed += u64::from(is_failure);
            let hint = self.dependency.retry_after.filter(|_| is_failure);
            instance.breakers[breaker].settle(ticket, end, hint);
            self.sees(i, !is_failure);
        }
    }
}
