//! A rehearsal of what a live breaker recorded in shadow mode makes the transitions of the live breaker.

use std::sync::Mutex;
use std::time::SystemTime;

use proptest::prelude::*;

use super::super::super::candidate::Candidate;
use super::super::super::rehearsal::rehearse;
use super::{DAY, Recorder, in_memory};
use crate::breaker::{CircuitBreaker, EventKind, Subscription};
use crate::config::{Config, Settings};
use crate::machine::Ticket;
use crate::machine::model::{settings, units};
use crate::registry::Registry;
use crate::sync::Arc;
use crate::time::hand_clock::HandClock;
use crate::values::{End, FailureKind, Reason, State};

/// What a call or the clock does.
#[derive(Clone, Debug)]
enum Deed {
    Begin,
    /// The position of the call among those in flight, its end, and its hint.
    End(usize, End, Option<u64>),
    /// The position of the call among those in flight that is dropped.
    Drop(usize),
    Pass(u64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let end = prop_oneof![
        4 => Just(End::Success),
        5 => Just(End::Failure(FailureKind::Returned)),
        1 => Just(End::Failure(FailureKind::Panicked)),
        1 => Just(End::Failure(FailureKind::TimedOut)),
        1 => Just(End::Trip),
        1 => Just(End::Ignored),
        1 => Just(End::Cancelled),
    ];
    let hint = proptest::option::weighted(0.2, 1..40_u64);
    let deed = prop_oneof![
        6 => Just(Deed::Begin),
        5 => (0..4_usize, end, hint).prop_map(|(at, end, hint)| Deed::End(at, end, hint)),
        1 => (0..4_usize).prop_map(Deed::Drop),
        3 => (1..25_u64).prop_map(Deed::Pass),
    ];
    proptest::collection::vec(deed, 1..150)
}

type Made = (SystemTime, State, State, Reason);

/// A live breaker in shadow mode that is recorded.
struct Live {
    clock: HandClock,
    recorder: Recorder,
    breaker: CircuitBreaker,
    settings: Settings,
    seed: u64,
    made: Arc<Mutex<Vec<Made>>>,
    _subscription: Subscription,
}

impl Live {
    fn start(settings: Settings, seed: u64) -> Self {
        let clock = HandClock::with_origin(DAY);
        clock.pass(DAY);
        let registry = Registry::with_clock(clock.clone());
        #[cfg(feature = "timer")]
        registry.set_timer(timer(clock.clone()));
        let made: Arc<Mutex<Vec<Made>>> = Arc::default();
        let told = Arc::clone(&made);
        let subscription = registry.subscribe(move |event| {
            if let EventKind::Transition(it) = event.kind() {
                let at = it.due_at.unwrap_or(event.at());
                told.lock().unwrap().push((at, it.from, it.to, it.reason));
            }
        });
        let recorder = in_memory(&registry);
        let breaker = registry.get_or_create("exact", Config::new()).unwrap();
        breaker.shared().reconfigure(settings);
        breaker.reseed(seed);
        Self {
            clock,
            recorder,
            breaker,
            settings,
            seed,
            made,
            _subscription: subscription,
        }
    }

    /// Returns the transitions of the breaker, and those of a rehearsal of its recording.
    fn finish(self) -> (Vec<Made>, Vec<Made>) {
        // What is due until now.
        let _ = self.breaker.state();
        let mut trace = self.recorder.recent(DAY).unwrap();
        let candidate = Candidate::in_force("the same", self.settings).with_seed(self.seed);
        let report = rehearse(trace.calls("exact").unwrap(), candidate).unwrap();
        let rehearsed = report.transitions.iter();
        let rehearsed = rehearsed
            .map(|it| (it.at, it.from, it.to, it.reason))
            .collect();
        let live = self.made.lock().unwrap().clone();
        (live, rehearsed)
    }
}

/// Lets a live breaker run; returns its transitions, and those of a rehearsal of its recording.
fn both(settings: Settings, seed: u64, deeds: &[Deed]) -> (Vec<Made>, Vec<Made>) {
    let live = Live::start(settings, seed);
    let breaker = &live.breaker;
    // The circuit exists from its first call on.
    let mut held = vec![begin(breaker)];
    for deed in deeds {
        match *deed {
            Deed::Begin => held.push(begin(breaker)),
            Deed::End(at, end, hint) if at < held.len() => {
                let hint = hint.map(units).filter(|_| end.failure().is_some());
                breaker.settle(held.swap_remove(at), end, hint);
            }
            Deed::Drop(at) if at < held.len() => breaker.cancel(held.swap_remove(at)),
            Deed::End(..) | Deed::Drop(_) => {}
            Deed::Pass(count) => live.clock.pass(units(count)),
        }
    }
    // A recording ends with its last call.
    held.push(begin(breaker));
    for ticket in held {
        breaker.settle(ticket, End::Ignored, None);
    }
    live.finish()
}

fn begin(breaker: &CircuitBreaker) -> Ticket {
    let ticket = breaker.admit().expect("shadow rejects nothing");
    breaker.shared().end_nesting(ticket)
}

proptest! {
    #[test]
    fn a_rehearsal_makes_the_transitions_of_the_live_breaker(
        settings in settings(),
        jitter in proptest::option::of(0.1..1.0_f64),
        cancel_after in proptest::option::of(1..30_u64),
        seed in any::<u64>(),
        deeds in deeds(),
    ) {
        let settings = Settings {
            shadow: true,
            jitter: jitter.unwrap_or_default(),
            cancel_after: cancel_after.map(units),
            ..settings
        };
        let (live, rehearsed) = both(settings, seed, &deeds);
        prop_assert_eq!(live, rehearsed);
    }
}

#[cfg(feature = "timer")]
mod limited;
#[cfg(feature = "timer")]
use self::limited::timer;
