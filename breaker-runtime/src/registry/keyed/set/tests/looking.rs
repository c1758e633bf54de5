//! R23: looking changes nothing.

use std::time::Duration;

use proptest::prelude::*;

use crate::call::Permit;
use crate::config::{Config, Overrides, Window};
use crate::registry::Registry;
use crate::test_util::ManualClock;
use crate::values::Outcome;

/// What the program does with the breakers of a name.
#[derive(Clone, Debug)]
enum Step {
    Acquire(u8),
    /// The number of the permit among those held, and how its call ended.
    Settle(usize, bool),
    Drop(usize),
    Pass(u64),
    TripName,
    ForceName(bool),
    ClearName,
    TripKey(u8),
    /// Sets `slow_call` to a number of seconds, or takes it back.
    SlowCall(Option<u64>),
}

/// What somebody looks at between two steps.
#[derive(Clone, Copy, Debug)]
enum Look {
    Nothing,
    KeyStats,
    Snapshots,
    Breakers,
    State(u8),
    Verify,
}

fn steps() -> impl Strategy<Value = Vec<(Step, Look)>> {
    let step = prop_oneof![
        12 => (0..6_u8).prop_map(Step::Acquire),
        12 => (0..4_usize, any::<bool>()).prop_map(|(at, up)| Step::Settle(at, up)),
        2 => (0..4_usize).prop_map(Step::Drop),
        8 => (0..40_u64).prop_map(Step::Pass),
        1 => Just(Step::TripName),
        1 => any::<bool>().prop_map(Step::ForceName),
        2 => Just(Step::ClearName),
        1 => (0..6_u8).prop_map(Step::TripKey),
        1 => proptest::option::of(2..30_u64).prop_map(Step::SlowCall),
    ];
    let look = prop_oneof![
        Just(Look::Nothing),
        Just(Look::KeyStats),
        Just(Look::Snapshots),
        Just(Look::Breakers),
        (0..6_u8).prop_map(Look::State),
        Just(Look::Verify),
    ];
    proptest::collection::vec((step, look), 0..120)
}

fn configs() -> impl Strategy<Value = Config> {
    let parts = (
        1..4_u32,
        proptest::option::of(1..90_u64),
        proptest::option::of(2..30_u64),
        proptest::option::of(5..30_u64),
        2..6_usize,
    );
    parts.prop_map(|(threshold, window, slow_call, ramp, max_keys)| {
        let mut config = Config::new()
            .threshold(threshold)
            .open_for(Duration::from_secs(20))
            .max_keys(max_keys)
            .idle_ttl(Duration::from_secs(50));
        if let Some(window) = window {
            let window = Window::Time(Duration::from_secs(window));
            config = config.window(window).max_failures(3);
        }
        if let Some(slow_call) = slow_call {
            config = config.slow_call(Duration::from_secs(slow_call));
        }
        if let Some(ramp) = ramp {
            config = config.ramp(Duration::from_secs(ramp));
        }
        config
    })
}

/// What callers meet.
#[expect(clippy::large_types_passed_by_value, reason = "a test is clearer so")]
fn meet(config: Config, steps: &[(Step, Look)], looked_at: bool) -> Vec<String> {
    let clock = ManualClock::new();
    let registry = Registry::with_clock(clock.clone());
    let breaker = |key: &u8| {
        let breaker = registry.get_or_create_keyed("fetch", &format!("host-{key}"), config);
        breaker.expect("the settings are right")
    };
    breaker(&0);
    let name = registry.get("fetch").expect("it was made with its key");
    let mut held: Vec<Permit> = Vec::new();
    let mut met = Vec::new();
    for (step, look) in steps {
        match step {
            Step::Acquire(key) => match breaker(key).try_acquire() {
                Ok(permit) => {
                    met.push("admitted".to_owned());
                    held.push(permit);
                }
                Err(rejection) => met.push(format!("{rejection:?}")),
            },
            Step::Settle(at, up) if *at < held.len() => {
                let permit = held.swap_remove(*at);
                permit.record(if *up {
                    Outcome::Success
                } else {
                    Outcome::Failure
                });
            }
            Step::Drop(at) if *at < held.len() => drop(held.swap_remove(*at)),
            Step::Settle(..) | Step::Drop(_) => {}
            Step::Pass(seconds) => clock.advance(Duration::from_secs(*seconds)),
            Step::TripName => name.trip(),
            Step::ForceName(true) => name.force_open("test", Some(Duration::from_secs(30))),
            Step::ForceName(false) => name.force_closed("test", None),
            Step::ClearName => name.clear_override(),
            Step::TripKey(key) => breaker(key).trip(),
            Step::SlowCall(seconds) => {
                let slow = Overrides {
                    slow_call: seconds.map(Duration::from_secs),
                    ..Overrides::default()
                };
                let unset = registry.unconfigure("fetch");
                let set = registry.configure("fetch", slow);
                unset.and(set).expect("the settings are right");
            }
        }
        if looked_at {
            match look {
                Look::Nothing => {}
                Look::KeyStats => drop(registry.key_stats("fetch")),
                Look::Snapshots => drop(registry.snapshot()),
                Look::Breakers => drop(registry.breakers()),
                Look::State(key) => {
                    let breaker = registry.get_keyed("fetch", &format!("host-{key}"));
                    breaker.map(|breaker| breaker.state());
                }
                Look::Verify => drop(registry.verify()),
            }
        }
    }
    drop(held);
    let totals = registry.key_stats("fetch").expect("it has keys").totals;
    met.push(format!("{totals:?}"));
    met
}

proptest! {
    #[test]
    fn r23_looking_at_keyed_breakers_changes_nothing(config in configs(), steps in steps()) {
        let (observed, unobserved) = (meet(config, &steps, true), meet(config, &steps, false));
        let different = observed.iter().zip(&unobserved).find(|(a, b)| a != b);
        prop_assert_eq!(different, None);
    }
}
