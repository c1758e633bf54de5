//! The threads that control, reconfigure and read the breakers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use breaker_runtime::{Overrides, Registry, Window};

use crate::actions::Ledger;
use crate::{Dice, Target};

pub(crate) fn steer(
    targets: &[Target],
    registry: &Registry,
    ledger: &Ledger,
    actor: usize,
    over: &AtomicBool,
) {
    let mut dice = Dice::new(7 + actor as u64);
    let subscription = registry.subscribe(|event| {
        // A listener may call anything.
        let _ = event.breaker().state();
    });
    while !over.load(Ordering::Relaxed) {
        let at = usize::try_from(dice.throw(targets.len() as u64)).unwrap();
        let breaker = &targets[at].breaker;
        let soon = Some(Duration::from_micros(dice.throw(500)));
        let next = || ledger.next(breaker.name(), actor);
        match dice.throw(400) {
            0 => breaker.by(&next()).trip(),
            1 => breaker.by(&next()).reset(),
            2 => breaker.by(&next()).force_open(soon),
            3 => breaker.by(&next()).force_closed(soon),
            4 => breaker.by(&next()).clear_override(),
            5..=9 => {
                registry
                    .by(&next())
                    .configure(breaker.name(), settings(&mut dice, breaker.name()))
                    .unwrap();
            }
            10..=30 => reads(breaker),
            _ => {
                // Reading the state applies a transition that is due.
                let _ = breaker.state();
                std::thread::yield_now();
            }
        }
    }
    drop(subscription);
    for target in targets {
        let last = ledger.next(target.breaker.name(), actor);
        target.breaker.by(&last).clear_override();
    }
}

fn reads(breaker: &breaker_runtime::CircuitBreaker) {
    let snapshot = breaker.snapshot();
    let totals = snapshot.totals;
    let sum = totals.successes + totals.failures + totals.ignored + totals.cancelled;
    assert_eq!(totals.calls, sum);
    if let Some(window) = snapshot.window {
        assert!(window.failures <= window.calls && window.slow <= window.calls);
    }
}

/// Draws new values for the settings of the breaker that are consistent with each other.
fn settings(dice: &mut Dice, name: &str) -> Overrides {
    let mut settings = Overrides {
        success_threshold: Some(1 + u32::try_from(dice.throw(4)).unwrap()),
        latency: Some(dice.throw(2) == 0),
        ..Overrides::default()
    };
    let slow_call = Duration::from_micros(200 + dice.throw(400));
    match name {
        "calls" => {
            let calls = 100 + u32::try_from(dice.throw(200)).unwrap();
            settings.window = Some(Window::Calls(calls));
        }
        "time" => {
            let time = Duration::from_millis(20 + dice.throw(60));
            settings.window = Some(Window::Time(time));
        }
        "patient" => {}
        "slow" | "everything" => settings.slow_call = Some(slow_call),
        _ => settings.threshold = Some(5 + u32::try_from(dice.throw(5)).unwrap()),
    }
    settings
}
