//! Acquires permits by hand, for calls that begin in one function and end in another.
//!
//! The program sends jobs to a printer, whose reports arrive later and in any order. It keeps the
//! permit of each job until the report arrives. Dropping a permit releases it.
//!
//! ```text
//! cargo run --example permit
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use breaker_runtime::{CircuitBreaker, Config, Permit, Registry, State};

const PRINTER: Config = Config::new().threshold(2).open_for(Duration::from_secs(60));

/// What the printer reports about a job.
#[derive(Debug)]
enum Report {
    Printed,
    Jammed,
    Withdrawn,
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
                self.in_flight.insert(job, permit);
                true
            }
            Err(rejection) => {
                println!("job {job} kept: {rejection}");
                false
            }
        }
    }

    fn receive(&mut self, job: u32, report: &Report) {
        println!("job {job}: {report:?}");
        let Some(permit) = self.in_flight.remove(&job) else {
            return;
        };
        match report {
            Report::Printed => permit.success(),
            Report::Jammed => permit.failure(),
            Report::Withdrawn => permit.ignore(),
        }
    }
}

fn main() -> anyhow::Result<()> {
    let printer = Registry::global().get_or_create("printer", PRINTER)?;
    let mut desk = Desk::default();

    for job in 1..=6 {
        assert!(desk.send(&printer, job));
    }
    desk.receive(1, &Report::Printed);
    desk.receive(2, &Report::Withdrawn);
    desk.receive(4, &Report::Jammed);
    desk.receive(3, &Report::Jammed);
    assert_eq!(printer.state(), State::Open);
    assert!(!desk.send(&printer, 7));

    // This job was sent before the circuit opened: it is counted, but no longer changes the state.
    desk.receive(5, &Report::Printed);
    assert_eq!(printer.state(), State::Open);

    // Nobody reports job 6. Dropping its permit counts it as cancelled, not as a success or failure.
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
    assert_eq!(totals.calls, 6);
    assert_eq!(totals.successes, 2);
    assert_eq!(totals.failures, 2);
    assert_eq!(totals.ignored, 1);
    assert_eq!(totals.cancelled, 1);
    assert_eq!(totals.rejected, 1);
    Ok(())
}
