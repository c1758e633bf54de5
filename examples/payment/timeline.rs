//! The output of the example: one line per call, one per transition, and a table at the end.

use std::io::{self, IsTerminal};
use std::sync::mpsc;
use std::time::Instant;

use breaker_runtime::{Event, EventKind, Registry, Snapshot, State, Transition};

use crate::client::{Order, PayError, Receipt};

/// Prints the calls and records the transitions of the circuit.
pub(crate) struct Timeline {
    start: Instant,
    colours: bool,
    events: mpsc::Receiver<(Instant, Transition)>,
    transitions: Vec<Transition>,
}

impl Timeline {
    /// Listens to the breakers of `registry` from now on.
    pub(crate) fn begin(registry: &Registry) -> Self {
        let (sender, events) = mpsc::channel();
        registry
            .subscribe(move |event: &Event| {
                if let EventKind::Transition(transition) = event.kind() {
                    // This fails after the timeline is dropped, which does not matter.
                    let _ = sender.send((Instant::now(), transition.clone()));
                }
            })
            .detach();
        println!(
            "{:>8}  {:>4}  {:>6}  {:<35}  {:<24}  {:>4}",
            "time", "call", "amount", "answer", "circuit", "hits"
        );
        Self {
            start: Instant::now(),
            colours: io::stdout().is_terminal(),
            events,
            transitions: Vec::new(),
        }
    }

    /// All transitions that were printed.
    pub(crate) fn transitions(&self) -> &[Transition] {
        &self.transitions
    }

    /// Prints a heading.
    pub(crate) fn chapter(&self, text: &str) {
        println!("\n{}", self.paint(BOLD, text.to_owned()));
    }

    /// Prints one call and the state after it.
    pub(crate) fn call(
        &mut self,
        order: Order,
        answer: &Result<Receipt, PayError>,
        breaker: &Snapshot,
        hits: u64,
    ) {
        let (colour, words) = in_words(answer);
        let answer = self.paint(colour, format!("{words:<35}"));
        let state = self.paint(
            colour_of(breaker.state),
            format!("{:<24}", circuit_in_words(breaker)),
        );
        println!(
            "{}  {:>4}  {:>6}  {answer}  {state}  {hits:>4}",
            self.clock(Instant::now()),
            order.number,
            format!("{}.{:02}", order.cents / 100, order.cents % 100),
        );
        self.changes();
    }

    /// Prints the transitions since the last line.
    pub(crate) fn changes(&mut self) {
        let events: Vec<_> = self.events.try_iter().collect();
        for (at, transition) in events {
            let text = self.paint(colour_of(transition.to), change_in_words(&transition));
            println!("{}  >>>>  {text}", self.clock(at));
            self.transitions.push(transition);
        }
    }

    fn clock(&self, at: Instant) -> String {
        let passed = at.saturating_duration_since(self.start);
        format!("{:>7.2}s", passed.as_secs_f64())
    }

    fn paint(&self, colour: &str, text: String) -> String {
        if self.colours {
            format!("\x1b[{colour}m{text}\x1b[0m")
        } else {
            text
        }
    }
}

/// Prints the registry, one line per breaker.
pub(crate) fn table(breakers: &[Snapshot]) {
    println!(
        "\n{:<10}  {:<9}  {:>5}  {:>9}  {:>6}  {:>7}  {:>8}  {:>9}  {:>6}  {:>6}",
        "breaker",
        "state",
        "calls",
        "succeeded",
        "failed",
        "ignored",
        "rejected",
        "fallbacks",
        "opened",
        "closed"
    );
    for breaker in breakers {
        let totals = &breaker.totals;
        println!(
            "{:<10}  {:<9}  {:>5}  {:>9}  {:>6}  {:>7}  {:>8}  {:>9}  {:>6}  {:>6}",
            breaker.name,
            label(breaker.state),
            totals.calls,
            totals.successes,
            totals.failures,
            totals.ignored,
            totals.rejected,
            totals.fallback_successes + totals.fallback_failures,
            totals.opens,
            totals.closes
        );
    }
}

const BOLD: &str = "1";
const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";

fn in_words(answer: &Result<Receipt, PayError>) -> (&'static str, String) {
    match answer {
        Ok(Receipt::Paid { receipt }) => (GREEN, format!("paid, receipt {receipt}")),
        Ok(Receipt::Queued { place }) => {
            (YELLOW, format!("fallback: to be paid later, no. {place}"))
        }
        Err(PayError::Declined(why)) => (YELLOW, format!("declined: {why}")),
        Err(PayError::Http(error)) => (RED, format!("failed: {}", trouble_in_words(error))),
    }
}

fn trouble_in_words(error: &reqwest::Error) -> String {
    match error.status() {
        Some(status) => format!("the service answered {}", status.as_u16()),
        None if error.is_timeout() => "no answer in time".to_owned(),
        None => "the connection was closed".to_owned(),
    }
}

fn circuit_in_words(breaker: &Snapshot) -> String {
    let state = label(breaker.state);
    if let Some(rest) = breaker.retry_after {
        return format!("{state}, {:.2}s left", rest.as_secs_f64());
    }
    match (breaker.failures_in_a_row, breaker.probes_in_flight) {
        (0, 0) => state,
        (0, 1) => format!("{state}, 1 probe running"),
        (0, probes) => format!("{state}, {probes} probes running"),
        (failures, _) => format!("{state}, {failures} failed in a row"),
    }
}

fn change_in_words(transition: &Transition) -> String {
    let (from, to) = (label(transition.from), label(transition.to));
    let reason = transition.reason.to_string().replace('_', " ");
    match transition.open_period {
        Some(period) => format!("{from} -> {to} for {period:?} ({reason})"),
        None => format!("{from} -> {to} ({reason})"),
    }
}

fn label(state: State) -> String {
    state.as_str().replace('_', " ")
}

fn colour_of(state: State) -> &'static str {
    match state {
        State::Closed | State::ForcedClosed => GREEN,
        State::Open | State::ForcedOpen => RED,
        _ => YELLOW,
    }
}
