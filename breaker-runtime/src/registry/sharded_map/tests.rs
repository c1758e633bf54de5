use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

fn numbered(count: usize) -> ShardedMap<Box<str>, usize> {
    let map = ShardedMap::new(100);
    for number in 0..count {
        let name = name(number);
        map.write(&name, |shard| shard.insert(name.as_str().into(), number));
    }
    map
}

fn name(number: usize) -> String {
    format!("https://{number}.example:443")
}

#[test]
fn a_value_is_found_only_by_its_name() {
    let map = numbered(1_000);
    for number in 0..1_000 {
        let name = name(number);
        assert_eq!(map.get(&name, |value| *value), Some(number));
    }
    assert_eq!(map.get("other", |value| *value), None);
}

#[test]
fn each_value_is_seen_once() {
    let mut seen = Vec::new();
    numbered(1_000).each(|number| seen.push(*number));
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..1_000));
}

#[test]
fn similar_names_are_spread_over_the_locks() {
    let map = numbered(0);
    let first = map.lock(map.hash(&name(0)));
    let shares_its_lock = |number: &usize| std::ptr::eq(map.lock(map.hash(&name(*number))), first);
    assert_eq!(map.locks.len(), 128);
    // Eight are expected; the probability of 40 or more is below 10^-12.
    assert!((1..=1_000).filter(shares_its_lock).count() < 40);
}

#[test]
fn the_debug_format_shows_the_entries() {
    let shown = |count| format!("{:?}", numbered(count));
    assert_eq!(shown(1), r#"{"https://0.example:443": 0}"#);
    assert_eq!(shown(0), "{}");
}

#[test]
fn a_panic_under_a_lock_leaves_it_usable() {
    let map = numbered(1);
    let name = name(0);
    let panics = || map.write(&name, |_| panic!("the panic of this test"));
    catch_unwind(AssertUnwindSafe(panics)).expect_err("it panics");
    assert_eq!(map.get(&name, |value| *value), Some(0));
}
