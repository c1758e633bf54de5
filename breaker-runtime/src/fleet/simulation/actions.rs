//! What happens to a world: faults, repairs, and what operators do.

use std::time::Duration;

use super::clock::{MS, Now};
use super::instance::Link;
use super::server::Health;
use super::world::{Event, World};
use crate::fleet::store::{Op, Order};

/// What happens to a world.
#[derive(Clone, Debug)]
pub(super) enum Action {
    DependencyFails,
    DependencyRecovers,
    /// The calls of one instance fail, or do not any more.
    Sick(usize, bool),
    /// The calls of one instance never end, or are dropped.
    Forgets(usize, bool),
    Drops(usize, bool),
    Rate(usize, f64),
    Cut(usize, Link),
    Heal(usize),
    Pause(usize, Now),
    /// The process is gone, without a word.
    Crash(usize),
    /// The process leaves in good order.
    Leave(usize),
    Restart(usize),
    /// The wall clock of an instance steps.
    StepWall(usize, i64),
    ServerDies,
    ServerStarts {
        has_data: bool,
    },
    ServerHangs,
    ServerResumes,
    FailsOver {
        lost: usize,
        skew: i64,
    },
    LosesData,
    Loss(f64),
    PushLoss(f64),
    Latency(Now),
    /// An instance asks the store for something.
    Asks(usize, Op),
    Trips(usize),
    Resets(usize),
}

impl World {
    pub(super) fn act(&mut self, action: Action) {
        match action {
            Action::DependencyFails => self.dependency.is_down = true,
            Action::DependencyRecovers => self.dependency.is_down = false,
            Action::Sick(i, is_sick) => self.instances[i].is_sick = is_sick,
            Action::Forgets(i, forgets) => self.instances[i].forgets = forgets,
            Action::Drops(i, drops) => self.instances[i].drops = drops,
            Action::Rate(i, rate) => self.instances[i].spec.rate = rate,
            Action::Cut(i, link) => {
                self.instances[i].link = link;
                self.instances[i].listens = false;
                if link == Link::Reset {
                    self.disconnect(i);
                }
            }
            Action::Heal(i) => {
                if self.instances[i].link != Link::Up {
                    self.instances[i].link = Link::Up;
                    self.connect_again(i);
                }
            }
            Action::Pause(i, pause) => self.instances[i].paused_until = self.now() + pause,
            Action::Crash(i) => self.instances[i].is_gone = true,
            Action::Leave(i) => self.leave(i),
            Action::Restart(i) => self.restart(i),
            Action::StepWall(i, seconds) => self.instances[i].clock.set_wall(seconds),
            Action::ServerDies => {
                self.server.health = Health::Down;
                (0..self.instances.len()).for_each(|i| self.disconnect(i));
            }
            Action::ServerStarts { has_data } => {
                if !has_data {
                    let now = self.now();
                    self.server.lose_data(now);
                }
                self.server.waiting.clear();
                self.server.health = Health::Up;
                (0..self.instances.len()).for_each(|i| self.connect_again(i));
            }
            Action::ServerHangs => {
                if self.server.health == Health::Up {
                    self.server.health = Health::Hangs;
                }
            }
            Action::ServerResumes => {
                if self.server.health == Health::Hangs {
                    self.resume_server();
                }
            }
            Action::FailsOver { lost, skew } => {
                let now = self.now();
                self.server.fail_over(lost, skew, now);
                for i in 0..self.instances.len() {
                    self.disconnect(i);
                    self.connect_again(i);
                }
            }
            Action::LosesData => {
                let now = self.now();
                self.server.lose_data(now);
            }
            Action::Loss(share) => self.loss = share,
            Action::PushLoss(share) => self.push_loss = share,
            Action::Latency(latency) => self.latency = latency,
            Action::Asks(i, op) => {
                if !self.instances[i].is_gone {
                    self.instances[i].member.request(op);
                    self.poll_if_awake(i);
                }
            }
            Action::Trips(i) => {
                self.instances[i].breakers[0].trip();
                self.poll_if_awake(i);
            }
            Action::Resets(i) => {
                self.instances[i].breakers[0].reset();
                self.poll_if_awake(i);
            }
        }
    }

    fn connect_again(&mut self, i: usize) {
        let at = self.now() + 10 * MS + self.draw(self.reconnects_within);
        self.schedule(at, Some(i), Event::Connected(i));
    }

    fn poll_if_awake(&mut self, i: usize) {
        if !self.instances[i].is_gone && self.instances[i].paused_until <= self.now() {
            self.poll(i);
        }
    }

    /// Says good-bye; the answer does not matter.
    fn leave(&mut self, i: usize) {
        let instance = &mut self.instances[i];
        if instance.is_gone {
            return;
        }
        let now = crate::time::Clock::now(&instance.clock);
        let last = instance.member.leave(now);
        instance.is_gone = true;
        if instance.link == Link::Up {
            let at = self.now() + MS;
            self.schedule(at, None, Event::Arrives(i, u64::MAX, last));
        }
    }

    /// Lets an instance do what an operator wants.
    pub(super) fn steer(&mut self, i: usize, name: Option<&str>, order: Order) {
        let op = Op::Steer {
            name: name.map(str::to_owned),
            order,
            actor: Some("anna".to_owned()),
            reason: Some("maintenance".to_owned()),
        };
        self.act(Action::Asks(i, op));
    }

    /// Opens the circuit of every instance for `ttl`.
    pub(super) fn force_open(&mut self, i: usize, ttl: Option<Duration>) {
        self.steer(i, Some("p"), Order::ForceOpen { ttl });
    }
}
