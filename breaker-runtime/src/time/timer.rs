//! The timer that ends calls which take longer than their `call_timeout`.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use crate::sync::{Arc, Mutex, PoisonError, lock};

/// A future that is ready when time is up.
pub(crate) type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

type Timer = dyn Fn(Duration) -> Sleep + Send + Sync;

/// The timer of a registry: that of tokio, unless the program has set another one.
#[derive(Default)]
pub(crate) struct RegistryTimer(Mutex<Option<Arc<Timer>>>);

impl RegistryTimer {
    pub(crate) fn set<S: Future + Send + 'static>(
        &self,
        timer: impl Fn(Duration) -> S + Send + Sync + 'static,
    ) {
        let timer = move |limit| -> Sleep {
            let sleep = Box::pin(timer(limit));
            Box::pin(Exclusive(Mutex::new(sleep)))
        };
        let before = lock(&self.0).replace(Arc::new(timer));
        // User code, which must not run under the lock.
        drop(before);
    }

    /// Returns a future that is ready after `limit`.
    ///
    /// # Panics
    ///
    /// If no timer is set, and this is not a tokio runtime with its timer enabled.
    pub(crate) fn sleep(&self, limit: Duration) -> Sleep {
        let timer = lock(&self.0).clone();
        timer.map_or_else(|| default_sleep(limit), |timer| timer(limit))
    }
}

#[cfg(feature = "tokio")]
fn default_sleep(limit: Duration) -> Sleep {
    Box::pin(tokio::time::sleep(limit))
}

#[cfg(not(feature = "tokio"))]
fn default_sleep(_: Duration) -> Sleep {
    panic!(
        "`call_timeout` needs a timer: call `Registry::global().set_timer(…)` before the first call, or add \
         `features = [\"tokio\"]` to `breaker-runtime`"
    )
}

/// A future that threads can share, because only its owner polls it.
struct Exclusive<S>(Mutex<Pin<Box<S>>>);

impl<S: Future> Future for Exclusive<S> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let sleep = self.get_mut().0.get_mut();
        let sleep = sleep.unwrap_or_else(PoisonError::into_inner);
        sleep.as_mut().poll(context).map(drop)
    }
}

impl fmt::Debug for RegistryTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryTimer").finish_non_exhaustive()
    }
}
