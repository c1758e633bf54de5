//! One circuit for a fleet: five instances of a service call one bank, and share the circuit through Redis.
//!
//! The program starts the instances, the bank, and a `redis-server` if there is one, and then breaks things: the network
//! of one instance, the bank, the instance that probes, and Redis. At the end an operator forces the circuit open from
//! outside. It checks all that it shows, and fails if something differs. It takes about a minute.
//!
//! ```text
//! cargo run -p example-fleet
//! ```
//!
//! With `REDIS_URL` it uses that Redis and does not kill it. Without any Redis the same story runs in one process.

mod bank;
mod chapters;
mod pod;
mod pods;
mod store;
mod story;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use breaker_runtime::redis::RedisStore;
use tokio::runtime::Builder;

use pod::Place;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let end = match &arguments[..] {
        [] => story::tell(),
        [pod, name, every, namespace, bank, url] if pod == "pod" => {
            be_a_pod(name, every, namespace, bank, url)
        }
        _ => Err(anyhow::anyhow!("the example takes no arguments")),
    };
    match end {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe fleet did not behave: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// What a process does that the story has started as a pod.
fn be_a_pod(name: &str, every: &str, namespace: &str, bank: &str, url: &str) -> anyhow::Result<()> {
    let place = Place {
        namespace: namespace.to_owned(),
        bank: bank.parse().context("the address of the bank")?,
    };
    let store = RedisStore::open(url)?;
    let report = Arc::new(|line: String| println!("{line}"));
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(pod::run(name, every.parse()?, place, store, report))
}
