use std::num::NonZeroU64;
use std::time::Duration;

use super::{Gate, SettingFlags, Word};
use crate::machine::{BucketNumber, GateState, ProbeNumber, Ticket, Wait};
use crate::time::Tick;

#[test]
fn only_the_ticket_of_a_plain_call_can_equal_a_word() {
    let now = Tick::from_nanos(0);
    let open = GateState::Open {
        period: Duration::from_secs(1),
        until: now,
    };
    for gate_state in [CLOSED, ALL_FLAGS, open, HELD, GateState::AskMachine] {
        for latency in [false, true] {
            let gate = Gate::new();
            gate.publish(
                3,
                gate_state,
                SettingFlags::new(latency, false, false),
                false,
            );
            let word = gate.word();
            assert_eq!(word.measures_latency(), latency);
            let tracked =
                (0..8).map(|number| Ticket::tracked(3, BucketNumber::from_bits(number), now));
            let others = [
                Ticket::probe(3, ProbeNumber::default(), now),
                Ticket::uncounted(3, now),
            ];
            let mut nesting = [
                Ticket::call(3),
                Ticket::probe(3, ProbeNumber::default(), now),
            ];
            nesting.iter_mut().for_each(Ticket::set_nesting);
            let others = others.into_iter().chain(nesting);
            assert!(
                tracked
                    .chain(others)
                    .all(|ticket| !word.success_is_free(ticket))
            );
            let plain = gate_state == CLOSED && !latency;
            assert_eq!(word.success_is_free(Ticket::call(3)), plain);
        }
    }
}

fn published(generation: u64, gate_state: GateState) -> (Gate, Word) {
    let gate = Gate::new();
    gate.publish(generation, gate_state, SettingFlags::default(), false);
    let word = gate.word();
    (gate, word)
}

const CLOSED: GateState = GateState::Closed {
    streak: false,
    sampled: false,
    time_window: false,
    in_flight: false,
    precise: false,
};

const HELD: GateState = GateState::Held(Wait {
    until: Tick::from_nanos(42),
    probed_until: None,
});

const ALL_FLAGS: GateState = GateState::Closed {
    streak: true,
    sampled: true,
    time_window: true,
    in_flight: true,
    precise: true,
};

#[test]
fn a_success_is_free_only_without_flags_and_in_its_own_generation() {
    let (_, word) = published(7, CLOSED);
    assert!(word.is_closed() && word.admits() && word.success_needs_tally_only(Ticket::call(7)));
    assert!(word.success_is_free(Ticket::call(7)) && !word.success_is_free(Ticket::call(6)));
    let now = Tick::from_nanos(0);
    assert!(
        !word.success_is_free(Ticket::probe(7, ProbeNumber::default(), now))
            && !word.success_is_free(Ticket::uncounted(7, now))
    );
    assert!(!word.success_is_free(Ticket::tracked(7, BucketNumber::default(), now)));
}

#[test]
fn the_word_of_a_closed_circuit_shows_every_flag() {
    let (_, word) = published(7, ALL_FLAGS);
    assert!(word.is_closed() && !word.admits() && !word.is_open());
    assert!(!word.success_needs_tally_only(Ticket::call(7)));
    assert!(
        word.tracks_in_flight() && word.is_sampled() && word.has_time_window() && word.is_precise()
    );
    assert!(!word.success_is_free(Ticket::call(7)));
    assert_eq!(word.generation(), 7);
    let (_, word) = published(7, CLOSED);
    assert!(
        !word.tracks_in_flight()
            && !word.is_sampled()
            && !word.has_time_window()
            && !word.is_precise()
    );
}

#[test]
fn the_gate_of_an_open_circuit_shows_its_end_and_its_clock() {
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
fn only_an_open_circuit_with_a_long_period_whose_breaker_allows_it_rejects_coarsely() {
    let open = |millis| GateState::Open {
        period: Duration::from_millis(millis),
        until: Tick::from_nanos(42),
    };
    let coarse_reject = |gate_state, coarse_reject| {
        let gate = Gate::new();
        gate.publish(1, gate_state, SettingFlags::default(), coarse_reject);
        gate.word().rejects_coarsely()
    };
    assert!(coarse_reject(open(100), true));
    assert!(!coarse_reject(open(100), false) && !coarse_reject(open(99), true));
    for other in [CLOSED, ALL_FLAGS, HELD, GateState::AskMachine] {
        assert!(!coarse_reject(other, true));
    }
}

#[test]
fn the_gate_of_a_held_circuit_shows_how_long_another_instance_may_probe() {
    let held = |until, probed_until: Option<u64>| {
        GateState::Held(Wait {
            until: Tick::from_nanos(until),
            probed_until: probed_until.map(Tick::from_nanos),
        })
    };
    let (gate, word) = published(3, held(42, Some(40)));
    assert!(word.is_held() && !word.is_open() && !word.is_closed() && !word.admits());
    let wait = |now| gate.probed_elsewhere_for(Tick::from_nanos(now));
    assert_eq!(wait(30), NonZeroU64::new(10));
    assert_eq!(wait(41), NonZeroU64::new(1));
    assert_eq!(wait(42), None);
    let second = 1_000_000_000;
    let (gate, _) = published(3, held(3 * second, None));
    let wait = |now| gate.probed_elsewhere_for(Tick::from_nanos(now));
    assert_eq!(wait(0), NonZeroU64::new(second));
    let (_, open) = published(3, GateState::AskMachine);
    assert!(!open.is_held());
}

#[test]
fn a_word_that_asks_the_machine_is_neither_open_nor_closed() {
    let (_, word) = published(3, GateState::AskMachine);
    let now = Tick::from_nanos(0);
    assert!(
        !word.success_is_free(Ticket::probe(3, ProbeNumber::default(), now))
            && !word.success_is_free(Ticket::uncounted(3, now))
    );
    assert!(!word.is_closed() && !word.admits() && !word.is_open());
    assert!(!word.success_needs_tally_only(Ticket::call(3)));
    assert!(
        !word.tracks_in_flight() && !word.is_sampled() && !word.success_is_free(Ticket::call(3))
    );
}

#[test]
fn the_rest_of_a_period_is_never_longer_than_the_period() {
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
fn a_word_shows_whether_to_ask_the_machine_and_can_drop_its_latency_flag() {
    let open = GateState::Open {
        period: Duration::from_secs(1),
        until: Tick::from_nanos(9),
    };
    for (gate_state, asks) in [
        (CLOSED, false),
        (open, false),
        (GateState::AskMachine, true),
    ] {
        let (gate, word) = published(3, gate_state);
        assert_eq!(!word.is_closed() && !word.is_open(), asks);
        gate.publish(3, gate_state, SettingFlags::new(true, false, false), false);
        assert_eq!(gate.word().without_latency(), word);
    }
    let gate = Gate::new();
    gate.publish(3, CLOSED, SettingFlags::new(true, false, false), false);
    let call = Ticket::call(3);
    assert!(
        !gate.word().success_needs_tally_only(call)
            && gate.word().without_latency().success_needs_tally_only(call)
    );
}

#[test]
fn only_unmarked_tickets_of_this_generation_need_the_tally_only() {
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
    for bucket in BucketNumber::all() {
        let tracked = Ticket::tracked(7, bucket, now);
        assert!(
            word.tracked_success_needs_tally_only(tracked)
                && !word.success_needs_tally_only(tracked)
        );
        assert!(!word.tracked_success_needs_tally_only(Ticket::tracked(6, bucket, now)));
        assert!(!word.tracked_success_needs_tally_only(marked(tracked)));
        let (_, streak) = published(7, ALL_FLAGS);
        assert!(!streak.tracked_success_needs_tally_only(tracked));
    }
    let others = [
        // It began before calls in flight were counted.
        Ticket::call(7),
        marked(Ticket::call(7)),
        Ticket::probe(7, ProbeNumber::default(), now),
        Ticket::uncounted(7, now),
    ];
    for other in others {
        assert!(
            !word.success_needs_tally_only(other) && !word.tracked_success_needs_tally_only(other)
        );
    }
}
