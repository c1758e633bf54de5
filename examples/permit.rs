//! Acquires permits by hand, for calls that begin in one function and end in another.
//!
//! The program sends jobs to a printer, whose reports arrive later and in any order. It keeps the
//! permit of each job until the report arrives. Dropping a permit releases it.
//!
//! The clock is one that the program moves, so that nobody has to wait.
//!
//! ```text
//! cargo run --example permit
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use breaker_runtime::test_util::ManualClock;
use breaker_runtime::{CallOptions, CircuitBreaker, Config, Outcome, Permit, Registry, State};

const PRINTER: Config = Config::new()
    .threshold(2)
    .jitter(0.0)
    .open_for(Duration::from_secs(60))
    .success_threshold(1)
    .probe_timeout(Duration::from_secs(30))
    .cancel_after(Some(Duration::from_secs(300)));

/// Why a job was not printed.
#[derive(Debug)]
enum Fault {
    /// The printer cools down for so many seconds.
    Jammed {
        cooling: u64,
    },
    Withdrawn,
}

/// What the printer reports about a job: the number of pages.
type Report = Result<u32, Fault>;

/// Judges a report, and records the outcome.
fn judge(permit: Permit, report: &Report) -> Outcome {
    let options = CallOptions::new()
        .classify(|report: &Report| match report {
            Ok(_) => Outcome::Success,
            Err(Fault::Jammed { .. }) => Outcome::Failure,
            Err(Fault::Withdrawn) => Outcome::Ignored,
        })
        .open_for_hint(|report| match report {
            Err(Fault::Jammed { cooling }) => Some(Duration::from_secs(*cooling)),
            _ => None,
        })
        .cause(|report| format!("{report:?}"));
    permit.record_value(options, report)
}

/// The jobs that were sent and not reported yet.
#[derive(Default)]
struct Desk {
    in_flight: BTreeMap<u32, Permit>,
}

impl Desk {
    fn send(&mut self, printer: &CircuitBreaker, job: u32) -> bool {
        match printer.try_acquire() {
            Ok(permit) => {
                println!("job {job} sent");
                // If nothing is heard of the job for five minutes, dropping the permit is a failure.
                self.in_flight.insert(job, permit.with_cancel_after());
                true
            }
            Err(rejection) => {
                println!("job {job} kept: {rejection}");
                false
            }
        }
    }

    fn receive(&mut self, job: u32, report: &Report) {
        if let Some(permit) = self.in_flight.remove(&job) {
            let outcome = judge(permit, report);
            println!("job {job}: {report:?}, {}", outcome.as_str());
        }
    }

    /// The printer has printed some more pages of a job.
    fn receive_progress(&self, job: u32) {
        if let Some(permit) = self.in_flight.get(&job) {
            permit.progress();
        }
    }
}

fn main() -> anyhow::Result<()> {
    let clock = ManualClock::new();
    let registry = Registry::with_clock(clock.clone());
    let printer = registry.get_or_create("printer", PRINTER)?;
    let mut desk = Desk::default();

    for job in 1..=6 {
        assert!(desk.send(&printer, job));
    }
    desk.receive(1, &Ok(2));
    desk.receive(2, &Err(Fault::Withdrawn));
    desk.receive(4, &Err(Fault::Jammed { cooling: 10 }));
    desk.receive(3, &Err(Fault::Jammed { cooling: 120 }));
    assert_eq!(printer.state(), State::Open);
    assert!(!desk.send(&printer, 7));

    // The report that opened the circuit asked for two minutes, and is the cause.
    let snapshot = printer.snapshot();
    assert_eq!(snapshot.open_period, Some(Duration::from_secs(120)));
    let opening = &snapshot.history[0].transition;
    let cause = opening.cause.as_ref().expect("the options state it");
    println!("open because of {cause}");
    assert_eq!(&*cause.text, "Err(Jammed { cooling: 120 })");

    // This job was sent before the circuit opened: it is counted, but no longer changes the state.
    desk.receive(5, &Ok(1));
    assert_eq!(printer.state(), State::Open);

    // A probe that takes two minutes: it would count as failed after 30 seconds without a sign of life.
    clock.advance(Duration::from_secs(120));
    assert!(desk.send(&printer, 8));
    for _ in 0..6 {
        clock.advance(Duration::from_secs(20));
        desk.receive_progress(8);
    }
    desk.receive(8, &Ok(600));
    assert_eq!(printer.state(), State::Closed);

    // Job 9 is withdrawn before the printer could have reported it: its permit counts as cancelled.
    assert!(desk.send(&printer, 9));
    desk.in_flight.remove(&9);

    // Nothing was heard of job 6 for five minutes. So its permit is a failure when it is dropped; that of job 10 is not.
    clock.advance(Duration::from_secs(60));
    assert!(desk.send(&printer, 10));
    drop(desk);

    let totals = printer.snapshot().totals;
    println!(
        "{} calls: {} succeeded, {} failed, {} ignored, {} cancelled; {} rejected",
        totals.calls,
        totals.successes,
        totals.failures,
        totals.ignored,
        totals.cancelled,
        totals.rejected
    );
    assert_eq!(totals.calls, 9);
    assert_eq!(totals.successes, 3);
    assert_eq!(totals.failures_by_kind.returned, 2);
    assert_eq!(totals.failures_by_kind.dropped, 1);
    assert_eq!(totals.ignored, 1);
    assert_eq!(totals.cancelled, 2);
    assert_eq!(totals.rejected, 1);
    Ok(())
}
