//! One breaker's shared heart: the gate that most calls pass by themselves, and the lock behind it.
//!
//! The only file that locks the machine. No user code runs under the lock.

use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, SystemTime};

use crate::breaker::CircuitBreaker;
use crate::cells::{Cells, Count};
use crate::config::{Config, ConfigError, Conflict, Merged, Settings, Source};
use crate::error::Rejection;
use crate::event::{Event, EventKind, Listeners, Transition, Unheard};
use crate::gate::{Gate, Word};
use crate::limits::Limits;
use crate::machine::{Began, Change, Ended, Forced, Machine, Refusal, Role, Ticket};
use crate::name::Name;
use crate::outcome::End;
use crate::snapshot::{Override, Snapshot, WindowStats};
use crate::state::State;
use crate::sync::{Arc, Mutex, MutexGuard, lock};
use crate::time::{Tick, Time};

#[derive(Debug)]
pub(crate) struct Core {
    gate: Gate,
    limits: Limits,
    cells: Cells,
    name: Name,
    time: Time,
    listeners: Arc<Listeners>,
    locked: Mutex<Locked>,
}

/// What the lock guards.
#[derive(Debug)]
struct Locked {
    machine: Machine,
    /// The latest instant that the machine was told.
    latest: Tick,
    /// When the machine entered its state, dated then: a later step of the wall clock moves nothing.
    since: SystemTime,
    merged: Merged,
    /// What was put over the merged configuration at run time.
    overrides: Config,
    opens: u64,
    half_opens: u64,
    closes: u64,
    last_transition_at: Option<SystemTime>,
    /// What happened and was not told yet, in order.
    events: VecDeque<(u64, SystemTime, EventKind)>,
    last_sequence: u64,
    /// Whether someone is telling the listeners; that one tells them what is queued meanwhile too.
    delivering: bool,
}

// No panic leaves a breaker half changed: a lock that a panic poisoned is taken all the same, and
// what it guards is whole, since no user code runs under it.
impl UnwindSafe for Core {}
impl RefUnwindSafe for Core {}

impl Core {
    pub(crate) fn new(name: Name, merged: Merged, time: Time, listeners: Arc<Listeners>) -> Self {
        let seed = RandomState::new().build_hasher().finish();
        let (now, settings) = (time.now(), merged.settings());
        let machine = Machine::new(settings, now, seed);
        let gate = Gate::new();
        gate.publish(machine.generation(), machine.stance());
        Self {
            gate,
            limits: Limits::new(&settings),
            cells: Cells::new(),
            name,
            listeners,
            locked: Mutex::new(Locked {
                machine,
                latest: now,
                since: time.wall(),
                merged,
                overrides: Config::new(),
                opens: 0,
                half_opens: 0,
                closes: 0,
                last_transition_at: None,
                events: VecDeque::new(),
                last_sequence: 0,
                delivering: false,
            }),
            time,
        }
    }

    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn count(&self, count: Count) {
        self.cells.add(count);
    }
}

/// The way of a call. The methods take the breaker, because an event carries it to the listeners.
impl Core {
    /// Asks for the right to run one call.
    #[inline]
    pub(crate) fn admit(breaker: &CircuitBreaker) -> Result<Ticket, Rejection> {
        let word = breaker.core().gate.word();
        if word.admits() {
            return Ok(Ticket {
                generation: word.generation(),
                role: Role::Call,
                began: Began::UNKNOWN,
            });
        }
        Self::admit_slowly(breaker, word)
    }

    #[inline(never)]
    fn admit_slowly(breaker: &CircuitBreaker, word: Word) -> Result<Ticket, Rejection> {
        let core = breaker.core();
        let refused_at_gate = core
            .time_left(word)
            .map(|retry_after| Refusal::Open { retry_after });
        let admitted = match refused_at_gate {
            Some(refusal) => Err(refusal),
            None => Self::change(breaker, Machine::admit),
        };
        admitted.map_err(|refusal| {
            core.cells.add(Count::Rejected);
            Rejection::new(core.name.clone(), refusal)
        })
    }

    /// The rest of the open period, if the gate alone can tell that it has not passed.
    fn time_left(&self, word: Word) -> Option<Duration> {
        if !word.is_open() {
            return None;
        }
        let now = if word.is_fine() {
            self.time.now()
        } else {
            self.time.coarse()
        };
        self.gate.time_left(now)
    }

    /// Takes in how a call ended.
    #[inline]
    pub(crate) fn settle(breaker: &CircuitBreaker, ticket: Ticket, ended: Ended) {
        let core = breaker.core();
        let quiet = ended.end == End::Success
            && ticket.role == Role::Call
            && core.gate.word().is_clean(ticket.generation);
        if quiet {
            core.cells.add_quiet_success(|| core.time.wall());
        } else {
            Self::settle_slowly(breaker, ticket, ended);
        }
    }

    #[inline(never)]
    fn settle_slowly(breaker: &CircuitBreaker, ticket: Ticket, ended: Ended) {
        let core = breaker.core();
        let current = core.gate.word().generation() == ticket.generation;
        // Counted first: whoever sees a state that this call brought about also sees the call.
        let stale = if current && may_decide(ticket.role, ended.end) {
            let read = core.read_clocks();
            core.count_end(ticket, ended.end, || read);
            Self::change_at(breaker, read, |machine, now, changes| {
                machine.settle(ticket, ended, now, changes)
            })
        } else {
            core.count_end(ticket, ended.end, || core.read_clocks());
            !current
        };
        if stale && ended.end != End::Cancelled {
            core.cells.add(Count::Stale);
        }
    }

    /// Counts the end of a call; asks for the clocks only if it has to be dated or may be slow.
    fn count_end(&self, ticket: Ticket, end: End, read: impl Fn() -> Moment) {
        match end {
            End::Success => self.cells.add_success(read().wall),
            End::Failure => self.cells.add_failure(read().wall),
            End::Ignored => self.cells.add(Count::Ignored),
            End::Cancelled => self.cells.add(Count::Cancelled),
        }
        let limit = self.limits.slow_call();
        let slow = limit.is_some() && ticket.began.lasted(limit, read().now);
        if slow && end != End::Cancelled {
            self.cells.add(Count::Slow);
        }
    }

    /// Takes in a call that was given up on: a failure if it had been pending for long enough.
    pub(crate) fn cancel(breaker: &CircuitBreaker, ticket: Ticket, pending_since: Option<Tick>) {
        let core = breaker.core();
        let overdue = |since: Tick| {
            let limit = core.limits.cancel_after()?;
            (core.time.now().since(since) >= limit).then_some(End::Failure)
        };
        let end = pending_since.and_then(overdue).unwrap_or(End::Cancelled);
        Self::settle(breaker, ticket, end.into());
    }

    /// Stamps the first time that a call is pending, if that will matter. With the precise clock: an
    /// outer limit of just `cancel_after` has to count.
    pub(crate) fn pending_now(&self) -> Option<Tick> {
        self.limits.cancel_after().map(|_| self.time.now())
    }

    /// Runs one step of the machine under its lock, publishes what came of it, and tells the
    /// listeners after the lock is gone.
    pub(crate) fn change<R>(
        breaker: &CircuitBreaker,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> R,
    ) -> R {
        let read = breaker.core().read_clocks();
        Self::change_at(breaker, read, step)
    }

    /// The same for clocks that have been read.
    fn change_at<R>(
        breaker: &CircuitBreaker,
        read: Moment,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> R,
    ) -> R {
        let core = breaker.core();
        let mut locked = lock(&core.locked);
        let result = core.step(&mut locked, read, step);
        core.unlock(locked, breaker);
        result
    }

    /// Asks the clocks before the lock is taken: an injected one is user code.
    fn read_clocks(&self) -> Moment {
        Moment {
            now: self.time.now(),
            wall: self.time.wall(),
        }
    }

    /// Lets go of the lock and tells the listeners what is queued.
    fn unlock(&self, locked: MutexGuard<'_, Locked>, breaker: &CircuitBreaker) {
        let untold = !locked.events.is_empty() && !locked.delivering;
        drop(locked);
        if untold {
            self.deliver(breaker);
        }
    }

    fn step<R>(
        &self,
        locked: &mut Locked,
        read: Moment,
        step: impl FnOnce(&mut Machine, Tick, &mut Vec<Change>) -> R,
    ) -> R {
        // Whoever read the clock first may be the last to get the lock.
        let now = locked.latest.max(read.now);
        locked.latest = now;
        let mut changes = Vec::new();
        let generation = locked.machine.generation();
        let result = step(&mut locked.machine, now, &mut changes);
        if locked.machine.generation() != generation {
            locked.since = read.wall;
        }
        for change in changes {
            locked.note(change, Moment { now, ..read });
        }
        self.gate
            .publish(locked.machine.generation(), locked.machine.stance());
        result
    }

    /// Tells the listeners what is queued, unless someone is at it already.
    #[cold]
    fn deliver(&self, breaker: &CircuitBreaker) {
        let mut locked = lock(&self.locked);
        if locked.delivering {
            return;
        }
        while let Some((sequence, at, kind)) = locked.events.pop_front() {
            locked.delivering = true;
            drop(locked);
            let event = Event::new(breaker.clone(), sequence, at, kind);
            self.listeners.tell(&event);
            drop(event);
            locked = lock(&self.locked);
        }
        locked.delivering = false;
    }
}

/// Whether the machine has to hear of such an end. While the circuit is closed a success is asked
/// for its row of failures only.
fn may_decide(role: Role, end: End) -> bool {
    match role {
        Role::Call => matches!(end, End::Success | End::Failure),
        Role::Watched(_) | Role::Probe(_) => true,
        Role::Bystander => false,
    }
}

/// Readings, and what is done to a breaker from outside.
impl Core {
    pub(crate) fn state(breaker: &CircuitBreaker) -> State {
        let core = breaker.core();
        let word = core.gate.word();
        if word.admits() {
            State::Closed
        } else if core.time_left(word).is_some() {
            State::Open
        } else {
            Self::change(breaker, |machine, now, changes| {
                machine.advance(now, changes);
                machine.state()
            })
        }
    }

    pub(crate) fn snapshot(breaker: &CircuitBreaker) -> Snapshot {
        let core = breaker.core();
        let read = core.read_clocks();
        let mut locked = lock(&core.locked);
        let now = core.step(&mut locked, read, |machine, now, changes| {
            machine.advance(now, changes);
            now
        });
        let moment = Moment { now, ..read };
        let counts = locked.machine.counts(now);
        let machine = &locked.machine;
        let window = counts.map(|counts| WindowStats::new(counts, machine.settings()));
        let mut totals = core.cells.totals();
        totals.opens = locked.opens;
        totals.half_opens = locked.half_opens;
        totals.closes = locked.closes;
        totals.last_transition_at = locked.last_transition_at;
        let snapshot = Snapshot {
            name: core.name.as_str().to_owned(),
            state: machine.state(),
            machine_state: machine.machine_state(),
            r#override: machine.forced().map(|forced| shown(forced, moment)),
            generation: machine.generation(),
            since: locked.since,
            totals,
            failures_in_a_row: machine.failures_in_a_row(),
            window,
            ramp: machine.ramp_share(now),
            probes_in_flight: machine.probes_in_flight(),
            open_period: machine.open_period(),
            retry_after: machine.retry_after(now),
            config: *machine.settings(),
            declared_at: locked.merged.sources().to_vec(),
        };
        core.unlock(locked, breaker);
        snapshot
    }

    pub(crate) fn settings(&self) -> Settings {
        *lock(&self.locked).machine.settings()
    }

    /// Puts settings over those in force; says what is wrong with them and then changes nothing.
    pub(crate) fn configure(&self, overrides: &Config) -> Result<(), ConfigError> {
        let mut locked = lock(&self.locked);
        let overrides = locked.overrides.overlaid(overrides);
        let config = locked.merged.overlaid(&overrides);
        config.check()?;
        let settings = config.settings(locked.merged.call_timeout());
        locked.overrides = overrides;
        locked.machine.reconfigure(settings);
        self.limits.publish(&settings);
        // What calls may pass by themselves can have changed with the settings.
        self.gate
            .publish(locked.machine.generation(), locked.machine.stance());
        Ok(())
    }

    /// Where `source` disagrees with the configuration that the breaker was made with.
    pub(crate) fn disagreement(&self, source: &Source) -> Option<Conflict> {
        let locked = lock(&self.locked);
        locked.merged.disagreements(source).into_iter().next()
    }

    /// Takes note of a declaration that came after the breaker was made; it changes nothing.
    pub(crate) fn note_declaration(breaker: &CircuitBreaker, source: &Source) {
        let core = breaker.core();
        let conflicts = lock(&core.locked).merged.note(source);
        Self::warn(breaker, conflicts);
    }

    /// Tells the listeners that there are now what nobody had heard of.
    pub(crate) fn tell_again(unheard: Vec<Unheard>) {
        for Unheard {
            breaker,
            sequence,
            at,
            kind,
        } in unheard.into_iter().rev()
        {
            let Some(breaker) = breaker.upgrade() else {
                continue;
            };
            let core = breaker.core();
            let mut locked = lock(&core.locked);
            locked.events.push_front((sequence, at, kind));
            core.unlock(locked, &breaker);
        }
    }

    /// Tells the listeners of conflicts.
    pub(crate) fn warn(breaker: &CircuitBreaker, conflicts: Vec<Conflict>) {
        let core = breaker.core();
        let wall = core.time.wall();
        let mut locked = lock(&core.locked);
        for conflict in conflicts {
            locked.queue(wall, EventKind::Conflict(conflict));
        }
        core.unlock(locked, breaker);
    }
}

impl Locked {
    fn note(&mut self, change: Change, moment: Moment) {
        let kind = match change {
            Change::Transition {
                from,
                to,
                reason,
                due,
                open_period,
            } => {
                self.last_transition_at = Some(moment.wall);
                *match to {
                    State::Open => &mut self.opens,
                    State::HalfOpen => &mut self.half_opens,
                    _ => &mut self.closes,
                } += 1;
                EventKind::Transition(Transition {
                    from,
                    to,
                    reason,
                    due_at: due.map(|due| moment.date(due)),
                    open_period,
                })
            }
            Change::OverrideSet(forced) => EventKind::OverrideSet(shown(&forced, moment)),
            Change::OverrideCleared(forced) => EventKind::OverrideCleared(shown(&forced, moment)),
            Change::OverrideExpired(forced) => EventKind::OverrideExpired(shown(&forced, moment)),
        };
        self.queue(moment.wall, kind);
    }

    fn queue(&mut self, wall: SystemTime, kind: EventKind) {
        self.last_sequence += 1;
        self.events.push_back((self.last_sequence, wall, kind));
    }
}

fn shown(forced: &Forced, moment: Moment) -> Override {
    Override {
        state: forced.kind.state(),
        reason: forced.reason.to_string(),
        until: forced.until.map(|until| moment.date(until)),
    }
}

/// One instant on both clocks.
#[derive(Clone, Copy, Debug)]
struct Moment {
    now: Tick,
    wall: SystemTime,
}

impl Moment {
    /// Dates another instant; one that no calendar holds becomes this one.
    fn date(self, tick: Tick) -> SystemTime {
        let dated = if tick >= self.now {
            self.wall.checked_add(tick.since(self.now))
        } else {
            self.wall.checked_sub(self.now.since(tick))
        };
        dated.unwrap_or(self.wall)
    }
}

#[cfg(test)]
mod tests;
