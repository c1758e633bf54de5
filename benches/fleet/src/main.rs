//! Measures a fleet on one real `redis-server`: how long an opening takes to reach all members, what it costs Redis, and
//! how calls fare when Redis stops. Prints Markdown.
//!
//! usage: `cargo run --release -p breaker-bench-fleet -- [--members 200] [--rounds 20] [--seconds 20]`,
//! or `cargo run --release -p breaker-bench-fleet -- peers [SCENARIO …]`, which puts the fleet through the scenarios of
//! `peers/`.
//!
//! All members are in this process, each with its registry and its connection. `REDIS_BIN` names another server.

mod cost;
mod members;
mod openings;
mod peers;
#[path = "../../quantiles.rs"]
mod quantiles;
mod server;

use std::time::Duration;

use members::Members;
use server::Server;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "peers") {
        peers::run(&arguments[1..]);
        return;
    }
    let options = Options::of(&arguments);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let server = Server::start();
        println!("{} members, {}\n", options.members, server.version());
        let members = Members::join(&server, options.members, options.circuits).await;
        cost::calm(&server, &members, options.time).await;
        openings::run(&server, &members, options.rounds).await;
        cost::outage(&server, &members, options.time).await;
    });
}

struct Options {
    members: usize,
    /// How many circuits fail in the outage.
    circuits: usize,
    rounds: u32,
    time: Duration,
}

impl Options {
    fn of(arguments: &[String]) -> Self {
        let mut options = Self {
            members: 200,
            circuits: 10,
            rounds: 20,
            time: Duration::from_secs(20),
        };
        for pair in arguments.chunks(2) {
            let number: Option<u32> = pair.get(1).and_then(|number| number.parse().ok());
            match (pair[0].as_str(), number) {
                ("--members", Some(number)) => options.members = number as usize,
                ("--circuits", Some(number)) => options.circuits = number as usize,
                ("--rounds", Some(number)) => options.rounds = number,
                ("--seconds", Some(number)) => options.time = Duration::from_secs(number.into()),
                _ => panic!(
                    "unknown argument, or its number is missing: {}",
                    pair.join(" ")
                ),
            }
        }
        options
    }
}
