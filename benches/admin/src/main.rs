//! Measures whether clients of the API `admin` slow down calls, how long a list of 10,000 keys takes, and whether memory
//! stays flat. Prints Markdown.
//!
//! usage: `cargo run --release -p breaker-bench-admin -- [--rounds 5] [--seconds 5] [--minutes 0]`
//!
//! Each round runs all scenarios for some seconds, one after the other. `--minutes` adds a run with all clients, in which
//! memory is read every ten seconds.

mod calls;
mod clients;
mod keys;
mod memory;
mod process;
#[path = "../../quantiles.rs"]
mod quantiles;
mod scenarios;

use std::time::Duration;

fn main() {
    let options = Options::of(&std::env::args().skip(1).collect::<Vec<_>>());
    if options.rounds > 0 {
        scenarios::run(options.rounds, options.time);
        println!();
    }
    keys::run();
    if options.minutes > 0 {
        println!();
        memory::run(options.minutes);
    }
}

struct Options {
    rounds: u32,
    time: Duration,
    minutes: u32,
}

impl Options {
    fn of(arguments: &[String]) -> Self {
        let mut options = Self {
            rounds: 5,
            time: Duration::from_secs(5),
            minutes: 0,
        };
        for pair in arguments.chunks(2) {
            let number = pair.get(1).and_then(|number| number.parse().ok());
            match (pair[0].as_str(), number) {
                ("--rounds", Some(number)) => options.rounds = number,
                ("--seconds", Some(number)) => options.time = Duration::from_secs(number.into()),
                ("--minutes", Some(number)) => options.minutes = number,
                _ => panic!(
                    "unknown argument, or its number is missing: {}",
                    pair.join(" ")
                ),
            }
        }
        options
    }
}

fn median(values: &mut [f64]) -> f64 {
    quantiles::quantile(values, 0.5)
}
