//! Running a future that knows its own outcome.

use std::future::{Future, poll_fn};
use std::pin::Pin;

use super::future::poll;
use super::guard::Guard;
use super::handle::Handle;
use crate::values::Outcome;

/// Awaits a future under its guard, and records the outcome that it returns.
pub(crate) async fn run_guarded<H: Handle>(
    mut guard: Guard<H>,
    mut run: Pin<Box<dyn Future<Output = Outcome> + Send>>,
) {
    let outcome = poll_fn(|context| poll(&mut guard, Pin::new(&mut run), context)).await;
    guard.settle(outcome);
}
