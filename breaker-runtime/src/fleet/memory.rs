//! A store in the memory of this process.

use std::fmt;

use tokio::sync::{broadcast, watch};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::wrappers::errors::BroadcastStreamRecvError;
use tokio_stream::{StreamExt as _, once};

use super::state::FleetState;
use super::store::{Answers, Batch, BoxFuture, BoxStream, FleetStore, Heard, StoreError};
use crate::sync::{Arc, Mutex, MutexGuard, PoisonError};
use crate::time::{Clock, Time};

/// The number of changes that are kept for a slow listener.
const CAPACITY: usize = 1024;

/// A store in the memory of this process, for one fleet: for tests, and for the registries of one program.
///
/// Every clone is the same store. It follows the same rules as the store on Redis. With [`fail`](Self::fail) a test sees
/// what its program does when the store is away.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use breaker_runtime::fleet::{Answer, Batch, FleetStore, MemoryFault, MemoryStore, Op, StoreError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let store = MemoryStore::new();
/// let batch = Batch {
///     member: "pod-1#7f3a".to_owned(),
///     observer: false,
///     member_ttl: Duration::from_secs(15),
///     epoch: 0,
///     seq: Some(0),
///     nonce: 4711,
///     ops: vec![Op::Members],
/// };
/// let answers = store.send(batch.clone()).await.expect("the store is here");
/// assert_eq!(answers.live, 1);
/// assert!(matches!(&answers.answers[..], [Answer::Members(members)] if members[0].0 == "pod-1#7f3a"));
///
/// store.fail(MemoryFault::Away);
/// assert!(matches!(store.send(batch.clone()).await, Err(StoreError::Away(_))));
///
/// store.recover();
/// assert!(store.send(batch).await.is_ok());
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

struct Shared {
    time: Time,
    state: Mutex<FleetState>,
    fault: watch::Sender<Option<MemoryFault>>,
    changes: broadcast::Sender<Heard>,
}

/// A fault of a [`MemoryStore`], for tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemoryFault {
    /// The store answers every batch with [`StoreError::Away`], and pushes nothing.
    Away,
    /// The store answers every batch with [`StoreError::Refused`], and pushes nothing.
    Refused,
    /// The store does not answer and pushes nothing, and nobody is told. Batches that wait are applied when the store
    /// recovers.
    Hangs,
    /// The store answers, but it pushes nothing.
    Silent,
}

impl MemoryFault {
    /// Returns what listeners are told, unless they notice nothing.
    fn silence(self) -> Option<Heard> {
        let why = match self {
            Self::Away => "the store is away",
            Self::Refused => "the store refuses to answer",
            Self::Silent => "the store pushes nothing",
            Self::Hangs => return None,
        };
        Some(Heard::Silent(why.to_owned()))
    }
}

impl MemoryStore {
    /// Makes an empty store.
    pub fn new() -> Self {
        Self::with_time(Time::System)
    }

    /// Makes an empty store that uses `clock`, for example the clock of a test.
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::with_time(Time::Injected(Arc::new(clock)))
    }

    fn with_time(time: Time) -> Self {
        Self {
            shared: Arc::new(Shared {
                time,
                state: Mutex::new(FleetState::default()),
                fault: watch::Sender::new(None),
                changes: broadcast::Sender::new(CAPACITY),
            }),
        }
    }

    /// Makes the store fail until it [recovers](Self::recover) or fails in another way.
    pub fn fail(&self, fault: MemoryFault) {
        self.shared.fault.send_replace(Some(fault));
        if let Some(silence) = fault.silence() {
            self.shared.tell(silence);
        }
    }

    /// Ends the fault. Listeners are told that changes are pushed again.
    pub fn recover(&self) {
        if self.shared.fault.send_replace(None).is_some() {
            self.shared.tell(Heard::Ready);
        }
    }

    /// Loses all data, as a server does that starts again without its data.
    pub fn lose_data(&self) {
        self.shared.state().lose_data();
    }
}

impl FleetStore for MemoryStore {
    fn send(&self, batch: Batch) -> BoxFuture<'_, Result<Answers, StoreError>> {
        Box::pin(async move {
            let shared = &self.shared;
            let mut fault = shared.fault.subscribe();
            // The sender lives as long as `self`, so this waits until the store answers.
            let _ = fault
                .wait_for(|fault| *fault != Some(MemoryFault::Hangs))
                .await;
            let fault = *fault.borrow();
            match fault {
                Some(MemoryFault::Away) => Err(StoreError::Away("the store is away".to_owned())),
                Some(MemoryFault::Refused) => Err(StoreError::Refused(
                    "the store refuses to answer".to_owned(),
                )),
                Some(MemoryFault::Silent | MemoryFault::Hangs) => Ok(shared.apply(&batch, false)),
                None => Ok(shared.apply(&batch, true)),
            }
        })
    }

    fn listen(&self) -> BoxStream<Heard> {
        let changes = BroadcastStream::new(self.shared.changes.subscribe());
        let fault = *self.shared.fault.borrow();
        let first = fault.and_then(MemoryFault::silence).unwrap_or(Heard::Ready);
        let shared = Arc::clone(&self.shared);
        let heard = changes.map(move |heard| match heard {
            Ok(heard) => heard,
            Err(BroadcastStreamRecvError::Lagged(_)) => shared.state().gap(),
        });
        Box::pin(once(first).chain(heard))
    }
}

impl Shared {
    /// Applies a batch, and publishes what changed. The lock keeps publications in their order.
    fn apply(&self, batch: &Batch, pushes: bool) -> Answers {
        // The clock may begin at 0; a state knows no time before the first second.
        let now = 1_000_000 + self.time.now().as_nanos() / 1_000;
        let mut state = self.state();
        let (answers, heard) = state.apply(batch, now);
        if pushes {
            for heard in heard {
                self.tell(heard);
            }
        }
        answers
    }

    fn tell(&self, heard: Heard) {
        // Nobody may be listening.
        let _ = self.changes.send(heard);
    }

    fn state(&self) -> MutexGuard<'_, FleetState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = *self.shared.fault.borrow();
        f.debug_struct("MemoryStore")
            .field("fault", &fault)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
