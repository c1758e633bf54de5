//! R32: the setting `max_open_share`.

use breaker_runtime::{CircuitBreaker, Config, State};

use crate::support::{Bench, OPEN_FOR};

const MOMENT: std::time::Duration = std::time::Duration::from_nanos(1);

/// Makes `count` keys of a name at most half of which may be open.
fn keys(bench: &Bench, count: usize) -> Vec<CircuitBreaker> {
    let config = Config::new().threshold(2).success_threshold(1);
    let config = config.max_open_share(0.5);
    let key = |number| bench.key_of_fetch(&format!("host{number}.example"), config);
    (0..count).map(key).collect()
}

fn fail(breaker: &CircuitBreaker) {
    let _ = breaker.call(|| Err::<(), _>("down"));
}

/// Lets a closed circuit of `keys` meet its rule.
fn meet_rule(breaker: &CircuitBreaker) {
    fail(breaker);
    fail(breaker);
}

fn open(keys: &[CircuitBreaker]) -> usize {
    let is_open = |key: &&CircuitBreaker| key.state() == State::Open;
    keys.iter().filter(is_open).count()
}

fn spared(bench: &Bench) -> u64 {
    bench.registry.key_stats("fetch").unwrap().totals.spared
}

#[test]
fn r32_at_most_the_share_of_the_keys_opens_and_the_others_are_spared() {
    let bench = Bench::default();
    let keys = keys(&bench, 5);
    for key in &keys {
        meet_rule(key);
    }
    assert_eq!(open(&keys), 2);
    assert_eq!(spared(&bench), 3);
    assert_eq!(keys[4].snapshot().totals.spared, 1);
    assert_eq!(keys[4].snapshot().failures_in_a_row, 2);
}

#[test]
fn r32_a_spared_key_opens_with_its_next_failure_once_there_is_room() {
    let bench = Bench::default();
    let keys = keys(&bench, 2);
    for key in &keys {
        meet_rule(key);
    }
    assert_eq!(keys[1].state(), State::Closed);
    fail(&keys[1]);
    assert_eq!(spared(&bench), 2);
    keys[0].reset();
    fail(&keys[1]);
    assert_eq!(keys[1].state(), State::Open);
    assert_eq!(spared(&bench), 2);
}

#[test]
fn r32_at_least_one_key_may_be_open() {
    let bench = Bench::default();
    let keys = keys(&bench, 1);
    meet_rule(&keys[0]);
    assert_eq!(keys[0].state(), State::Open);
}

#[test]
fn r32_a_half_open_key_keeps_its_place_and_a_failed_probe_opens_it_again() {
    let bench = Bench::default();
    let keys = keys(&bench, 2);
    meet_rule(&keys[0]);
    bench.advance(OPEN_FOR);
    assert_eq!(keys[0].state(), State::HalfOpen);
    meet_rule(&keys[1]);
    assert_eq!(keys[1].state(), State::Closed);
    fail(&keys[0]);
    assert_eq!(keys[0].state(), State::Open);
    bench.advance(OPEN_FOR);
    keys[0].call(|| Ok::<_, &str>(())).unwrap();
    assert_eq!(keys[0].state(), State::Closed);
    fail(&keys[1]);
    assert_eq!(keys[1].state(), State::Open);
}

#[test]
fn r32_a_person_trips_a_key_beyond_the_share() {
    let bench = Bench::default();
    let keys = keys(&bench, 2);
    keys[0].trip();
    keys[1].trip();
    assert_eq!(open(&keys), 2);
    assert_eq!(spared(&bench), 0);
    keys[0].reset();
    meet_rule(&keys[0]);
    assert_eq!(keys[0].state(), State::Closed, "the tripped key counts");
}

#[test]
fn r32_an_evicted_key_returns_its_place() {
    let bench = Bench::default();
    let config = Config::new().threshold(1).max_keys(2).max_open_share(0.5);
    let first = bench.key_of_fetch("a.example", config);
    let _held = bench.key_of_fetch("b.example", config);
    fail(&first);
    assert_eq!(first.state(), State::Open);
    drop(first);
    // The open period has passed, and the key has been idle for `idle_ttl`.
    bench.advance(OPEN_FOR * 100);
    let other = bench.key_of_fetch("c.example", config);
    assert!(bench.registry.get_keyed("fetch", "a.example").is_none());
    fail(&other);
    assert_eq!(other.state(), State::Open);
}

#[test]
fn r32_a_key_that_nobody_calls_does_not_keep_the_others_closed() {
    let bench = Bench::default();
    let keys = keys(&bench, 2);
    meet_rule(&keys[0]);
    assert_eq!(keys[0].state(), State::Open);
    let spared = |bench: &Bench| {
        meet_rule(&keys[1]);
        keys[1].state() == State::Closed && self::spared(bench) > 0
    };
    assert!(spared(&bench));
    // As long as the open period runs, a probe may take, and `idle_ttl` after that.
    let idle_ttl = std::time::Duration::from_secs(600);
    bench.advance(OPEN_FOR + keys[0].config().probe_timeout + idle_ttl - MOMENT);
    assert!(spared(&bench));
    bench.advance(MOMENT);
    assert!(!spared(&bench));
    assert_eq!(keys[1].state(), State::Open);
}

#[test]
fn r32_a_half_open_key_that_nobody_calls_does_not_keep_the_others_closed() {
    let bench = Bench::default();
    let keys = keys(&bench, 2);
    meet_rule(&keys[0]);
    bench.advance(OPEN_FOR);
    assert_eq!(keys[0].state(), State::HalfOpen);
    let settings = keys[0].config();
    bench.advance(settings.probe_timeout + settings.idle_ttl - MOMENT);
    meet_rule(&keys[1]);
    assert_eq!(keys[1].state(), State::Closed);
    bench.advance(MOMENT);
    fail(&keys[1]);
    assert_eq!(keys[1].state(), State::Open);
}

#[test]
fn r32_random_calls_never_open_more_than_the_share() {
    let bench = Bench::default();
    let keys = keys(&bench, 7);
    let mut random = 1_u64;
    let mut most = 0;
    for _ in 0..3000 {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let key = &keys[(random >> 33) as usize % keys.len()];
        match (random >> 60) % 8 {
            0 => drop(key.call(|| Ok::<_, &str>(()))),
            1 => bench.advance(OPEN_FOR / 4),
            _ => fail(key),
        }
        let closed = keys.iter().filter(|key| key.state() == State::Closed);
        let not_closed = keys.len() - closed.count();
        assert!(not_closed <= 3, "{not_closed}");
        most = most.max(not_closed);
    }
    assert_eq!(most, 3);
    assert!(spared(&bench) > 0);
}
