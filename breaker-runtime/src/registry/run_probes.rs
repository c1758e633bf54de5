//! The future that runs the probes of declarations (R33).

mod run;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use self::run::Run;
use super::by_name::Registry;
use super::probe::Probe;
use crate::breaker::{CircuitBreaker, Waiting};
use crate::call::{AdmissionTimer, Owned, enter_as_check, enter_as_probe};

/// Probes without calls. Needs the feature `tokio`.
impl Registry {
    /// Runs the probes of functions with the setting `probe`, for as long as the future is polled.
    ///
    /// A program spawns it once. When the open period of such a breaker has passed, its probe is called as a probe of
    /// the half-open circuit, again and again until the circuit closes or opens. So a circuit recovers without traffic.
    /// With `probe_always`, the function is also called while the circuit is closed, as an ordinary call, and may open
    /// the circuit. Without such functions, the future only waits.
    ///
    /// - Probes of different breakers run concurrently in this one task. A function that blocks delays the others; put
    ///   such work into `tokio::task::spawn_blocking`.
    /// - A probe that panics, or takes longer than `probe_timeout`, has failed. The other probes go on.
    /// - A run that is still pending when the next half-open circuit needs a probe is dropped.
    /// - Calls are probes too, as without this future: a half-open circuit admits whichever comes first.
    ///
    /// # Panics
    ///
    /// If it is polled outside of a tokio runtime with a timer.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, a probe in flight counts as a dropped call.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(all(feature = "macros", feature = "tokio"))]
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use breaker_runtime::{BreakerError, Registry, circuit_breaker};
    ///
    /// #[circuit_breaker(name = "doc_run_probes", probe = ping)]
    /// async fn charge(cents: u64) -> Result<u64, BreakerError> {
    ///     Ok(cents)
    /// }
    ///
    /// async fn ping() -> std::io::Result<()> {
    ///     // A real function would call the health endpoint of the bank.
    ///     Ok(())
    /// }
    ///
    /// let probes = tokio::spawn(Registry::global().run_probes());
    /// assert!(charge(450).await.is_ok());
    /// probes.abort();
    /// # }
    /// # #[cfg(not(all(feature = "macros", feature = "tokio")))]
    /// # fn main() {}
    /// ```
    pub fn run_probes(&self) -> impl Future<Output = Infallible> + Send + use<> {
        let place = Place::new(self);
        let mut runs: Vec<Pin<Box<dyn Future<Output = Infallible> + Send>>> = Vec::new();
        poll_fn(move |context| {
            for (breaker, probe) in place.added(runs.len(), context) {
                runs.push(Box::pin(run_probes_of(breaker, probe)));
            }
            for run in &mut runs {
                match run.as_mut().poll(context) {
                    Poll::Ready(never) => return Poll::Ready(never),
                    Poll::Pending => {}
                }
            }
            Poll::Pending
        })
    }
}

/// The place of one future among those that run the probes of a registry; dropping it gives up the place.
struct Place {
    registry: Registry,
    number: u64,
}

impl Place {
    fn new(registry: &Registry) -> Self {
        Self {
            registry: registry.clone(),
            number: registry.inner.probed.new_place(),
        }
    }

    /// Returns the breakers after the first `known` ones, and wakes the task when there are more.
    fn added(&self, known: usize, context: &Context<'_>) -> Vec<(CircuitBreaker, Probe)> {
        let probed = &self.registry.inner.probed;
        probed.after(self.number, known, context.waker())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.registry.inner.probed.leave(self.number);
    }
}

/// Why a probe runs.
enum Due {
    /// The circuit is half open.
    HalfOpen,
    /// The interval of `probe_always` has passed.
    Check,
}

/// Waits for what makes a probe of one breaker due.
struct Schedule {
    breaker: CircuitBreaker,
    waiting: Waiting,
    timer: AdmissionTimer,
    check: Option<(Duration, Pin<Box<Sleep>>)>,
}

impl Schedule {
    fn new(breaker: CircuitBreaker, always: Option<Duration>) -> Self {
        Self {
            waiting: Waiting::new(&breaker),
            breaker,
            timer: AdmissionTimer::default(),
            check: always.map(|every| (every, Box::pin(sleep(every)))),
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Due> {
        let next_probe = || self.breaker.next_probe();
        if self
            .timer
            .poll(&self.waiting, context, next_probe)
            .is_ready()
        {
            return Poll::Ready(Due::HalfOpen);
        }
        let Some((every, sleep)) = &mut self.check else {
            return Poll::Pending;
        };
        ready!(sleep.as_mut().poll(context));
        sleep.set(tokio::time::sleep(*every));
        Poll::Ready(Due::Check)
    }

    /// Is ready when a probe is due in a later generation than that of a run in flight, which decides nothing any more.
    fn poll_after(&mut self, generation: u64, context: &mut Context<'_>) -> Poll<()> {
        let next_probe = || self.breaker.next_probe_after(generation);
        self.timer.poll(&self.waiting, context, next_probe)
    }
}

async fn run_probes_of(breaker: CircuitBreaker, probe: Probe) -> Infallible {
    let mut schedule = Schedule::new(breaker.clone(), probe.always);
    let mut current: Option<Run> = None;
    poll_fn(|context| {
        loop {
            if let Some(run) = &mut current {
                if run.poll(context).is_pending() {
                    ready!(schedule.poll_after(run.generation(), context));
                }
            }
            if let Some(run) = current.take() {
                run.end();
            }
            let guard = match ready!(schedule.poll(context)) {
                Due::HalfOpen => enter_as_probe(Owned(breaker.clone())),
                Due::Check => enter_as_check(Owned(breaker.clone())),
            };
            let limit = breaker.config().probe_timeout;
            current = guard.map(|guard| Run::new(guard, (probe.run)(), limit));
        }
    })
    .await
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
