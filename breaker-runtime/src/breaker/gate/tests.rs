use std::num::NonZeroU64;
use std::time::Duration;

use super::{Gate, Word};
use crate::machine::{Bucket, GateState, Ticket};
use crate::time::Tick;

#[test]
fn no_ticket_but_that_of_a_plain_call_has_the_bits_of_a_word() {
    let now = Tick::from_nanos(0);
    let open = GateState::Open {
        period: Duration::from_secs(1),
        until: now,
    };
    for gate_state in [QUIET, EVERYTHING, open, GateState::AskMachine] {
        for latency in [false, true] {
            let gate = Gate::new();
            gate.publish(3, gate_state, latency, false);
            let word = gate.word();
            assert_eq!(word.measures_latency(), latency);
            let bucket = (0..8).map(|number| Ticket::tracked(3, Bucket::from_number(number), now));
            let others = [Ticket::probe(3, now), Ticket::uncounted(3, now)];
            let mut within = [Ticket::call(3), Ticket::probe(3, now)];
            within.iter_mut().for_each(Ticket::set_nesting);
            let others = others.into_iter().chain(within);
            assert!(
                bucket
                    .chain(others)
                    .all(|ticket| !word.success_is_free(ticket))
            );
            let plain = gate_state == QUIET && !latency;
            assert_eq!(word.success_is_free(Ticket::call(3)), plain);
        }
    }
}

fn published(generation: u64, gate_state: GateState) -> (Gate, Word) {
    let gate = Gate::new();
    gate.publish(generation, gate_state, false, false);
    let word = gate.word();
    (gate, word)
}

const QUIET: GateState = GateState::Closed {
    streak: false,
    sampled: false,
    time_window: false,
    in_flight: false,
    precise: false,
};

const EVERYTHING: GateState = GateState::Closed {
    streak: true,
    sampled: true,
    time_window: true,
    in_flight: true,
    precise: true,
};

#[test]
fn a_closed_circuit_admits_and_is_clean_only_with_nothing_to_do_and_in_its_own_generation() {
    let (_, word) = published(7, QUIET);
    assert!(word.is_closed() && word.admits() && word.success_needs_tally_only(Ticket::call(7)));
    assert!(word.success_is_free(Ticket::call(7)) && !word.success_is_free(Ticket::call(6)));
    let now = Tick::from_nanos(0);
    assert!(
        !word.success_is_free(Ticket::probe(7, now))
            && !word.success_is_free(Ticket::uncounted(7, now))
    );
    assert!(!word.success_is_free(Ticket::tracked(7, Bucket::default(), now)));
}

#[test]
fn a_closed_circuit_says_what_there_is_to_do() {
    let (_, word) = published(7, EVERYTHING);
    assert!(word.is_closed() && !word.admits() && !word.is_open());
    assert!(!word.success_needs_tally_only(Ticket::call(7)));
    assert!(
        word.tracks_in_flight() && word.is_sampled() && word.has_time_window() && word.is_precise()
    );
    assert!(!word.success_is_free(Ticket::call(7)));
    assert_eq!(word.generation(), 7);
    let (_, word) = published(7, QUIET);
    assert!(
        !word.tracks_in_flight()
            && !word.is_sampled()
            && !word.has_time_window()
            && !word.is_precise()
    );
}

#[test]
fn an_open_circuit_says_until_when_and_by_which_clock() {
    let open = |millis| GateState::Open {
        period: Duration::from_millis(millis),
        until: Tick::from_nanos(42),
    };
    let (gate, word) = published(1, open(100));
    assert!(word.is_open() && !word.admits() && !word.is_precise());
    let left = |now| gate.time_left(Tick::from_nanos(now));
    assert_eq!(left(40), NonZeroU64::new(2));
    assert_eq!(left(42), None);
    let (_, word) = published(1, open(99));
    assert!(word.is_open() && word.is_precise());
}

#[test]
fn only_an_open_circuit_whose_breaker_agrees_and_whose_period_is_long_refuses_quickly() {
    let open = |millis| GateState::Open {
        period: Duration::from_millis(millis),
        until: Tick::from_nanos(42),
    };
    let coarse_reject = |gate_state, coarse_reject| {
        let gate = Gate::new();
        gate.publish(1, gate_state, false, coarse_reject);
        gate.word().rejects_coarsely()
    };
    assert!(coarse_reject(open(100), true));
    assert!(!coarse_reject(open(100), false) && !coarse_reject(open(99), true));
    for other in [QUIET, EVERYTHING, GateState::AskMachine] {
        assert!(!coarse_reject(other, true));
    }
}

#[test]
fn what_has_to_ask_is_neither_open_nor_closed() {
    let (_, word) = published(3, GateState::AskMachine);
    let now = Tick::from_nanos(0);
    assert!(
        !word.success_is_free(Ticket::probe(3, now))
            && !word.success_is_free(Ticket::uncounted(3, now))
    );
    assert!(!word.is_closed() && !word.admits() && !word.is_open());
    assert!(!word.success_needs_tally_only(Ticket::call(3)));
    assert!(
        !word.tracks_in_flight() && !word.is_sampled() && !word.success_is_free(Ticket::call(3))
    );
}

#[test]
fn the_rest_of_a_period_is_never_more_than_all_of_it() {
    let (gate, _) = published(
        1,
        GateState::Open {
            period: Duration::from_nanos(5),
            until: Tick::from_nanos(105),
        },
    );
    let lagging = Tick::from_nanos(97);
    assert_eq!(gate.time_left(lagging), NonZeroU64::new(5));
}

#[test]
fn a_word_says_when_to_ask_and_forgets_that_it_is_measured() {
    let open = GateState::Open {
        period: Duration::from_secs(1),
        until: Tick::from_nanos(9),
    };
    for (gate_state, asks) in [(QUIET, false), (open, false), (GateState::AskMachine, true)] {
        let (gate, word) = published(3, gate_state);
        assert_eq!(word.asks_machine(), asks);
        gate.publish(3, gate_state, true, false);
        assert_eq!(gate.word().without_latency(), word);
    }
    let gate = Gate::new();
    gate.publish(3, QUIET, true, false);
    let call = Ticket::call(3);
    assert!(
        !gate.word().success_needs_tally_only(call)
            && gate.word().without_latency().success_needs_tally_only(call)
    );
}

#[test]
fn only_tickets_of_this_generation_without_a_mark_are_for_a_tally() {
    let sampled = GateState::Closed {
        streak: false,
        sampled: true,
        time_window: true,
        in_flight: true,
        precise: true,
    };
    let (_, word) = published(7, sampled);
    let now = Tick::from_nanos(0);
    let marked = |mut ticket: Ticket| {
        ticket.set_nesting();
        ticket
    };
    for bucket in Bucket::all() {
        let tracked = Ticket::tracked(7, bucket, now);
        assert!(
            word.tracked_success_needs_tally_only(tracked)
                && !word.success_needs_tally_only(tracked)
        );
        assert!(!word.tracked_success_needs_tally_only(Ticket::tracked(6, bucket, now)));
        assert!(!word.tracked_success_needs_tally_only(marked(tracked)));
        let (_, streak) = published(7, EVERYTHING);
        assert!(!streak.tracked_success_needs_tally_only(tracked));
    }
    let others = [
        marked(Ticket::call(7)),
        Ticket::probe(7, now),
        Ticket::uncounted(7, now),
    ];
    for other in others {
        assert!(
            !word.success_needs_tally_only(other) && !word.tracked_success_needs_tally_only(other)
        );
    }
    assert!(
        word.success_needs_tally_only(Ticket::call(7))
            && !word.tracked_success_needs_tally_only(Ticket::call(7))
    );
}
