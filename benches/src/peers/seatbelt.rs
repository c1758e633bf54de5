//! seatbelt: a service with a mutex. The synchronous function is polled as one.

use std::fmt;
use std::future::{Ready, ready};
use std::task::Waker;
use std::time::Duration;

use layered::{Execute, Service as _, Stack as _};
use seatbelt::breaker::Breaker;
use seatbelt::{RecoveryInfo, ResilienceContext};
use tick::Clock;
use tick::runtime::{ClockDriver, InactiveClock};

use super::OPEN_FOR;
use crate::{Answer, BAD, Error, body, poll};

type Function = fn(u64) -> Ready<Answer>;

/// The function as a service.
pub struct Service {
    service: Breaker<u64, Answer, Execute<Function>>,
    /// Would run the timers of the system clock, which the breaker does not use.
    _driver: ClockDriver,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

/// Opens by the share of failures in the last ten seconds; it has no other rule.
pub fn closed() -> Service {
    service(0.5, 100)
}

/// Is open.
pub fn open() -> Service {
    let service = service(0.01, 1);
    while !matches!(call(&service, BAD), Err(Error::Rejected)) {}
    service
}

fn service(failure_threshold: f32, min_throughput: u32) -> Service {
    let (clock, driver): (Clock, _) = InactiveClock::default().activate(Waker::noop().clone());
    let context = ResilienceContext::new(&clock);
    let layer = Breaker::layer("bench", &context)
        .recovery_with(|answer: &Answer, _| match answer {
            Ok(_) => RecoveryInfo::never(),
            Err(_) => RecoveryInfo::retry(),
        })
        .rejected_input_error(|_, _| Error::Rejected)
        .failure_threshold(failure_threshold)
        .min_throughput(min_throughput)
        .sampling_duration(Duration::from_secs(10))
        .break_duration(OPEN_FOR);
    let function: Function = |value| ready(body(value));
    Service {
        service: (layer, Execute::new(function)).into_service(),
        _driver: driver,
    }
}

/// Calls the function.
#[inline(never)]
pub fn call(service: &Service, value: u64) -> Answer {
    poll(service.service.execute(value))
}
