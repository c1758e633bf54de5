//! The connection with the store, as far as this instance knows it: beats, back-off, and whether it is alone (F10).

use std::time::{Duration, SystemTime};

use super::known::LONGEST;
use super::random::Random;
use crate::fleet::store::StoreError;
use crate::time::Tick;
use crate::values::{FleetStatus, printable};

/// The time between two beats, give or take a fifth.
const BEAT: Duration = Duration::from_secs(5);
/// The time between two beats while the store does not push changes.
const POLL: Duration = Duration::from_secs(1);
/// After this many failures in a row an instance is alone.
const FAILURES: u32 = 2;
/// The shortest and the longest range from which a back-off is drawn.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));
/// How long an instance waits that the store has turned away.
const REFUSED: Duration = Duration::from_secs(60);
/// The time over which the instances that lost the store come back.
const RETURN: Duration = Duration::from_secs(2);
/// How long an instance waits to hear whether the store pushes changes.
const CONFIRMATION: Duration = Duration::from_secs(2);

/// The connection with the store.
#[derive(Debug)]
pub(super) struct Link {
    push: Push,
    failures: u32,
    /// Since when the store answers; `None` if it has not answered since the last time this instance was alone.
    answers_since: Option<Tick>,
    alone: Option<Alone>,
    has_left: bool,
    began: SystemTime,
    next: Tick,
    told: Told,
}

#[derive(Debug)]
struct Alone {
    since: SystemTime,
    why: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Push {
    Unheard,
    Ready,
    Silent(String),
}

/// What was told about the connection last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    Nothing,
    Joined,
    Polling(String),
    Alone(String),
    Left,
}

impl Link {
    pub(super) fn new(now: Tick, wall: SystemTime) -> Self {
        Self {
            push: Push::Unheard,
            failures: 0,
            answers_since: None,
            alone: None,
            has_left: false,
            began: wall,
            next: now,
            told: Told::Nothing,
        }
    }

    /// Returns whether the store answers.
    pub(super) fn answers(&self) -> bool {
        self.answers_since.is_some() && self.failures == 0 && !self.has_left
    }

    /// Returns whether the store answers, and pushes changes.
    pub(super) fn is_pushed(&self) -> bool {
        self.answers() && self.push == Push::Ready
    }

    pub(super) fn has_left(&self) -> bool {
        self.has_left
    }

    /// Returns when the next beat, or the next attempt, is due.
    pub(super) fn next(&self) -> Tick {
        self.next
    }

    /// Notes that a beat is sent, and draws when the next one follows.
    pub(super) fn beat(&mut self, now: Tick, random: &mut Random) {
        let period = match self.push {
            Push::Ready => BEAT,
            Push::Unheard | Push::Silent(_) => POLL,
        };
        self.next = now.after(random.between(period * 4 / 5, period * 6 / 5));
    }

    /// Has the next beat within `most`, if it is not due earlier.
    pub(super) fn hasten(&mut self, now: Tick, most: Duration, random: &mut Random) {
        self.next = self.next.min(now.after(random.up_to(most)));
    }

    /// The store has answered.
    pub(super) fn answered(&mut self, now: Tick) {
        self.failures = 0;
        self.alone = None;
        self.answers_since.get_or_insert(now);
    }

    /// The store has not answered. Returns whether this instance is alone from now on.
    pub(super) fn failed(
        &mut self,
        error: &StoreError,
        now: Tick,
        wall: SystemTime,
        random: &mut Random,
    ) -> bool {
        self.failures = self.failures.saturating_add(1);
        let (why, refused) = match error {
            StoreError::Away(why) => (why, false),
            StoreError::Refused(why) => (why, true),
        };
        let was_alone = self.alone.is_some();
        if refused || self.failures >= FAILURES {
            let since = self.alone.take().map_or(wall, |alone| alone.since);
            let why = printable(why, LONGEST);
            self.alone = Some(Alone { since, why });
            self.answers_since = None;
        }
        let wait = if refused {
            random.between(REFUSED, REFUSED * 11 / 10)
        } else {
            let most = BACK_OFF.0 * 2_u32.saturating_pow(self.failures - 1);
            let least = if self.alone.is_some() {
                RETURN
            } else {
                BACK_OFF.0
            };
            random.up_to(most.clamp(least, BACK_OFF.1))
        };
        self.next = now.after(wait);
        !was_alone && self.alone.is_some()
    }

    /// The store pushes changes from now on.
    pub(super) fn ready(&mut self, now: Tick, random: &mut Random) {
        self.push = Push::Ready;
        if self.alone.is_some() || self.answers_since.is_none() {
            self.hasten(now, RETURN, random);
        }
    }

    /// The store does not push changes any more.
    pub(super) fn silent(&mut self, why: &str, now: Tick, random: &mut Random) {
        self.push = Push::Silent(printable(why, LONGEST));
        if self.answers() {
            self.hasten(now, POLL, random);
        }
    }

    /// Nobody asks the store any more.
    pub(super) fn abandon(&mut self, wall: SystemTime) {
        self.answers_since = None;
        self.alone = Some(Alone {
            since: wall,
            why: "the runtime that talks to the store has ended".to_owned(),
        });
    }

    pub(super) fn leave(&mut self) {
        self.has_left = true;
    }

    /// Returns what has to be told about the connection, if that is news.
    pub(super) fn news(&mut self, now: Tick) -> Option<Told> {
        let told = if self.has_left {
            Told::Left
        } else if let Some(alone) = &self.alone {
            // Another cause is no news.
            if matches!(self.told, Told::Alone(_)) {
                return None;
            }
            Told::Alone(alone.why.clone())
        } else {
            let since = self.answers_since?;
            match &self.push {
                Push::Ready => Told::Joined,
                Push::Silent(why) => Told::Polling(why.clone()),
                Push::Unheard if now.since(since) < CONFIRMATION => return None,
                Push::Unheard => Told::Polling(UNCONFIRMED.to_owned()),
            }
        };
        let same = match (&told, &self.told) {
            (Told::Polling(_), Told::Polling(_)) => true,
            (told, before) => told == before,
        };
        if same {
            return None;
        }
        self.told = told.clone();
        Some(told)
    }

    pub(super) fn status(&self, members: u32, lag: Option<Duration>) -> FleetStatus {
        if self.has_left {
            return FleetStatus::Left;
        }
        if let Some(alone) = &self.alone {
            return FleetStatus::Alone {
                since: alone.since,
                why: alone.why.clone(),
            };
        }
        let why = match &self.push {
            _ if self.answers_since.is_none() => {
                return FleetStatus::Alone {
                    since: self.began,
                    why: "the store has not answered yet".to_owned(),
                };
            }
            Push::Ready => return FleetStatus::Joined { members, lag },
            Push::Silent(why) => why.clone(),
            Push::Unheard => UNCONFIRMED.to_owned(),
        };
        FleetStatus::Polling { members, why }
    }
}

const UNCONFIRMED: &str = "the store has not said whether it pushes changes";
