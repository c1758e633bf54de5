//! The output of the example: a few lines per outage and a table at the end.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use breaker_runtime::{State, Transition};

use crate::load::{Answer, Call, Day, HURRY, Outage, PACE, PATIENCE};

/// A paid order that took at least this long is drawn as slow.
const SLOW: Duration = Duration::from_millis(100);

/// One order in this many is drawn.
const DRAWN: usize = 3;

/// Prints a heading.
pub(crate) fn chapter(text: &str) {
    if io::stdout().is_terminal() {
        println!("\n\x1b[1m{text}\x1b[0m");
    } else {
        println!("\n{text}");
    }
}

/// Prints what the customers do and how to read the drawings.
pub(crate) fn opening() {
    println!(
        "Two shops take an order every {PACE:?} and pay it at once, one through the breaker.\n\
         Nobody waits for longer than {PATIENCE:?}; every fourth customer leaves after {HURRY:?}.\n\
         Every third order is drawn:  . paid  s paid slowly  - paid later (fallback)  x failed"
    );
}

/// Prints the orders of both shops and what the circuit did.
pub(crate) fn picture(outage: &Outage) -> anyhow::Result<()> {
    println!("  without  {}", marks(&outage.without));
    println!("  with     {}", marks(&outage.with));

    let (at, opening) = outage.opened()?;
    let reason = opening.reason.as_str().replace('_', " ");
    let period = opening.open_period.unwrap_or_default();
    print!(
        "  The circuit opens {} into the outage for {period:?} ({reason})",
        seconds(at.saturating_duration_since(outage.began)),
    );
    match outage.probed_in_vain() {
        0 => {}
        1 => print!(", tries once in vain"),
        times => print!(", tries {times} times in vain"),
    }
    match outage.closed_after() {
        Some(after) => println!(" and closes {} after its end.", seconds(after)),
        None => println!(" and does not close."),
    }
    Ok(())
}

impl Outage {
    fn probed_in_vain(&self) -> usize {
        let failed = |(_, step): &&(Instant, Transition)| {
            (step.from, step.to) == (State::HalfOpen, State::Open)
        };
        self.steps.iter().filter(failed).count()
    }

    fn closed_after(&self) -> Option<Duration> {
        let (at, step) = self.steps.last()?;
        let closed = step.to == State::Closed;
        closed.then(|| at.saturating_duration_since(self.ended))
    }
}

/// Prints what the breaker was good for.
pub(crate) fn verdict(claims: &[String]) {
    println!("  With the breaker: {}.", claims.join(", "));
}

/// Prints all outages, two lines each.
pub(crate) fn table(outages: &[(&str, Outage)]) {
    println!(
        "\n{:<16}  {:<7}  {:>5}  {:>5}  {:>5}  {:>6}  {:>8}  {:>15}",
        "outage", "breaker", "calls", "paid", "later", "failed", "waited", "hits while sick"
    );
    for (name, outage) in outages {
        row(name, "without", &outage.without);
        row("", "with", &outage.with);
    }
    println!(
        "\nThe column `later` is the price: the fallback took these orders, although the service could \
         have handled some of them."
    );
}

fn row(outage: &str, breaker: &str, day: &Day) {
    println!(
        "{outage:<16}  {breaker:<7}  {:>5}  {:>5}  {:>5}  {:>6}  {:>8}  {:>15}",
        day.calls.len(),
        day.count(Answer::Paid),
        day.count(Answer::Later),
        day.count(Answer::Failed),
        seconds(day.waited()),
        day.hits_while_sick
    );
}

/// Formats a duration for people.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

fn marks(day: &Day) -> String {
    day.calls.iter().step_by(DRAWN).map(mark).collect()
}

fn mark(call: &Call) -> char {
    match call.answer {
        Answer::Paid if call.took >= SLOW => 's',
        Answer::Paid => '.',
        Answer::Later => '-',
        Answer::Failed => 'x',
    }
}
