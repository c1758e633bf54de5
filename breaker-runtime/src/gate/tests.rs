use std::time::Duration;

use super::{Gate, Word};
use crate::machine::Stance;
use crate::time::Tick;

fn published(generation: u64, stance: Stance) -> (Gate, Word) {
    let gate = Gate::new();
    gate.publish(generation, stance);
    let word = gate.word();
    (gate, word)
}

#[test]
fn a_closed_circuit_admits_and_is_clean_only_without_failures_and_in_its_own_generation() {
    let (_, clean) = published(7, Stance::Closed { quiet: true });
    assert!(clean.admits() && clean.is_clean(7) && !clean.is_clean(6));
    let (_, loud) = published(7, Stance::Closed { quiet: false });
    assert!(loud.admits() && !loud.is_clean(7));
    assert_eq!((clean.generation(), loud.generation()), (7, 7));
}

#[test]
fn an_open_circuit_says_until_when_and_by_which_clock() {
    let open = |millis| Stance::Open {
        period: Duration::from_millis(millis),
        until: Tick::from_nanos(42),
    };
    let (gate, word) = published(1, open(100));
    assert!(word.is_open() && !word.admits() && !word.is_fine());
    let left = |now| gate.time_left(Tick::from_nanos(now));
    assert_eq!(left(40), Some(Duration::from_nanos(2)));
    assert_eq!(left(42), None);
    let (_, word) = published(1, open(99));
    assert!(word.is_open() && word.is_fine());
}

#[test]
fn what_has_to_ask_is_neither_open_nor_closed() {
    let (_, word) = published(3, Stance::Consult);
    assert!(!word.admits() && !word.is_open() && !word.is_clean(3));
}

#[test]
fn the_rest_of_a_period_is_never_more_than_all_of_it() {
    let (gate, _) = published(
        1,
        Stance::Open {
            period: Duration::from_nanos(5),
            until: Tick::from_nanos(105),
        },
    );
    let lagging = Tick::from_nanos(97);
    assert_eq!(gate.time_left(lagging), Some(Duration::from_nanos(5)));
}
