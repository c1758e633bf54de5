//! Checks that no action of the steering threads is lost: each is one event, in order, and the last are in the rings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use breaker_runtime::{Action, Actor, Event, EventKind, Registry, Subscription};

use crate::Target;

/// The names of the threads that steer.
pub(crate) const ACTORS: [&str; 2] = ["alice", "bob"];

/// How many actions of each thread a breaker was given, and how many of them were events.
#[derive(Debug, Default)]
struct Counts {
    given: [AtomicU64; ACTORS.len()],
    delivered: [AtomicU64; ACTORS.len()],
}

/// The counts of each breaker, by its name. It takes the same memory however long the storm lasts.
pub(crate) struct Ledger {
    breakers: Arc<Vec<(String, Counts)>>,
    _subscription: Subscription,
}

impl Ledger {
    pub(crate) fn new(registry: &Registry, targets: &[Target]) -> Self {
        let names = targets.iter().map(|it| it.breaker.name().to_owned());
        let counts = |name| (name, Counts::default());
        let breakers: Arc<Vec<_>> = Arc::new(names.map(counts).collect());
        let list = Arc::clone(&breakers);
        let subscription = registry.subscribe(move |event: &Event| {
            if let EventKind::Action(action) = event.kind() {
                let (actor, number) = read(action);
                let delivered = &of(&list, event.breaker().name()).delivered[actor];
                // In order, and each once.
                let before = delivered.swap(number, Ordering::Relaxed);
                assert_eq!(number, before + 1, "{action}");
            }
        });
        Self {
            breakers,
            _subscription: subscription,
        }
    }

    /// Returns the actor for the next action of a thread on a breaker; its reason is the number of the action.
    pub(crate) fn next(&self, breaker: &str, actor: usize) -> Actor {
        let given = &of(&self.breakers, breaker).given[actor];
        let number = given.fetch_add(1, Ordering::Relaxed) + 1;
        let actor = Actor::new(ACTORS[actor]).unwrap();
        actor.because(number.to_string()).unwrap()
    }

    /// Checks events and rings, after all threads have ended, and ends the subscription.
    pub(crate) fn check(self, registry: &Registry, targets: &[Target]) {
        assert_eq!(registry.listener_panics(), 0, "an action is out of order");
        let all = registry.actions();
        let mut total = 0;
        for (target, (name, counts)) in targets.iter().zip(&*self.breakers) {
            let given = counts.given.each_ref().map(|it| it.load(Ordering::Relaxed));
            let delivered = &counts.delivered;
            let delivered = delivered.each_ref().map(|it| it.load(Ordering::Relaxed));
            assert_eq!(delivered, given, "{name}");
            let sum: u64 = given.iter().sum();
            total += sum;
            let of_breaker = target.breaker.snapshot().actions;
            assert_eq!(of_breaker.len() as u64, sum.min(20), "{name}");
            let of_registry = all.iter().filter(|it| it.breaker.as_deref() == Some(name));
            are_the_last(of_breaker.iter(), given);
            are_the_last(of_registry, given);
        }
        assert_eq!(all.len() as u64, total.min(256));
        println!("{total} actions");
    }
}

fn of<'a>(breakers: &'a [(String, Counts)], name: &str) -> &'a Counts {
    let found = breakers.iter().find(|(it, _)| it == name);
    &found.unwrap().1
}

/// Returns which thread acted, and the number of the action among those of the thread on the breaker.
fn read(action: &Action) -> (usize, u64) {
    let by = &action.by;
    let actor = ACTORS.iter().position(|it| by.actor.as_deref() == Some(it));
    let number = by.reason.as_deref().unwrap().parse().unwrap();
    (actor.unwrap(), number)
}

/// Checks that `actions` on one breaker are the last ones of each thread, in order and without gaps.
fn are_the_last<'a>(
    actions: impl DoubleEndedIterator<Item = &'a Action>,
    mut given: [u64; ACTORS.len()],
) {
    for action in actions.rev() {
        let (actor, number) = read(action);
        assert_eq!(number, given[actor], "{action}");
        given[actor] -= 1;
    }
}
