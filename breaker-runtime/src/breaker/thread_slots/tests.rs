use std::thread;

use super::{SHARED, slot, slots, slots_in_use};

#[test]
fn a_slot_returns_to_the_pool_when_its_thread_ends() {
    // Under Miri, starting a thread takes a long time.
    let threads = if cfg!(miri) { 300 } else { 2_000 };
    let slots: Vec<_> = (0..threads)
        .map(|_| thread::spawn(slot).join().expect("it only asks"))
        .collect();
    assert!(slots.iter().filter(|slot| **slot != SHARED).count() > threads / 2);
}

#[test]
fn a_slot_that_is_owned_is_among_those_in_use() {
    // Other tests may own all slots for a moment, so several threads ask.
    let mut threads = (0..1_000).map(|_| {
        let asking = thread::spawn(|| (slot(), slots_in_use()));
        asking.join().expect("it only asks")
    });
    let (own, in_use) = threads
        .find(|(own, _)| *own != SHARED)
        .expect("one of them gets a slot");
    assert!(own < in_use && in_use <= slots(), "{own} of {in_use}");
}
