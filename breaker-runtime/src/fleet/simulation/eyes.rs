//! What an instance sees of its own calls in the last second, for rule F14.

use std::collections::VecDeque;

use super::clock::{Now, S};
use super::world::World;
use crate::time::Clock;

/// How many calls have to succeed within a second.
const ENOUGH: usize = 5;

/// Whom instances trust when the fleet opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trust {
    /// They obey the fleet, as the library does.
    Fleet,
    /// They decline an opening while their own calls succeed, and obey it from the first failure on.
    Eyes,
    /// As `Eyes`, but they read their totals at such intervals, and obey a declined opening only then.
    Totals(Now),
    /// They decline an opening for good, and open by their own rules only.
    Stubborn,
}

/// What an instance sees of its own calls.
#[derive(Debug, Default)]
pub(super) struct Eyes {
    ends: VecDeque<(Now, bool)>,
    /// When the totals were read last.
    read: Now,
}

impl Eyes {
    /// Returns whether enough calls have succeeded since some time, and none has failed.
    fn see_only_successes(&mut self, since: Now) -> bool {
        while self.ends.front().is_some_and(|(at, _)| *at < since) {
            self.ends.pop_front();
        }
        self.ends.len() >= ENOUGH && self.ends.iter().all(|(_, is_success)| *is_success)
    }
}

impl World {
    /// Notes how a call has ended.
    pub(super) fn sees(&mut self, i: usize, is_success: bool) {
        if self.trust != Trust::Fleet {
            let now = self.now();
            self.instances[i].eyes.ends.push_back((now, is_success));
            self.look(i);
        }
    }

    /// Tells the member what its instance sees.
    pub(super) fn look(&mut self, i: usize) {
        let now = self.now();
        let instance = &mut self.instances[i];
        let (since, obeys) = match self.trust {
            Trust::Fleet => return,
            Trust::Eyes => (now.saturating_sub(S), true),
            Trust::Stubborn => (now.saturating_sub(S), false),
            Trust::Totals(interval) => {
                // All that has ended since the last reading but one, as of now.
                let read = now - now % interval;
                let is_due = std::mem::replace(&mut instance.eyes.read, read) < read;
                (read.saturating_sub(interval), is_due)
            }
        };
        let sees = instance.eyes.see_only_successes(since);
        let tick = instance.clock.now();
        instance.member.trust_own_eyes(sees, obeys, tick);
    }
}
