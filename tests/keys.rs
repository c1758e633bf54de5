//! A storm of a million distinct keys. The memory that they take is bounded.

#![allow(
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]

use std::sync::Mutex;
use std::time::{Duration, Instant};

use breaker_runtime::{Config, Registry, State};

#[path = "storm/memory.rs"]
mod memory;

const KEYS: u32 = 1_000_000;
const MOST: usize = 500;

#[test]
fn a_million_keys_take_only_the_memory_of_those_that_are_kept() {
    let registry = Registry::new();
    let hour = Duration::from_secs(3600);
    let config = Config::new().max_keys(MOST).open_for(hour);
    let of = |key: u32| {
        let key = format!("host-{key}.example");
        registry.get_or_create_keyed("fetch", &key, config).unwrap()
    };
    // One key has an outage, which must not be evicted meanwhile.
    of(0).trip();
    let threads = 2;
    let record = Mutex::new(memory::Record::new());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..threads {
            let (registry, record) = (&registry, &record);
            scope.spawn(move || {
                for key in (1..=KEYS).skip(thread).step_by(threads) {
                    let breaker = of(key);
                    assert_eq!(breaker.call(|| Ok::<_, ()>(key)), Ok(key));
                    if key % 1_000 == 0 {
                        let stats = registry.key_stats("fetch").unwrap();
                        assert!(stats.keys <= MOST, "{} keys", stats.keys);
                        let (at, of) = (
                            Duration::from_secs(key.into()),
                            Duration::from_secs(KEYS.into()),
                        );
                        record.lock().unwrap().sample(at, of);
                    }
                }
            });
        }
    });
    let stats = registry.key_stats("fetch").unwrap();
    println!(
        "{KEYS} keys in {:?}, {} of them unlisted",
        began.elapsed(),
        stats.unlisted
    );
    assert_eq!(stats.totals.calls, u64::from(KEYS), "no call is lost");
    assert_eq!(of(0).state(), State::Open);
    assert!(
        stats.unlisted < u64::from(KEYS) / 100,
        "{} were unlisted",
        stats.unlisted
    );
    record.into_inner().unwrap().check();
}
