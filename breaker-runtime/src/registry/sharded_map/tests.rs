use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;

fn numbered(count: usize) -> ShardedMap<Box<str>, usize> {
    let shards = ShardedMap::new(100);
    for number in 0..count {
        let name = name(number);
        shards.write(&name, |shard| shard.insert(name.as_str().into(), number));
    }
    shards
}

fn name(number: usize) -> String {
    format!("https://{number}.example:443")
}

#[test]
fn a_value_is_found_by_its_name_and_by_no_other() {
    let shards = numbered(1_000);
    for number in 0..1_000 {
        let name = name(number);
        assert_eq!(shards.get(&name, |value| *value), Some(number));
    }
    assert_eq!(shards.get("other", |value| *value), None);
}

#[test]
fn each_value_is_seen_once() {
    let mut seen = Vec::new();
    numbered(1_000).each(|number| seen.push(*number));
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..1_000));
}

#[test]
fn names_that_begin_and_end_alike_are_spread_over_the_locks() {
    let shards = numbered(0);
    let first = shards.lock(&name(0));
    let beside = |number: &usize| std::ptr::eq(shards.lock(&name(*number)), first);
    assert_eq!(shards.locks.len(), 128);
    // Eight are to be expected; so many are less likely than one in 10^12.
    assert!((1..=1_000).filter(beside).count() < 40);
}

#[test]
fn what_is_shown_is_what_is_in_it() {
    let shown = |count| format!("{:?}", numbered(count));
    assert_eq!(shown(1), r#"{"https://0.example:443": 0}"#);
    assert_eq!(shown(0), "{}");
}

#[test]
fn a_panic_under_a_lock_leaves_it_usable() {
    let shards = numbered(1);
    let name = name(0);
    let panics = || shards.write(&name, |_| panic!("meant"));
    catch_unwind(AssertUnwindSafe(panics)).expect_err("it panics");
    assert_eq!(shards.get(&name, |value| *value), Some(0));
}
