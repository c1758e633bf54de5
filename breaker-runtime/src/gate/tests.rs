use std::num::NonZeroU64;
use std::time::Duration;

use super::{Gate, Word};
use crate::machine::{Bucket, Stance, Ticket};
use crate::time::Tick;

#[test]
fn no_ticket_but_that_of_a_plain_call_has_the_bits_of_a_word() {
    let now = Tick::from_nanos(0);
    let open = Stance::Open {
        period: Duration::from_secs(1),
        until: now,
    };
    for stance in [QUIET, EVERYTHING, open, Stance::Ask] {
        for measured in [false, true] {
            let gate = Gate::new();
            gate.publish(3, stance, measured, false);
            let word = gate.word();
            assert_eq!(word.is_measured(), measured);
            let bucket = (0..8).map(|number| Ticket::watched(3, Bucket::from_number(number), now));
            let others = [Ticket::probe(3, now), Ticket::bystander(3, now)];
            let mut within = [Ticket::call(3), Ticket::probe(3, now)];
            within.iter_mut().for_each(Ticket::set_within);
            let others = others.into_iter().chain(within);
            assert!(bucket.chain(others).all(|ticket| !word.is_clean(ticket)));
            let plain = stance == QUIET && !measured;
            assert_eq!(word.is_clean(Ticket::call(3)), plain);
        }
    }
}

fn published(generation: u64, stance: Stance) -> (Gate, Word) {
    let gate = Gate::new();
    gate.publish(generation, stance, false, false);
    let word = gate.word();
    (gate, word)
}

const QUIET: Stance = Stance::Closed {
    loud: false,
    tallied: false,
    timed: false,
    watched: false,
    precise: false,
};

const EVERYTHING: Stance = Stance::Closed {
    loud: true,
    tallied: true,
    timed: true,
    watched: true,
    precise: true,
};

#[test]
fn a_closed_circuit_admits_and_is_clean_only_with_nothing_to_do_and_in_its_own_generation() {
    let (_, word) = published(7, QUIET);
    assert!(word.is_closed() && word.admits() && word.is_calm_for(Ticket::call(7)));
    assert!(word.is_clean(Ticket::call(7)) && !word.is_clean(Ticket::call(6)));
    let now = Tick::from_nanos(0);
    assert!(!word.is_clean(Ticket::probe(7, now)) && !word.is_clean(Ticket::bystander(7, now)));
    assert!(!word.is_clean(Ticket::watched(7, Bucket::default(), now)));
}

#[test]
fn a_closed_circuit_says_what_there_is_to_do() {
    let (_, word) = published(7, EVERYTHING);
    assert!(word.is_closed() && !word.admits() && !word.is_open());
    assert!(!word.is_calm_for(Ticket::call(7)));
    assert!(word.is_watched() && word.is_tallied() && word.is_timed() && word.is_fine());
    assert!(!word.is_clean(Ticket::call(7)));
    assert_eq!(word.generation(), 7);
    let (_, word) = published(7, QUIET);
    assert!(!word.is_watched() && !word.is_tallied() && !word.is_timed() && !word.is_fine());
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
    assert_eq!(left(40), NonZeroU64::new(2));
    assert_eq!(left(42), None);
    let (_, word) = published(1, open(99));
    assert!(word.is_open() && word.is_fine());
}

#[test]
fn only_an_open_circuit_whose_breaker_agrees_and_whose_period_is_long_refuses_quickly() {
    let open = |millis| Stance::Open {
        period: Duration::from_millis(millis),
        until: Tick::from_nanos(42),
    };
    let quick = |stance, quick| {
        let gate = Gate::new();
        gate.publish(1, stance, false, quick);
        gate.word().refuses_quickly()
    };
    assert!(quick(open(100), true));
    assert!(!quick(open(100), false) && !quick(open(99), true));
    for other in [QUIET, EVERYTHING, Stance::Ask] {
        assert!(!quick(other, true));
    }
}

#[test]
fn what_has_to_ask_is_neither_open_nor_closed() {
    let (_, word) = published(3, Stance::Ask);
    let now = Tick::from_nanos(0);
    assert!(!word.is_clean(Ticket::probe(3, now)) && !word.is_clean(Ticket::bystander(3, now)));
    assert!(!word.is_closed() && !word.admits() && !word.is_open());
    assert!(!word.is_calm_for(Ticket::call(3)));
    assert!(!word.is_watched() && !word.is_tallied() && !word.is_clean(Ticket::call(3)));
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
    assert_eq!(gate.time_left(lagging), NonZeroU64::new(5));
}

#[test]
fn a_word_says_when_to_ask_and_forgets_that_it_is_measured() {
    let open = Stance::Open {
        period: Duration::from_secs(1),
        until: Tick::from_nanos(9),
    };
    for (stance, asks) in [(QUIET, false), (open, false), (Stance::Ask, true)] {
        let (gate, word) = published(3, stance);
        assert_eq!(word.asks(), asks);
        gate.publish(3, stance, true, false);
        assert_eq!(gate.word().unmeasured(), word);
    }
    let gate = Gate::new();
    gate.publish(3, QUIET, true, false);
    let call = Ticket::call(3);
    assert!(!gate.word().is_calm_for(call) && gate.word().unmeasured().is_calm_for(call));
}

#[test]
fn only_tickets_of_this_generation_without_a_mark_are_for_a_tally() {
    let tallied = Stance::Closed {
        loud: false,
        tallied: true,
        timed: true,
        watched: true,
        precise: true,
    };
    let (_, word) = published(7, tallied);
    let now = Tick::from_nanos(0);
    let marked = |mut ticket: Ticket| {
        ticket.set_within();
        ticket
    };
    for bucket in Bucket::all() {
        let watched = Ticket::watched(7, bucket, now);
        assert!(word.is_calm_for_watched(watched) && !word.is_calm_for(watched));
        assert!(!word.is_calm_for_watched(Ticket::watched(6, bucket, now)));
        assert!(!word.is_calm_for_watched(marked(watched)));
        let (_, loud) = published(7, EVERYTHING);
        assert!(!loud.is_calm_for_watched(watched));
    }
    let others = [
        marked(Ticket::call(7)),
        Ticket::probe(7, now),
        Ticket::bystander(7, now),
    ];
    for other in others {
        assert!(!word.is_calm_for(other) && !word.is_calm_for_watched(other));
    }
    assert!(word.is_calm_for(Ticket::call(7)) && !word.is_calm_for_watched(Ticket::call(7)));
}
