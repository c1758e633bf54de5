use std::thread;

use super::{SHARED, slot, slots, slots_in_use};

#[test]
fn a_slot_is_handed_back_when_its_thread_ends() {
    // Under Miri a thread takes long to start.
    let threads = if cfg!(miri) { 300 } else { 2_000 };
    let slots: Vec<_> = (0..threads)
        .map(|_| thread::spawn(slot).join().expect("it only asks"))
        .collect();
    assert!(slots.iter().filter(|slot| **slot != SHARED).count() > threads / 2);
}

#[test]
fn a_slot_that_is_owned_is_among_those_in_use() {
    let own = slot();
    assert!(own == SHARED || own < slots_in_use());
    assert!(slots_in_use() <= slots());
}
