use std::time::Duration;

use super::Standing;
use crate::config::{Config, Settings};
use crate::machine::{CallEnd, Change, GateState, Machine, Rejected, Role, Ticket};
use crate::time::Tick;
use crate::values::{Attribution, End, FailureKind, Reason, RejectionReason, State};

const SECOND: Duration = Duration::from_secs(1);
const HOLD: Duration = Duration::from_secs(15);

/// A machine, and a clock that tests move.
struct Bench {
    machine: Machine,
    now: Tick,
    changes: Vec<Change>,
}

impl Bench {
    fn new(config: &Config) -> Self {
        Self::seeded(config.settings(None), 1)
    }

    fn seeded(settings: Settings, seed: u64) -> Self {
        Self {
            machine: Machine::new(settings, Tick::default(), seed),
            now: Tick::default(),
            changes: Vec::new(),
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now.after(time);
    }

    fn opens(&mut self, rest: Duration, row: u32) {
        self.machine
            .fleet_opens(rest, row, HOLD, self.now, &mut self.changes);
    }

    fn closes(&mut self, spread: Duration) {
        self.machine
            .fleet_closes(spread, self.now, &mut self.changes);
    }

    fn lease(&mut self, lasts: Duration, row: u32) -> bool {
        let until = self.now.after(lasts);
        self.machine
            .fleet_lease(until, row, self.now, &mut self.changes)
    }

    fn recalls(&mut self) {
        self.machine
            .fleet_recalls(HOLD, self.now, &mut self.changes);
    }

    fn is_gone(&mut self) {
        self.machine.fleet_is_gone(self.now, &mut self.changes);
    }

    fn probes_elsewhere(&mut self, rest: Duration) {
        self.machine
            .fleet_probes_elsewhere(rest, self.now, &mut self.changes);
    }

    fn trip(&mut self) {
        let by = Attribution::default();
        self.machine.trip(by, self.now, &mut self.changes);
    }

    fn reset(&mut self) {
        let by = Attribution::default();
        self.machine.reset(by, self.now, &mut self.changes);
    }

    fn admit(&mut self) -> Result<Ticket, Rejected> {
        self.machine.admit(None, self.now, &mut self.changes)
    }

    /// Ends a call; returns whether it was too late to decide anything.
    fn settle(&mut self, ticket: Ticket, end: End) -> bool {
        let end = CallEnd::from(end);
        self.machine
            .settle(ticket, end, self.now, &mut self.changes)
    }

    fn state(&mut self) -> State {
        self.machine.advance(self.now, &mut self.changes);
        self.machine.state()
    }

    fn standing(&mut self) -> Standing {
        self.machine.advance(self.now, &mut self.changes);
        self.machine.standing(self.now)
    }

    /// Returns why a call is rejected, and the seconds after which to try again.
    fn rejected(&mut self) -> (RejectionReason, f64) {
        let rejected = self.admit().expect_err("the circuit is open");
        let retry_after = rejected.retry_after.expect("it is known");
        (rejected.reason, retry_after.as_secs_f64())
    }

    /// Returns the transitions since this was last called: the state, the reason, and when it was due in seconds.
    fn transitions(&mut self) -> Vec<(State, Reason, Option<f64>)> {
        let seconds = |due: Tick| due.since(Tick::default()).as_secs_f64();
        let changes = self.changes.drain(..);
        let transitions = changes.filter_map(|change| match change {
            Change::Transition {
                to, reason, due, ..
            } => Some((to, reason, due.map(seconds))),
            _ => None,
        });
        transitions.collect()
    }
}

const FAILURE: End = End::Failure(FailureKind::Returned);

/// Opens a circuit by its own rule.
fn fail(bench: &mut Bench) {
    let call = bench.admit().expect("it is closed");
    bench.settle(call, FAILURE);
    assert_eq!(bench.state(), State::Open);
}

fn config() -> Config {
    Config::new().threshold(1).open_for(30 * SECOND)
}

#[test]
fn s5_alone_a_circuit_behaves_as_if_it_had_never_joined_to_the_nanosecond() {
    let settings = config().jitter(0.5).backoff(2.0).settings(None);
    let (mut alone, mut never) = (Bench::seeded(settings, 7), Bench::seeded(settings, 7));
    for step in 0..4 {
        for bench in [&mut alone, &mut never] {
            if bench.state() == State::Closed {
                fail(bench);
            } else {
                let probe = bench.admit().expect("it is half open");
                bench.settle(probe, FAILURE);
            }
        }
        alone.is_gone();
        let [until, other] = [&alone, &never].map(|it| it.machine.open_until());
        assert_eq!(until, other, "step {step}");
        let (until, _) = until.expect("it is open");
        for bench in [&mut alone, &mut never] {
            bench.now = until.before();
            assert_eq!(bench.rejected().0, RejectionReason::Open);
            bench.now = until;
        }
    }
    assert_eq!(alone.state(), never.state());
    assert_eq!(alone.changes, never.changes);
}

#[test]
fn r24_the_fleet_opens_a_closed_circuit_for_the_rest_of_its_period() {
    let mut bench = Bench::new(&config());
    let call = bench.admit().expect("it is closed");
    bench.opens(20 * SECOND, 1);
    assert_eq!(
        bench.changes,
        [
            Change::Transition {
                from: State::Closed,
                to: State::Open,
                reason: Reason::Fleet,
                generation: 1,
                due: None,
                open_period: Some(20 * SECOND),
                evidence: crate::machine::Evidence::default(),
                shadow: false,
                by: Attribution::default(),
            },
            Change::OutageBegan,
        ]
    );
    assert!(bench.settle(call, FAILURE), "it decides nothing any more");
    bench.pass(19 * SECOND);
    assert_eq!(bench.rejected(), (RejectionReason::Open, 1.0));
    let standing = Standing::Open {
        rest: SECOND,
        period: 30 * SECOND,
        held: false,
        reason: Reason::Fleet,
    };
    assert_eq!(bench.standing(), standing);
}

#[test]
fn s45_a_long_rest_is_cut_by_max_open_for() {
    let mut obeys = Bench::new(&config());
    obeys.opens(120 * SECOND, 1);
    assert_eq!(obeys.rejected(), (RejectionReason::Open, 120.0));
    let mut cuts = Bench::new(&config().max_open_for(50 * SECOND));
    cuts.opens(120 * SECOND, 1);
    assert_eq!(cuts.rejected(), (RejectionReason::Open, 50.0));
    fail_then_open(&mut cuts);
    assert_eq!(cuts.rejected(), (RejectionReason::Open, 50.0));
}

/// Opens a circuit by its own rule, and then by the fleet.
fn fail_then_open(bench: &mut Bench) {
    bench.reset();
    fail(bench);
    bench.opens(120 * SECOND, 1);
}

#[test]
fn r24_an_open_circuit_keeps_its_own_end_if_that_is_later() {
    let mut bench = Bench::new(&config());
    fail(&mut bench);
    bench.pass(SECOND);
    bench.opens(10 * SECOND, 1);
    assert_eq!(bench.rejected(), (RejectionReason::Open, 29.0));
    bench.opens(40 * SECOND, 1);
    assert_eq!(bench.rejected(), (RejectionReason::Open, 40.0));
    assert_eq!(bench.machine.open_period(), Some(41 * SECOND));
    let opened = [(State::Open, Reason::FailuresInARow, None)];
    assert_eq!(bench.transitions(), opened, "it was open");
    let by_a_rule = |standing: Standing| matches!(standing, Standing::Open { reason, .. } if reason == Reason::FailuresInARow);
    assert!(by_a_rule(bench.standing()), "it goes on voting");
}

#[test]
fn r24_the_next_own_opening_follows_the_row_of_the_fleet() {
    let mut bench = Bench::new(&config().backoff(2.0));
    bench.opens(SECOND, 3);
    bench.pass(SECOND);
    assert!(bench.lease(5 * SECOND, 3));
    let probe = bench.admit().expect("it is half open");
    bench.settle(probe, FAILURE);
    // 30 s, 60 s, 120 s, 240 s: the fourth opening in a row.
    assert_eq!(bench.rejected(), (RejectionReason::Open, 240.0));
}

#[test]
fn r24_the_fleet_opens_a_half_open_circuit_and_its_probes_decide_nothing() {
    let mut bench = Bench::new(&config().success_threshold(1));
    fail(&mut bench);
    bench.pass(30 * SECOND);
    let probe = bench.admit().expect("it is half open");
    bench.opens(10 * SECOND, 2);
    assert!(bench.settle(probe, End::Success));
    assert_eq!(bench.rejected(), (RejectionReason::Open, 10.0));
}

#[test]
fn s18_a_held_circuit_is_half_open_at_its_deadline_without_anybody() {
    let mut bench = Bench::new(&config());
    bench.opens(20 * SECOND, 1);
    bench.pass(20 * SECOND);
    assert_eq!(bench.rejected(), (RejectionReason::ProbedElsewhere, 1.0));
    assert_eq!(bench.state(), State::Open);
    let deadline = bench.now.after(HOLD);
    bench.now = deadline.before();
    assert_eq!(bench.rejected().0, RejectionReason::ProbedElsewhere);
    bench.now = deadline;
    let probe = bench.admit().expect("nobody is held longer");
    assert_eq!(probe.role(), Role::Probe);
    let transitions = bench.transitions();
    assert_eq!(
        transitions[1],
        (State::HalfOpen, Reason::OpenPeriodEnded, Some(35.0))
    );
}

#[test]
fn r25_a_rejection_of_a_held_circuit_states_the_rest_of_the_lease_as_last_heard() {
    let mut bench = Bench::new(&config());
    bench.opens(Duration::ZERO, 1);
    bench.probes_elsewhere(5 * SECOND);
    let elsewhere = |secs| (RejectionReason::ProbedElsewhere, secs);
    assert_eq!(bench.rejected(), elsewhere(5.0));
    bench.pass(3 * SECOND);
    assert_eq!(bench.rejected(), elsewhere(2.0));
    bench.pass(2 * SECOND);
    assert_eq!(bench.rejected(), elsewhere(1.0), "nobody has prolonged it");
    bench.pass(8 * SECOND);
    bench.probes_elsewhere(5 * SECOND);
    assert_eq!(bench.rejected(), elsewhere(2.0), "the hold ends before");
    bench.pass(2 * SECOND);
    assert_eq!(
        bench.state(),
        State::HalfOpen,
        "to hear of it prolongs nothing"
    );
}

#[test]
fn r25_the_gate_shows_a_held_circuit_once_somebody_has_noticed_that_its_period_has_passed() {
    let mut bench = Bench::new(&config());
    bench.opens(SECOND, 1);
    assert!(matches!(bench.machine.gate_state(), GateState::Open { .. }));
    bench.pass(SECOND);
    assert_eq!(bench.state(), State::Open);
    assert!(matches!(bench.machine.gate_state(), GateState::Held(_)));
}

#[test]
fn r25_a_new_period_of_the_fleet_follows_without_a_transition() {
    let mut bench = Bench::new(&config());
    bench.opens(10 * SECOND, 1);
    bench.pass(12 * SECOND);
    bench.opens(20 * SECOND, 2);
    assert_eq!(bench.rejected(), (RejectionReason::Open, 20.0));
    assert_eq!(bench.transitions().len(), 1);
    bench.pass(20 * SECOND);
    assert_eq!(bench.rejected().0, RejectionReason::ProbedElsewhere);
}

#[test]
fn r26_a_lease_makes_a_held_circuit_half_open_until_it_ends() {
    let mut bench = Bench::new(&config());
    bench.opens(10 * SECOND, 1);
    bench.pass(10 * SECOND);
    assert!(bench.lease(4 * SECOND, 1));
    let probe = bench.admit().expect("it is half open");
    let standing = |ended| Standing::HalfOpen {
        ended,
        leased: true,
        reason: Reason::Fleet,
    };
    assert_eq!(bench.standing(), standing(0));
    bench.settle(probe, End::Ignored);
    assert_eq!(bench.standing(), standing(1));
    let late = bench.admit().expect("it is half open");
    bench.pass(60 * SECOND);
    assert!(bench.settle(late, End::Success), "it decides nothing");
    assert_eq!(
        bench.transitions(),
        [
            (State::Open, Reason::Fleet, None),
            (State::HalfOpen, Reason::OpenPeriodEnded, None),
            (State::Open, Reason::Fleet, Some(14.0)),
            (State::HalfOpen, Reason::OpenPeriodEnded, Some(29.0)),
        ]
    );
}

#[test]
fn r26_a_lease_can_be_prolonged() {
    let mut bench = Bench::new(&config());
    bench.opens(Duration::ZERO, 1);
    for _ in 0..5 {
        assert!(bench.lease(4 * SECOND, 1));
        bench.pass(3 * SECOND);
    }
    assert_eq!(bench.state(), State::HalfOpen);
    bench.pass(SECOND);
    assert_eq!(bench.rejected().0, RejectionReason::ProbedElsewhere);
}

#[test]
fn r26_there_is_no_lease_for_a_circuit_that_is_closed_or_open_for_a_while_yet_or_about_to_close() {
    let mut bench = Bench::new(&config());
    assert!(!bench.lease(5 * SECOND, 1));
    fail(&mut bench);
    assert!(!bench.lease(5 * SECOND, 1));
    bench.opens(10 * SECOND, 1);
    bench.pass(29 * SECOND);
    assert!(!bench.lease(5 * SECOND, 1), "its own period ends later");
    bench.pass(SECOND);
    assert!(!bench.lease(Duration::ZERO, 1), "it has ended already");
    bench.closes(3 * SECOND);
    assert!(!bench.lease(5 * SECOND, 1));
}

#[test]
fn r26_the_outcome_of_a_probe_after_a_recall_decides_nothing() {
    let mut bench = Bench::new(&config().success_threshold(1));
    bench.opens(Duration::ZERO, 1);
    assert!(bench.lease(5 * SECOND, 1));
    let probe = bench.admit().expect("it is half open");
    bench.recalls();
    assert!(bench.settle(probe, End::Success));
    assert_eq!(bench.rejected(), (RejectionReason::ProbedElsewhere, 1.0));
    bench.recalls();
    bench.pass(HOLD);
    assert_eq!(
        bench.state(),
        State::HalfOpen,
        "a second recall is too late"
    );
    let by_itself = bench.admit().expect("it is half open");
    bench.recalls();
    assert!(!bench.settle(by_itself, End::Success));
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn r26_a_probe_that_timed_out_before_the_lease_ended_counts_whenever_that_is_noticed() {
    let config = config().probe_timeout(2 * SECOND);
    for (lease, last) in [
        (4, (State::Open, Reason::ProbeTimedOut, Some(2.0))),
        (2, (State::Open, Reason::Fleet, Some(2.0))),
    ] {
        let mut bench = Bench::new(&config);
        bench.opens(Duration::ZERO, 1);
        assert!(bench.lease(lease * SECOND, 1));
        bench.admit().expect("it is half open");
        bench.pass(5 * SECOND);
        bench.state();
        assert_eq!(bench.transitions().last(), Some(&last));
    }
}

#[test]
fn r27_the_circuit_closes_at_once_if_a_ramp_follows() {
    let mut bench = Bench::new(&config().ramp(10 * SECOND));
    bench.opens(20 * SECOND, 1);
    bench.closes(3 * SECOND);
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.machine.ramp_share(bench.now), Some(0.1));
    bench.admit().expect("the first call of a ramp");
    let rejected = bench.admit().expect_err("a tenth is admitted");
    assert_eq!(rejected.reason, RejectionReason::Ramp);
}

#[test]
fn r27_without_a_ramp_the_circuit_closes_within_the_spread_whenever_that_is_noticed() {
    let mut bench = Bench::new(&config());
    bench.opens(20 * SECOND, 1);
    bench.closes(3 * SECOND);
    let at = bench.machine.closes_at().expect("it is about to close");
    bench.closes(3 * SECOND);
    assert_eq!(bench.machine.closes_at(), Some(at), "drawn once");
    let (reason, rest) = bench.rejected();
    assert_eq!(reason, RejectionReason::Open);
    assert!(rest <= 3.0, "{rest}");
    bench.pass(3_600 * SECOND);
    assert_eq!(bench.state(), State::Closed);
    let due = at.since(Tick::default()).as_secs_f64();
    assert_eq!(
        bench.transitions(),
        [
            (State::Open, Reason::Fleet, None),
            (State::Closed, Reason::Fleet, Some(due)),
        ]
    );
    assert_eq!(bench.machine.openings_in_a_row(), 0, "the outage has ended");
}

#[test]
fn s7_the_closings_of_a_thousand_instances_are_spread_evenly() {
    let mut closings = [0_u32; 30];
    for seed in 0..1_000 {
        let mut bench = Bench::seeded(config().settings(None), seed);
        bench.opens(20 * SECOND, 1);
        bench.closes(3 * SECOND);
        let at = bench.machine.closes_at().expect("it is about to close");
        let millis = at.since(bench.now).as_millis();
        closings[usize::try_from(millis / 100).expect("within 3 s").min(29)] += 1;
    }
    let most = closings.iter().max().expect("there are some");
    assert!(f64::from(*most) <= 1_000.0 / 30.0 * 1.5, "{closings:?}");
}

#[test]
fn r27_a_half_open_circuit_closes_too_unless_its_own_probes_decide_before() {
    let half_open = || {
        let mut bench = Bench::new(&config().success_threshold(1));
        fail(&mut bench);
        bench.pass(30 * SECOND);
        let probe = bench.admit().expect("it is half open");
        bench.closes(3 * SECOND);
        let _ = bench.transitions();
        (bench, probe)
    };
    let (mut fails, probe) = half_open();
    fails.settle(probe, FAILURE);
    fails.pass(3 * SECOND);
    assert_eq!(fails.state(), State::Open);
    let (mut succeeds, probe) = half_open();
    succeeds.settle(probe, End::Success);
    let transitions = succeeds.transitions();
    assert_eq!(
        transitions,
        [(State::Closed, Reason::ProbesSucceeded, None)]
    );
    let (mut waits, _) = half_open();
    waits.pass(3 * SECOND);
    assert_eq!(waits.state(), State::Closed);
}

#[test]
fn r27_whoever_opens_the_circuit_cancels_a_closing_that_is_not_due_yet() {
    let mut trips = Bench::new(&config());
    trips.opens(20 * SECOND, 1);
    trips.closes(3 * SECOND);
    trips.trip();
    assert_eq!(trips.rejected(), (RejectionReason::Open, 30.0));
    let mut opens = Bench::new(&config());
    opens.opens(20 * SECOND, 1);
    opens.closes(3 * SECOND);
    opens.opens(10 * SECOND, 2);
    assert_eq!(opens.rejected(), (RejectionReason::Open, 10.0));
    opens.pass(10 * SECOND);
    assert_eq!(opens.rejected().0, RejectionReason::ProbedElsewhere);
}

#[test]
fn r27_a_closed_circuit_stays_as_it_is() {
    let mut bench = Bench::new(&config());
    bench.closes(3 * SECOND);
    bench.pass(3 * SECOND);
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.machine.generation(), 0);
}

#[test]
fn r28_alone_an_imposed_period_ends_up_to_a_tenth_later_and_then_the_circuit_probes_by_itself() {
    let mut latest = Tick::default();
    for seed in 0..100 {
        let mut bench = Bench::seeded(config().settings(None), seed);
        bench.opens(30 * SECOND, 1);
        bench.is_gone();
        let (until, _) = bench.machine.open_until().expect("it is open");
        assert!(until >= bench.now.after(30 * SECOND) && until <= bench.now.after(33 * SECOND));
        latest = latest.max(until);
        bench.now = until;
        assert_eq!(bench.state(), State::HalfOpen);
    }
    assert!(latest > Tick::default().after(32 * SECOND), "{latest:?}");
}

#[test]
fn r28_alone_a_held_circuit_waits_no_longer_than_the_hold() {
    for seed in 0..100 {
        let settings = config().open_for(600 * SECOND).settings(None);
        let mut bench = Bench::seeded(settings, seed);
        bench.opens(SECOND, 1);
        bench.pass(2 * SECOND);
        bench.is_gone();
        bench.pass(14 * SECOND);
        assert_eq!(bench.state(), State::HalfOpen);
    }
}

#[test]
fn r28_alone_a_half_open_circuit_goes_on_without_its_lease() {
    let mut bench = Bench::new(&config().success_threshold(1));
    bench.opens(Duration::ZERO, 1);
    assert!(bench.lease(5 * SECOND, 1));
    let probe = bench.admit().expect("it is half open");
    bench.is_gone();
    bench.pass(20 * SECOND);
    assert!(!bench.settle(probe, End::Success));
    assert_eq!(bench.state(), State::Closed);
}

#[test]
fn s43_a_reset_closes_a_held_circuit_and_ends_its_outage() {
    let mut bench = Bench::new(&config());
    bench.opens(Duration::ZERO, 4);
    bench.reset();
    assert_eq!(bench.state(), State::Closed);
    assert_eq!(bench.machine.openings_in_a_row(), 0);
    bench.admit().expect("it is closed");
    bench.opens(SECOND, 1);
    assert_eq!(bench.rejected(), (RejectionReason::Open, 1.0));
}

#[test]
fn r28_cancelled_probes_of_a_late_joiner_do_not_repeat_the_short_rest_that_it_heard() {
    let mut bench = Bench::new(&config());
    bench.opens(Duration::ZERO, 1);
    assert!(bench.lease(5 * SECOND, 1));
    for _ in 0..3 {
        let probe = bench.admit().expect("it is half open");
        bench.settle(probe, End::Cancelled);
    }
    assert_eq!(bench.rejected(), (RejectionReason::Open, 30.0));
}
