//! Overrides and evictions of breakers by key.

use std::time::Duration;

use breaker_runtime::test_util::ManualClock;
use breaker_runtime::{CircuitBreaker, Config, Registry, State};

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 3600);

struct Keys {
    clock: ManualClock,
    registry: Registry,
    config: Config,
}

impl Keys {
    fn new(config: Config) -> Self {
        let clock = ManualClock::new();
        let registry = Registry::with_clock(clock.clone());
        Self {
            clock,
            registry,
            config,
        }
    }

    fn of(&self, key: &str) -> CircuitBreaker {
        let breaker = self.registry.get_or_create_keyed("fetch", key, self.config);
        breaker.unwrap()
    }

    fn name(&self) -> CircuitBreaker {
        self.registry.get("fetch").unwrap()
    }

    fn fail(&self, key: &str) {
        self.of(key).try_acquire().unwrap().failure();
    }
}

#[test]
fn a_name_that_was_tripped_before_its_first_key_does_not_stay_open() {
    let keys = Keys::new(Config::new().critical(true));
    let name = keys.registry.get_or_create("fetch", keys.config).unwrap();
    name.trip();
    keys.of("a").try_acquire().unwrap().success();
    assert_eq!(name.state(), State::Closed);
    name.trip();
    assert_eq!(
        (name.state(), keys.of("a").state()),
        (State::Closed, State::Open)
    );
}

#[test]
fn control_by_name_reaches_keys_and_calls_without_a_key() {
    let keys = Keys::new(Config::new());
    let name = keys.registry.get_or_create("fetch", keys.config).unwrap();
    name.try_acquire().unwrap().success();
    keys.of("a").try_acquire().unwrap().success();
    name.trip();
    assert!(name.try_acquire().is_err());
    assert!(keys.of("a").try_acquire().is_err());
    name.reset();
    assert!(name.try_acquire().is_ok());
    assert!(keys.of("a").try_acquire().is_ok());
}

#[test]
fn a_circuit_that_calls_without_a_key_have_opened_stays_open_when_a_key_comes() {
    let keys = Keys::new(Config::new().threshold(1));
    let name = keys.registry.get_or_create("fetch", keys.config).unwrap();
    name.try_acquire().unwrap().failure();
    keys.of("a").try_acquire().unwrap().success();
    assert_eq!(name.state(), State::Open);
}

#[test]
fn a_name_that_was_forced_closed_recovers_with_its_keys() {
    let keys = Keys::new(Config::new().critical(true));
    keys.of("a").try_acquire().unwrap().success();
    let name = keys.name();
    name.force_closed("the breaker is wrong", Some(600 * SECOND));
    for n in 0..20 {
        keys.fail(&format!("host-{n}"));
    }
    keys.clock.advance(601 * SECOND);
    for _ in 0..100 {
        keys.of("a").try_acquire().unwrap().success();
    }
    keys.clock.advance(DAY);
    assert_eq!(name.state(), State::Closed);
    assert_eq!(name.snapshot().totals.calls, 0);
}

#[test]
fn under_an_override_of_the_name_each_call_is_counted_by_its_key() {
    let keys = Keys::new(Config::new().threshold(2));
    keys.of("a");
    keys.name().force_closed("the breaker is wrong", None);
    for _ in 0..5 {
        keys.fail("a");
        keys.fail("new");
    }
    keys.name().clear_override();
    assert_eq!(keys.of("a").state(), State::Open);
    assert_eq!(keys.of("new").state(), State::Open);
    assert_eq!(keys.of("b").state(), State::Closed);
}

#[test]
fn an_override_of_the_name_holds_for_keys_that_come_later_and_until_it_ends() {
    let keys = Keys::new(Config::new());
    keys.of("a");
    let name = keys.name();
    name.force_open("maintenance", Some(60 * SECOND));
    assert!(keys.of("a").try_acquire().is_err());
    assert!(keys.of("new").try_acquire().is_err());
    assert_eq!(keys.of("new").state(), State::ForcedOpen);
    keys.clock.advance(60 * SECOND);
    assert!(keys.of("a").try_acquire().is_ok());
    assert!(keys.of("new").try_acquire().is_ok());
}

#[test]
fn trip_and_reset_of_a_name_act_on_each_of_its_keys() {
    let keys = Keys::new(Config::new());
    keys.of("a");
    keys.of("b");
    let name = keys.name();
    name.trip();
    assert_eq!(keys.of("a").state(), State::Open);
    assert_eq!(name.state(), State::Closed, "its own machine does not move");
    let stats = name.snapshot().key_stats.unwrap();
    assert_eq!((stats.keys, stats.in_state(State::Open)), (2, 2));
    name.reset();
    assert_eq!(keys.of("a").state(), State::Closed);
    assert_eq!(keys.of("b").state(), State::Closed);
}

#[test]
fn a_key_that_is_cut_off_while_its_name_is_overridden_cuts_off_no_other() {
    let keys = Keys::new(Config::new());
    drop(keys.of("blue"));
    keys.name().force_closed("the breaker is wrong", None);
    keys.of("red").force_open("abuse", None);
    assert!(keys.of("blue").try_acquire().is_ok());
    keys.name().clear_override();
    assert!(keys.of("red").try_acquire().is_err());
    assert!(keys.of("blue").try_acquire().is_ok());
}

#[test]
fn an_override_of_a_key_takes_a_place_even_if_there_is_none() {
    let keys = Keys::new(Config::new().max_keys(4));
    for n in 0..4 {
        keys.fail(&format!("t-{n}"));
    }
    keys.of("red").force_open("abuse", None);
    assert!(keys.of("red").try_acquire().is_err());
    let stats = keys.registry.key_stats("fetch").unwrap();
    assert_eq!(stats.in_state(State::ForcedOpen), 1);
}

#[test]
fn hosts_that_are_gone_make_room_for_others() {
    let keys = Keys::new(Config::new().threshold(2).max_keys(50));
    for n in 0..50 {
        keys.fail(&format!("dead-{n}"));
        keys.fail(&format!("dead-{n}"));
    }
    keys.clock.advance(30 * DAY);
    let reached = (0..100).filter(|_| {
        let permit = keys.of("new").try_acquire();
        permit.map(|permit| permit.failure()).is_ok()
    });
    assert_eq!(reached.count(), 2);
}

#[test]
fn an_overridden_key_is_never_evicted() {
    let keys = Keys::new(Config::new().max_keys(2));
    keys.of("red").force_open("abuse", None);
    keys.clock.advance(30 * DAY);
    for n in 0..10 {
        keys.of(&format!("other-{n}"));
    }
    assert!(keys.of("red").try_acquire().is_err());
}
