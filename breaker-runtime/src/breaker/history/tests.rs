use super::*;
use crate::values::Reason;

#[test]
fn the_last_64_transitions_are_kept_and_all_are_counted() {
    let mut history = History::default();
    for n in 0..100 {
        let past = match n % 2 {
            0 => PastTransition::example(State::Closed, State::Open, Reason::Tripped, n),
            _ => PastTransition::example(State::Open, State::Closed, Reason::Reset, n),
        };
        history.add(past, Tick::from_nanos(n));
    }
    let last = history.recent();
    assert_eq!(last.len(), 64);
    assert_eq!(last[0].transition.generation, 36);
    assert_eq!(last[63].transition.generation, 99);
    assert_eq!(history.entered(State::Open), 50);
    assert_eq!(history.entered(State::Closed), 50);
    assert_eq!(history.counts().len(), 2);
    assert_eq!(history.last_at(), Some(last[63].at));
}

#[test]
fn open_time_is_the_sum_of_the_stays_in_open() {
    let at = Tick::from_nanos;
    let mut history = History::default();
    history.add(
        PastTransition::example(State::Closed, State::Open, Reason::Tripped, 1),
        at(10),
    );
    assert_eq!(history.open_time(at(15)), Duration::from_nanos(5));
    history.add(
        PastTransition::example(State::Open, State::HalfOpen, Reason::OpenPeriodEnded, 2),
        at(40),
    );
    assert_eq!(history.open_time(at(100)), Duration::from_nanos(30));
    history.add(
        PastTransition::example(State::HalfOpen, State::Open, Reason::ProbeFailed, 3),
        at(200),
    );
    assert_eq!(history.open_time(at(207)), Duration::from_nanos(37));
}
