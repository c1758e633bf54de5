//! The rules of one instance of a fleet, without tasks and without I/O: time and answers go in, batches come out.

mod answers;
mod ballot;
mod board;
mod circuit;
mod circuits;
mod hear;
mod holding;
mod known;
mod link;
mod options;
mod overrides;
#[cfg(test)]
mod own_eyes;
mod random;
mod requests;
mod say;
mod scene;
mod store_says;
mod want;

use std::time::{Duration, SystemTime};

pub(crate) use self::board::Board;
use self::circuits::Circuits;
use self::link::{Link, Told};
pub(crate) use self::options::Options;
use self::overrides::Overrides;
pub(crate) use self::random::Random;
use self::requests::Requests;
use self::scene::{Ops, Scene, Sent};
use super::event::FleetEvent;
use super::store::{Answer, Batch, Op, StoreError};
use crate::breaker::CircuitBreaker;
use crate::registry::{Registry, WeakRegistry};
use crate::sync::Arc;
use crate::time::Tick;
use crate::values::FleetStatus;

/// How long a member counts as alive after a batch.
const MEMBER_TTL: Duration = Duration::from_secs(15);

/// The rules of one instance of a fleet.
///
/// At most one batch is in flight: [`due`](Self::due) returns the next one only after [`answered`](Self::answered).
#[derive(Debug)]
pub(crate) struct Member {
    id: String,
    options: Options,
    registry: WeakRegistry,
    random: Random,
    link: Link,
    circuits: Circuits,
    overrides: Overrides,
    requests: Requests,
    /// The epoch of the store; 0 if none was heard.
    epoch: u64,
    /// The number of the last change up to which this instance knows everything.
    applied: u64,
    /// The number of the last change that this instance has heard of.
    heard: u64,
    live: u32,
    in_flight: Option<InFlight>,
    events: Vec<FleetEvent>,
    board: Arc<Board>,
    /// How long the last change of this instance took from the batch to the push.
    lag: Option<Duration>,
    /// Calls succeed here, so an opening of the fleet is not obeyed.
    #[cfg(test)]
    declines: bool,
}

/// What was sent and not answered yet.
#[derive(Debug)]
struct InFlight {
    at: Tick,
    sent: Vec<Sent>,
}

impl Member {
    /// Makes a member that has sent nothing yet.
    pub(crate) fn new(options: Options, registry: &Registry, now: Tick) -> Self {
        let mut random = Random::new(options.seed);
        let wall = registry.moment().wall;
        let link = Link::new(now, wall);
        let id = format!("{}#{:016x}", options.label, random.number());
        Self {
            id,
            board: Arc::new(Board::new(link.status(0, None))),
            options,
            registry: registry.downgrade(),
            random,
            link,
            circuits: Circuits::default(),
            overrides: Overrides::default(),
            requests: Requests::default(),
            epoch: 0,
            applied: 0,
            heard: 0,
            live: 0,
            in_flight: None,
            events: Vec::new(),
            lag: None,
            #[cfg(test)]
            declines: false,
        }
    }

    /// Makes a member in the place of one that panicked: it has the same name, and shows its readers the same board.
    pub(crate) fn again(
        options: Options,
        registry: &Registry,
        now: Tick,
        board: Arc<Board>,
    ) -> Self {
        Self {
            board,
            ..Self::new(options, registry, now)
        }
    }

    /// Returns the epoch and the generation that were last applied to a breaker.
    #[cfg(test)]
    pub(crate) fn applied(&self, store_name: &str) -> Option<(u64, u64)> {
        self.circuits.applied(store_name)
    }

    /// Returns the name of this member: its label and a random text.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Returns what readers on other threads see.
    pub(crate) fn board(&self) -> &Arc<Board> {
        &self.board
    }

    /// Takes notice that something happened to a breaker.
    pub(crate) fn changed(&mut self, breaker: &CircuitBreaker) {
        if let Some(registry) = self.registry.upgrade().filter(|_| !self.options.observer) {
            self.circuits.changed(breaker, &registry);
            self.show(registry.moment().now);
        }
    }

    /// Asks the store for something in the name of a caller, who gets the answer by the returned number.
    pub(crate) fn request(&mut self, op: Op) -> u64 {
        self.requests.add(op)
    }

    /// Returns the answers to requests.
    pub(crate) fn take_replies(&mut self) -> Vec<(u64, Result<Answer, StoreError>)> {
        self.requests.take_replies()
    }

    /// Returns what has happened, oldest first.
    pub(crate) fn take_events(&mut self) -> Vec<FleetEvent> {
        std::mem::take(&mut self.events)
    }

    /// Returns what to send now, if there is anything and nothing is in flight.
    pub(crate) fn due(&mut self, now: Tick) -> Option<Batch> {
        if self.in_flight.is_some() || self.link.has_left() {
            return None;
        }
        let registry = self.registry.upgrade()?;
        if !self.options.observer {
            self.circuits.scan_once(&registry);
        }
        let is_beat = self.link.next() <= now;
        if is_beat {
            self.circuits.beat();
            self.attach(now);
        }
        let mut ops = Ops::default();
        self.requests.say(&mut ops);
        let asks = !ops.is_empty();
        // While the store does not answer, only an attempt that is due or somebody who waits sends anything.
        if is_beat || asks || self.link.answers() {
            self.overrides.say(now, &mut ops);
            let (mut scene, circuits) = self.scene(now);
            circuits.step(&mut scene, &mut ops);
        }
        self.show(now);
        if ops.is_empty() && !is_beat {
            return None;
        }
        if is_beat || !self.link.answers() {
            self.link.beat(now, &mut self.random);
        }
        // Votes come from many members at once, and what comes of them is pushed.
        let only_votes = self.link.is_pushed() && ops.are_votes();
        let applied = (is_beat || !only_votes).then_some(self.applied);
        Some(self.batch(ops, applied, now))
    }

    fn batch(&mut self, ops: Ops, applied: Option<u64>, now: Tick) -> Batch {
        let Ops { ops, sent } = ops;
        self.in_flight = Some(InFlight { at: now, sent });
        Batch {
            member: self.id.clone(),
            observer: self.options.observer,
            member_ttl: MEMBER_TTL,
            epoch: self.epoch,
            seq: applied,
            nonce: self.random.number(),
            ops,
        }
    }

    /// Returns when to ask [`due`](Self::due) again, if nothing happens before.
    pub(crate) fn next_due(&mut self, now: Tick) -> Tick {
        if self.in_flight.is_some() || self.link.has_left() {
            return now.after(MEMBER_TTL);
        }
        if self.requests.are_waiting() {
            return now;
        }
        let beat = self.link.next();
        if !self.link.answers() {
            return beat;
        }
        if self.overrides.are_lost() {
            return now;
        }
        self.circuits.next().map_or(beat, |next| next.min(beat))
    }

    /// Leaves the fleet: returns the last batch, whose answer does not matter.
    ///
    /// From now on the breakers here decide by themselves, without the overrides of the fleet.
    pub(crate) fn leave(&mut self, now: Tick) -> Batch {
        self.link.leave();
        self.circuits.go_alone();
        self.overrides.withdraw();
        self.requests.give_up();
        let mut ops = Ops::default();
        ops.push(Op::Leave, Sent::Unanswered);
        self.tell_link(now);
        self.show(now);
        self.batch(ops, None, now)
    }

    /// Nobody drives this member any more, because its runtime has ended: the breakers here decide by themselves.
    pub(crate) fn abandon(&mut self, now: Tick) {
        self.link.abandon(self.wall());
        self.circuits.go_alone();
        self.requests.give_up();
        self.tell_link(now);
        self.show(now);
    }

    /// Returns whether this instance is in touch with its fleet.
    pub(crate) fn status(&self) -> FleetStatus {
        self.link.status(self.live, self.lag)
    }

    /// Returns what the fleet says of a circuit.
    #[cfg(test)]
    pub(crate) fn view(&self, store_name: &str) -> Option<crate::values::FleetView> {
        let moment = self.registry.upgrade()?.moment();
        Some(self.board.view(store_name, moment))
    }

    fn tell_link(&mut self, now: Tick) {
        let Some(told) = self.link.news(now) else {
            return;
        };
        self.events.push(match told {
            Told::Nothing => return,
            Told::Joined => FleetEvent::Joined { members: self.live },
            Told::Polling(why) => FleetEvent::Polling { why },
            Told::Alone(why) => FleetEvent::Alone { why },
            Told::Left => FleetEvent::Left,
        });
    }

    /// Shows readers on other threads what has changed.
    fn show(&mut self, now: Tick) {
        let board = Arc::clone(&self.board);
        let (scene, circuits) = self.scene(now);
        circuits.settle(&scene, &board);
        self.board.set_status(self.status(), self.live);
    }

    fn wall(&self) -> SystemTime {
        let registry = self.registry.upgrade();
        registry.map_or_else(SystemTime::now, |registry| registry.moment().wall)
    }

    fn scene(&mut self, now: Tick) -> (Scene<'_>, &mut Circuits) {
        let wall = self.wall();
        let scene = Scene {
            now,
            wall,
            me: &self.id,
            observer: self.options.observer,
            quorum: self.options.quorum,
            epoch: self.epoch,
            live: self.live,
            joined: self.link.answers(),
            #[cfg(test)]
            declines: self.declines,
            random: &mut self.random,
            events: &mut self.events,
        };
        (scene, &mut self.circuits)
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
