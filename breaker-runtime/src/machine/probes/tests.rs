use crate::config::{Config, Settings};
use crate::machine::Machine;
use crate::time::Tick;
use crate::values::{Attribution, End, FailureKind, State};

/// How a probe ends; `None` is a probe without an outcome before `probe_timeout`.
const ENDS: [Option<End>; 6] = [
    Some(End::Success),
    Some(End::Failure(FailureKind::Returned)),
    Some(End::Ignored),
    Some(End::Cancelled),
    Some(End::Trip),
    None,
];

/// The length of the longest sequences that are tried.
const LONGEST: usize = 12;

/// Plays the ends on a circuit that has become half open; returns the state after them.
fn after(settings: Settings, ends: &[Option<End>]) -> State {
    let mut changes = Vec::new();
    let mut machine = Machine::new(settings, Tick::default(), 1);
    machine.trip(Attribution::default(), Tick::default(), &mut changes);
    let mut now = Tick::default().after(settings.open_for);
    for end in ends {
        let ticket = machine.admit(None, now, &mut changes).expect("it probes");
        match end {
            Some(end) => drop(machine.settle(ticket, (*end).into(), now, &mut changes)),
            None => now = now.after(settings.probe_timeout),
        }
        machine.advance(now, &mut changes);
    }
    machine.machine_state()
}

/// Returns the length of the longest sequence after which the circuit is still half open, up to [`LONGEST`].
fn longest(settings: Settings, ends: &mut Vec<Option<End>>) -> usize {
    let mut longest = ends.len();
    if ends.len() == LONGEST {
        return longest;
    }
    for end in ENDS {
        ends.push(end);
        if after(settings, ends) == State::HalfOpen {
            longest = longest.max(self::longest(settings, ends));
        }
        ends.pop();
    }
    longest
}

#[test]
fn r7_every_sequence_of_probes_leaves_the_half_open_state_within_a_bound() {
    for (successes, failures) in [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (3, 1)] {
        let settings = Config::new()
            .success_threshold(successes)
            .probe_failures(failures)
            .settings(None);
        let cancelled = successes * (successes.max(3) - 1);
        let ignored = failures * (2 * successes - 1);
        let most = (successes - 1) + (failures - 1) + cancelled + ignored;
        let longest = longest(settings, &mut Vec::new());
        assert_eq!(
            longest,
            LONGEST.min(most as usize),
            "{successes} successes, {failures} failures"
        );
    }
}

#[test]
fn r34_progress_reaches_each_of_many_probes_that_began_at_the_same_instant() {
    const PROBES: u32 = 11;
    let settings = Config::new()
        .half_open_calls(PROBES)
        .success_threshold(PROBES)
        .settings(None);
    let mut changes = Vec::new();
    let mut machine = Machine::new(settings, Tick::default(), 1);
    machine.trip(Attribution::default(), Tick::default(), &mut changes);
    let began = Tick::default().after(settings.open_for);
    let tickets: Vec<_> = (0..PROBES)
        .map(|_| machine.admit(None, began, &mut changes).expect("it probes"))
        .collect();
    let later = began.after(settings.probe_timeout / 2);
    for ticket in &tickets {
        machine.progress(*ticket, later, &mut changes);
    }
    machine.advance(began.after(settings.probe_timeout), &mut changes);
    assert_eq!(machine.machine_state(), State::HalfOpen);
    machine.advance(later.after(settings.probe_timeout), &mut changes);
    assert_eq!(machine.machine_state(), State::Open);
}
