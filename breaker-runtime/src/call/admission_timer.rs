//! Waiting until a breaker would admit a call.

use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

use crate::breaker::Waiting;
use crate::machine::NextAdmission;

/// The shortest time that the timer waits: the resolution of tokio's timers.
const SHORTEST: Duration = Duration::from_millis(1);

/// The timer of a task that waits for an admission.
#[derive(Debug, Default)]
pub(crate) struct AdmissionTimer {
    /// Set while the passing of time may admit a call.
    sleep: Option<Pin<Box<Sleep>>>,
}

// A panic cannot leave a timer half set. Without these, a service that is unwind-safe would lose that by its timer.
impl UnwindSafe for AdmissionTimer {}
impl RefUnwindSafe for AdmissionTimer {}

impl AdmissionTimer {
    /// Is ready when `next_admission` returns that a call would be admitted now; until then, the task is woken whenever
    /// that may have changed.
    pub(crate) fn poll(
        &mut self,
        waiting: &Waiting,
        context: &mut Context<'_>,
        next_admission: impl Fn() -> NextAdmission,
    ) -> Poll<()> {
        loop {
            // This precedes the look at the breaker, so that no change after the look is missed.
            waiting.wake_on_change(context.waker());
            let rest = match next_admission() {
                NextAdmission::Now => return Poll::Ready(()),
                NextAdmission::After(rest) => rest.max(SHORTEST),
                NextAdmission::AfterChange => {
                    self.sleep = None;
                    return Poll::Pending;
                }
            };
            if self.set(rest).poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    }

    /// Stops the timer.
    #[cfg(feature = "tower")]
    pub(crate) fn stop(&mut self) {
        self.sleep = None;
    }

    fn set(&mut self, rest: Duration) -> Pin<&mut Sleep> {
        let timer = self.sleep.get_or_insert_with(|| Box::pin(sleep(rest)));
        if let Some(deadline) = Instant::now().checked_add(rest) {
            timer.as_mut().reset(deadline);
        }
        timer.as_mut()
    }
}
