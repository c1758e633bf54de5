//! What a member makes of the answers and the pushes of the store (F9, F10, F13).

use std::time::Duration;

use super::scene::Sent;
use super::{InFlight, Member};
use crate::fleet::event::FleetEvent;
use crate::fleet::store::{Answer, Answers, Contents, Heard, StoreError};
use crate::time::Tick;

/// The time over which instances ask for what they have missed.
const CATCH_UP: Duration = Duration::from_millis(30);
/// The time over which instances ask for a new epoch.
const NEW_EPOCH: Duration = Duration::from_secs(2);

impl Member {
    /// Takes notice of the answer to the batch that was sent at `sent`.
    pub(crate) fn answered(&mut self, now: Tick, answer: Result<Answers, StoreError>) {
        let Some(InFlight { at, sent }) = self.in_flight.take() else {
            return;
        };
        match answer {
            Ok(answers) if answers.answers.len() == sent.len() => {
                self.board.count(|numbers| numbers.round_trips += 1);
                if !self.link.answers() {
                    // What waited for the store goes on.
                    self.circuits.wake();
                }
                self.link.answered(now);
                self.take(answers, &sent, at, now);
            }
            Ok(answers) => {
                let (got, expected) = (answers.answers.len(), sent.len());
                let why = format!("{got} answers to {expected} operations");
                self.ignore(why.clone());
                self.failed(&StoreError::Away(why), &sent, now);
            }
            Err(error) => self.failed(&error, &sent, now),
        }
        self.tell_link(now);
        self.show(now);
    }

    fn take(&mut self, answers: Answers, sent: &[Sent], at: Tick, now: Tick) {
        self.live = answers.live;
        let is_new_epoch = answers.epoch != self.epoch;
        if is_new_epoch && self.epoch != 0 {
            self.circuits.begin_epoch();
        }
        self.epoch = answers.epoch;
        // An answer without contents may hide changes whose pushes were lost.
        if is_new_epoch || answers.contents.is_some() {
            self.applied = answers.seq;
            self.heard = if is_new_epoch {
                answers.seq
            } else {
                self.heard.max(answers.seq)
            };
        }
        if let Some(contents) = answers.contents {
            self.take_contents(contents, is_new_epoch, at, now);
        }
        for (what, answer) in sent.iter().zip(answers.answers) {
            if answers.seq != self.applied && answer == Answer::Stale {
                // It belongs to what this instance has missed.
                self.link.hasten(now, CATCH_UP, &mut self.random);
            }
            if let Sent::Request(id) = what {
                self.requests.answer(*id, Ok(answer));
            } else {
                let (scene, circuits) = self.scene(now);
                circuits.answered(what, answer, at, &scene);
            }
        }
    }

    fn take_contents(&mut self, contents: Contents, is_new_epoch: bool, at: Tick, now: Tick) {
        let wall = self.wall();
        let (mut scene, circuits) = self.scene(now);
        circuits.hear_all(contents.circuits, is_new_epoch, at, &mut scene);
        let events = &mut self.events;
        self.overrides.hear(contents.overrides, now, wall, events);
        self.board.set_overrides(self.overrides.all(now));
        self.attach(now);
    }

    /// What the fleet said takes effect on breakers that were made or shared meanwhile.
    pub(super) fn attach(&mut self, now: Tick) {
        if let Some(registry) = self.registry.upgrade().filter(|_| !self.options.observer) {
            let (scene, circuits) = self.scene(now);
            circuits.attach(&registry, &scene);
            self.overrides.apply(&registry, now);
        }
    }

    fn failed(&mut self, error: &StoreError, sent: &[Sent], now: Tick) {
        self.board.count(|numbers| match error {
            StoreError::Away(_) => numbers.errors.away += 1,
            StoreError::Refused(_) => numbers.errors.refused += 1,
        });
        let wall = self.wall();
        if self.link.failed(error, now, wall, &mut self.random) && !self.options.observer {
            self.circuits.go_alone();
            // The first answer then has all that the store holds.
            self.applied = 0;
        }
        for what in sent {
            if let Sent::Request(id) = what {
                self.requests.answer(*id, Err(error.clone()));
            }
        }
    }

    /// Takes notice of what the store pushes.
    pub(crate) fn heard(&mut self, heard: Heard, now: Tick) {
        match heard {
            Heard::Ready => self.link.ready(now, &mut self.random),
            Heard::Silent(why) => self.link.silent(&why, now, &mut self.random),
            Heard::Changed {
                epoch,
                seq,
                before,
                told,
                circuit,
            } => {
                if self.epoch != epoch {
                    self.link.hasten(now, NEW_EPOCH, &mut self.random);
                } else if seq > self.applied {
                    if told > self.heard {
                        self.link.hasten(now, CATCH_UP, &mut self.random);
                    }
                    self.heard = self.heard.max(seq);
                    if before == self.applied {
                        self.applied = seq;
                    }
                    self.measure_lag(&circuit.by, now);
                    let observer = self.options.observer;
                    let registry = self.registry.upgrade().filter(|_| !observer);
                    let (mut scene, circuits) = self.scene(now);
                    circuits.hear(circuit, registry.as_ref(), &mut scene);
                }
            }
            Heard::Gap { epoch, seq } => {
                if self.epoch != epoch {
                    self.link.hasten(now, NEW_EPOCH, &mut self.random);
                } else if seq > self.applied {
                    self.heard = self.heard.max(seq);
                    self.link.hasten(now, CATCH_UP, &mut self.random);
                }
            }
        }
        self.tell_link(now);
        self.show(now);
    }

    /// Counts something that the store said and that makes no sense.
    pub(crate) fn ignore(&mut self, why: String) {
        self.board.count(|numbers| numbers.errors.ignored += 1);
        self.events.push(FleetEvent::Ignored { why });
    }

    /// A change that this instance has caused shows how long a push takes.
    fn measure_lag(&mut self, by: &str, now: Tick) {
        if let Some(in_flight) = self.in_flight.as_ref().filter(|_| by == self.id) {
            let lag = now.since(in_flight.at);
            self.lag = Some(lag);
            self.board.lag(lag);
        }
    }
}
