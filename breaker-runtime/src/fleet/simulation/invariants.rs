//! What holds after each step of a simulation.

use super::clock::{MS, Now, S};
use std::sync::atomic::Ordering;

use super::instance::Link;
use super::random::PRINTS;
use super::server::Health;
use super::world::World;
use crate::fleet::event::FleetEvent;
use crate::fleet::store::Phase;
use crate::machine::Standing;
use crate::values::{FleetStatus, State};

/// How long a circuit may wait for the probes of others.
const HOLD: Now = 15 * S;

impl World {
    /// Checks one instance that something has happened to, and notes what happened.
    pub(super) fn check(&mut self, i: usize) {
        self.take_events(i);
        for breaker in 0..self.instances[i].breakers.len() {
            self.check_breaker(i, breaker);
        }
    }

    /// Checks all instances.
    pub(super) fn check_all(&mut self) {
        for i in 0..self.instances.len() {
            if !self.instances[i].is_gone && self.instances[i].paused_until <= self.now() {
                self.check(i);
            }
        }
    }

    /// One opening is decided at most once, and each instance hears of it once.
    fn take_events(&mut self, i: usize) {
        let events = self.instances[i].member.take_events();
        for event in events {
            self.note(i, &format!("{event:?}"));
            if let FleetEvent::Opened {
                name,
                decided_here: true,
                ..
            } = &event
            {
                let applied = self.instances[i].member.applied(name);
                let (epoch, generation) = applied.unwrap_or_default();
                let key = (epoch, name.clone(), generation);
                let decided = self.decided.entry(key).or_default();
                *decided += 1;
                let is_first = *decided == 1;
                assert!(is_first, "{}: decided twice: {name}", self.at(i));
            }
            let now = self.now();
            self.instances[i].seen.events.push((now, event));
        }
    }

    fn check_breaker(&mut self, i: usize, breaker: usize) {
        let now = self.now();
        let at = self.at(i);
        let instance = &mut self.instances[i];
        let reading = instance.reading(breaker);
        let name = instance.spec.breakers[breaker].0.clone();
        let state = match reading.standing {
            Standing::Closed => State::Closed,
            Standing::Open { .. } => State::Open,
            Standing::HalfOpen { .. } => State::HalfOpen,
        };
        let states = &mut instance.seen.states[breaker];
        let is_new = states.last().is_none_or(|(_, last)| *last != state);
        if is_new {
            states.push((now, state));
        }
        let applied = instance.member.applied(&name).unwrap_or_default();
        let before = std::mem::replace(&mut instance.seen.applied[breaker], applied);
        if applied.0 == before.0 {
            assert!(
                applied.1 >= before.1,
                "{at}: generation {before:?} -> {applied:?}"
            );
        }
        // Nobody is held past the deadline.
        let is_held = matches!(reading.standing, Standing::Open { held: true, .. });
        let held = &mut instance.seen.held[breaker];
        let current = |(_, fleet, machine): &(Now, u64, u64)| {
            (*fleet, *machine) == (applied.1, reading.generation)
        };
        *held = is_held.then(|| {
            held.filter(current)
                .unwrap_or((now, applied.1, reading.generation))
        });
        if let Some((since, _, _)) = *held {
            let slack = HOLD / 1000 + MS;
            assert!(
                now <= since + HOLD + slack,
                "{at}: held since {}",
                since / MS
            );
        }
        let leased = matches!(reading.standing, Standing::HalfOpen { leased: true, .. });
        let was_leased = std::mem::replace(&mut instance.seen.half_open[breaker], leased);
        if is_new {
            self.note(i, &format!("{name} {state} leased={leased}"));
        }
        if leased && !was_leased {
            self.check_prober(i, breaker);
        }
    }

    /// At most one instance probes for the fleet.
    fn check_prober(&mut self, i: usize, breaker: usize) {
        if self.server.has_just_lost(self.now()) {
            return;
        }
        let name = &self.instances[i].spec.breakers[breaker].0;
        for (other, instance) in self.instances.iter().enumerate() {
            if other == i || instance.is_gone {
                continue;
            }
            for (number, (of, _)) in instance.spec.breakers.iter().enumerate() {
                if of == name && instance.seen.half_open[number] {
                    let standing = instance.reading(number).standing;
                    let probes = matches!(standing, Standing::HalfOpen { leased: true, .. });
                    assert!(!probes, "{}: {other} probes too", self.at(i));
                }
            }
        }
    }

    /// Every instance that is in touch knows what the server holds.
    pub(super) fn check_equal(&self) {
        assert_eq!(self.server.health, Health::Up);
        let contents = self.server.contents(self.now());
        for (i, instance) in self.instances.iter().enumerate() {
            if instance.is_gone || instance.link != Link::Up || instance.spec.observer {
                continue;
            }
            let status = instance.member.status();
            assert!(
                matches!(status, FleetStatus::Joined { .. }),
                "{}: {status:?}",
                self.at(i)
            );
            for (name, _) in &instance.spec.breakers {
                let circuit = contents
                    .circuits
                    .iter()
                    .find(|circuit| circuit.name == *name);
                let view = instance.member.view(name);
                let known = view.as_ref().map_or(0, |view| view.generation);
                let of_server = circuit.map_or(0, |circuit| circuit.generation);
                assert_eq!(
                    known,
                    of_server,
                    "{}: {circuit:?} is known as {view:?}",
                    self.at(i)
                );
                let votes = view.map(|view| view.votes).unwrap_or_default();
                let of_server = circuit
                    .map(|circuit| circuit.votes.clone())
                    .unwrap_or_default();
                assert_eq!(votes, of_server, "{}: votes", self.at(i));
                if let Some(circuit) = circuit.filter(|circuit| circuit.phase == Phase::Closed) {
                    let state = instance.state_of(name);
                    assert_eq!(state, Some(State::Closed), "{}: {circuit:?}", self.at(i));
                }
            }
        }
    }

    /// All instances that live are closed.
    pub(super) fn check_closed(&self, when: &str) {
        for (i, instance) in self.instances.iter().enumerate() {
            for (name, _) in instance.spec.breakers.iter().filter(|_| !instance.is_gone) {
                let state = instance.state_of(name);
                assert_eq!(state, Some(State::Closed), "{}: {name} {when}", self.at(i));
            }
        }
    }

    pub(super) fn at(&self, i: usize) -> String {
        format!("seed {}, {} ms, instance {i}", self.seed, self.now() / MS)
    }

    pub(super) fn note(&mut self, i: usize, what: &str) {
        let now = self.now() / 1_000;
        if let Some(trace) = &mut self.trace {
            let line = format!("{now:>9} us  i{i}  {what}");
            if PRINTS.load(Ordering::Relaxed) {
                println!("{line}");
            }
            trace.push(line);
        }
    }
}
