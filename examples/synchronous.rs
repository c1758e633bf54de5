//! A circuit breaker on a synchronous function that has no fallback: a rejected call is an error.
//!
//! A thermometer writes its reading to a file. While it is unplugged, three failed readings open the
//! circuit. From then on the function does not touch the disk, and the error says when to try again.
//!
//! ```text
//! cargo run --example synchronous
//! ```

use std::path::Path;
use std::time::Duration;
use std::{env, fs, io, num, process, thread};

use anyhow::Context;
use breaker_runtime::{BreakerError, Registry, State, circuit_breaker};

#[derive(Debug, thiserror::Error)]
enum SensorError {
    #[error("no reading: {0}")]
    Io(#[from] io::Error),
    #[error("not a temperature: {0}")]
    Number(#[from] num::ParseFloatError),
    // What a rejected call returns.
    #[error("stopped by its circuit breaker")]
    Breaker(#[from] BreakerError),
}

#[circuit_breaker(
    name = "thermometer",
    threshold = 3,
    open_for = "200ms",
    success_threshold = 1
)]
fn celsius(sensor: &Path) -> Result<f64, SensorError> {
    Ok(fs::read_to_string(sensor)?.trim().parse()?)
}

fn main() -> anyhow::Result<()> {
    let breaker = Registry::global().get("thermometer").context("declared")?;
    let sensor = env::temp_dir().join(format!("thermometer-{}.txt", process::id()));

    for _ in 0..3 {
        if let Err(error) = celsius(&sensor) {
            println!("{error}");
        }
    }
    assert_eq!(breaker.state(), State::Open);

    fs::write(&sensor, "21.5\n")?;
    println!("The sensor is plugged in again.");

    let mut rejected = 0;
    let reading = loop {
        match celsius(&sensor) {
            Err(SensorError::Breaker(BreakerError::Rejected(rejection))) => {
                println!("{rejection}");
                rejected += 1;
                let rest = rejection.retry_after();
                // This program has nothing else to do in the meantime.
                thread::sleep(rest.unwrap_or(Duration::from_millis(10)));
            }
            answer => break answer?,
        }
    };
    fs::remove_file(&sensor)?;
    println!(
        "It is {reading} degrees, and the circuit is {}.",
        breaker.state()
    );

    assert!(rejected > 0, "the open circuit admitted a call");
    assert_eq!(breaker.state(), State::Closed);
    Ok(())
}
