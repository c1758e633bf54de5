use std::thread;

use super::{SHARED, slot, slots, slots_in_use};

#[test]
fn a_slot_is_handed_back_when_its_thread_ends() {
    let slots: Vec<_> = (0..2_000)
        .map(|_| thread::spawn(slot).join().expect("it only asks"))
        .collect();
    assert!(slots.iter().filter(|slot| **slot != SHARED).count() > 1_000);
}

#[test]
fn a_slot_that_is_owned_is_among_those_in_use() {
    let own = slot();
    assert!(own == SHARED || own < slots_in_use());
    assert!(slots_in_use() <= slots());
}
