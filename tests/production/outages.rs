//! Outages: since when, how often, and what they cost.

use std::sync::Barrier;
use std::thread;
use std::time::{Duration, SystemTime};

use breaker_runtime::{Config, EventKind, Outage, Reason, State, Window};

use crate::support::{Bench, OPEN_FOR, Record};

const SECOND: Duration = Duration::from_secs(1);

fn recover(bench: &Bench) {
    for _ in 0..3 {
        bench.succeed();
    }
    assert_eq!(bench.state(), State::Closed);
}

fn outage(bench: &Bench) -> Outage {
    bench.breaker.snapshot().outage.expect("an outage")
}

/// Takes the events about outages: those that began and those that ended.
fn outages(record: &Record) -> (Vec<Outage>, Vec<Outage>) {
    let (mut began, mut ended) = (Vec::new(), Vec::new());
    for event in record.take() {
        match event.kind() {
            EventKind::OutageBegan(outage) => began.push(outage.clone()),
            EventKind::OutageEnded(outage) => ended.push(outage.clone()),
            _ => {}
        }
    }
    (began, ended)
}

fn now(bench: &Bench) -> SystemTime {
    // A reset dates the generation, and a new breaker has no failures to lose.
    let other = bench.registry.get_or_create("now", Config::new()).unwrap();
    other.reset();
    other.snapshot().since
}

#[test]
fn an_outage_of_a_day_still_knows_its_beginning() {
    let bench = Bench::new(Config::new().open_for(5 * SECOND));
    let record = bench.record();
    bench.advance(SECOND);
    let began = now(&bench);
    bench.fail_times(5);
    let mut probes = 0;
    for _ in 0..24 * 60 * 60 / 5 {
        assert!(bench.rejects());
        bench.advance(5 * SECOND);
        bench.fail();
        probes += 1;
    }
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.history.len(), 64);
    let outage = snapshot.outage.expect("the circuit is open");
    assert_eq!(outage.began_at, began);
    assert_eq!(outage.first.transition.reason, Reason::FailuresInARow);
    assert_eq!(outage.first.transition.failures_by_kind.returned, 5);
    assert_eq!(outage.last.transition.reason, Reason::ProbeFailed);
    assert_eq!((outage.openings, outage.probes), (probes + 1, probes));
    assert_eq!(outage.rejected, probes);
    assert_eq!(outage.lasted, Duration::from_secs(24 * 60 * 60));
    assert_eq!((outage.closed_at, outage.ended_at), (None, None));
    // One message, not one for each probe.
    let (began, ended) = outages(&record);
    assert_eq!((began.len(), ended.len()), (1, 0));
}

#[test]
fn a_circuit_that_flaps_has_one_outage() {
    let bench = Bench::default();
    let record = bench.record();
    for _ in 0..10 {
        bench.fail_times(5);
        bench.advance(OPEN_FOR);
        recover(&bench);
        // Calm for less than `open_for`.
        bench.advance(OPEN_FOR - SECOND);
    }
    assert_eq!(outage(&bench).openings, 10);
    bench.advance(SECOND);
    assert_eq!(bench.breaker.snapshot().outage, None);
    let (began, ended) = outages(&record);
    assert_eq!((began.len(), ended.len()), (1, 1));
    assert_eq!(bench.breaker.snapshot().past_outages, ended);
}

#[test]
fn the_end_of_an_outage_has_its_length_and_its_cost() {
    let bench = Bench::default();
    let record = bench.record();
    bench.fail_times(5);
    for _ in 0..7 {
        assert!(bench.rejects());
    }
    bench.advance(OPEN_FOR);
    recover(&bench);
    let closed = now(&bench);
    // Nobody looks for an hour.
    bench.advance(Duration::from_secs(3600));
    let snapshot = bench.breaker.snapshot();
    let (_, ended) = outages(&record);
    let [ended] = &ended[..] else {
        panic!("{} outages have ended", ended.len());
    };
    assert_eq!(ended.ended_at, Some(closed + OPEN_FOR));
    assert_eq!(ended.closed_at, Some(closed));
    assert_eq!(ended.lasted, 2 * OPEN_FOR);
    assert_eq!((ended.openings, ended.probes, ended.rejected), (1, 3, 7));
    assert_eq!(snapshot.past_outages, std::slice::from_ref(ended));
    assert_eq!(snapshot.outage, None);
}

#[test]
fn rejections_of_the_ramp_belong_to_the_outage_and_later_ones_do_not() {
    let bench = Bench::new(Config::new().ramp(10 * SECOND));
    bench.fail_times(5);
    assert!(bench.rejects());
    bench.advance(OPEN_FOR);
    recover(&bench);
    let during_ramp = (0..20).filter(|_| bench.rejects()).count() as u64;
    assert!(during_ramp > 0);
    bench.advance(10 * SECOND);
    bench.breaker.force_open("maintenance", None);
    assert!(bench.rejects());
    bench.breaker.clear_override();
    assert_eq!(outage(&bench).rejected, 1 + during_ramp);
    // The row of openings ends `open_for` after the ramp.
    bench.advance(OPEN_FOR - SECOND);
    assert_eq!(outage(&bench).openings, 1);
    bench.advance(SECOND);
    let past = bench.breaker.snapshot().past_outages;
    assert_eq!(past[0].rejected, 1 + during_ramp);
}

#[test]
fn a_reset_ends_an_outage_at_once() {
    let bench = Bench::default();
    let record = bench.record();
    bench.breaker.trip();
    bench.advance(SECOND);
    bench.breaker.reset();
    let (began, ended) = outages(&record);
    assert_eq!(began[0].first.transition.reason, Reason::Tripped);
    assert_eq!(ended[0].lasted, SECOND);
    assert_eq!(ended[0].ended_at, ended[0].closed_at);
    // A reset of a calm circuit ends nothing.
    bench.breaker.reset();
    assert!(outages(&record).1.is_empty());
}

#[test]
fn cancelled_probes_open_the_circuit_again_within_the_outage() {
    let bench = Bench::default();
    bench.half_open();
    for _ in 0..3 {
        drop(bench.permit());
    }
    assert_eq!(bench.state(), State::Open);
    let outage = outage(&bench);
    assert_eq!((outage.openings, outage.probes), (2, 3));
    assert_eq!(outage.last.transition.reason, Reason::ProbesCancelled);
}

#[test]
fn a_thread_that_only_succeeds_notices_the_end_within_64_calls() {
    let window = |window| {
        let config = Config::new().window(window).failure_rate(0.9);
        config.threshold(5)
    };
    let calls = window(Window::Calls(100));
    let time = window(Window::Time(10 * SECOND));
    let slow = Config::new().slow_call(SECOND);
    for config in [Config::new(), calls, time, slow] {
        for config in [config, config.latency(true)] {
            let bench = Bench::new(config);
            let record = bench.record();
            bench.half_open();
            recover(&bench);
            bench.advance(OPEN_FOR);
            for _ in 0..64 {
                bench.succeed();
            }
            assert_eq!(outages(&record).1.len(), 1, "{config:?}");
        }
    }
}

#[test]
fn threads_that_make_one_call_each_notice_the_end() {
    let bench = Bench::default();
    let record = bench.record();
    bench.half_open();
    recover(&bench);
    bench.advance(OPEN_FOR);
    for _ in 0..64 {
        thread::scope(|scope| {
            scope.spawn(|| bench.succeed());
        });
    }
    assert_eq!(outages(&record).1.len(), 1);
}

#[test]
fn more_threads_than_there_are_slots_notice_the_end() {
    let bench = Bench::default();
    let record = bench.record();
    bench.half_open();
    recover(&bench);
    // There are at most 256 slots, and a thread that lives keeps its own.
    let all_called = Barrier::new(301);
    let calm = Barrier::new(301);
    thread::scope(|scope| {
        for nth in 0..300 {
            let (bench, all_called, calm) = (&bench, &all_called, &calm);
            scope.spawn(move || {
                bench.succeed();
                all_called.wait();
                calm.wait();
                // Those of the first threads, which have slots, are too few.
                if nth >= 256 {
                    (0..3).for_each(|_| bench.succeed());
                }
            });
        }
        all_called.wait();
        bench.advance(OPEN_FOR);
        calm.wait();
    });
    assert_eq!(outages(&record).1.len(), 1);
}

#[test]
fn the_end_of_an_outage_comes_before_the_beginning_of_the_next() {
    let bench = Bench::default();
    let record = bench.record();
    bench.half_open();
    recover(&bench);
    bench.advance(OPEN_FOR);
    bench.fail_times(5);
    let kinds: Vec<_> = record
        .take()
        .iter()
        .filter_map(|event| match event.kind() {
            EventKind::OutageBegan(_) => Some("began"),
            EventKind::OutageEnded(_) => Some("ended"),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, ["began", "ended", "began"]);
}

#[test]
fn a_longer_open_for_does_not_revive_an_outage_that_has_ended() {
    let bench = Bench::default();
    bench.half_open();
    recover(&bench);
    bench.advance(OPEN_FOR);
    let longer = breaker_runtime::Overrides {
        open_for: Some(100 * OPEN_FOR),
        ..Default::default()
    };
    bench.registry.configure("payment", longer).unwrap();
    assert_eq!(bench.breaker.snapshot().outage, None);
}

#[test]
fn a_shorter_open_for_ends_the_outage_when_it_is_set_and_not_before() {
    let bench = Bench::default();
    bench.half_open();
    recover(&bench);
    bench.advance(20 * SECOND);
    let before = outage(&bench);
    let shorter = breaker_runtime::Overrides {
        open_for: Some(SECOND),
        ..Default::default()
    };
    bench.registry.configure("payment", shorter).unwrap();
    let snapshot = bench.breaker.snapshot();
    assert_eq!(snapshot.outage, None);
    assert_eq!(snapshot.past_outages[0].lasted, before.lasted);
}

#[test]
fn an_outage_that_is_noticed_late_has_lasted_since_it_began() {
    let bench = Bench::new(Config::new().threshold(1).slow_call(2 * SECOND));
    let record = bench.record();
    let _hanging = bench.permit();
    bench.advance(10 * SECOND);
    assert_eq!(bench.state(), State::Open);
    let (began, _) = outages(&record);
    assert_eq!(began[0].lasted, 8 * SECOND);
    assert_eq!(outage(&bench).lasted, 8 * SECOND);
}
