//! The task of a member: it carries batches to the store, and what the store says back to the member.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::error::Elapsed;

use super::core::{Core, Order};
use super::event::FleetEvent;
use super::member::{Member, Options};
use super::store::{Answer, Answers, Batch, BoxFuture, BoxStream, FleetStore, Heard, StoreError};
use crate::sync::Arc;

/// How long a batch may take.
const LIMIT: Duration = Duration::from_secs(1);
/// After this many batches in a row that took too long, the connection may be dead.
const TIMEOUTS: u32 = 2;
/// The shortest time between two looks at the member, if it has nothing to say.
const SHORTEST: Duration = Duration::from_millis(1);
/// The longest time between two looks, after which a registry that was dropped is noticed.
const LONGEST: Duration = Duration::from_secs(10);
/// The shortest and the longest wait after a panic.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(30));

/// What the task of a member works with.
pub(super) struct Task {
    pub(super) core: Arc<Core>,
    pub(super) store: Arc<dyn FleetStore>,
    pub(super) options: Options,
}

type Reply = oneshot::Sender<Result<Answer, StoreError>>;
/// What the store has answered, unless it took too long.
type Answered = Result<Result<Answers, StoreError>, Elapsed>;

impl Task {
    /// Runs until this instance leaves the fleet, or its registry is dropped. A panic ends nothing.
    pub(super) async fn run(self, member: Member) {
        // Told also if the runtime drops this task.
        let _closed = CloseOnDrop(Arc::clone(&self.core));
        let mut wait = BACK_OFF.0;
        let mut next = Some(member);
        loop {
            let Some(member) = next.take().or_else(|| self.new_member()) else {
                return;
            };
            let mut work = Box::pin(self.work(member));
            let ended = poll_fn(|context| {
                let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
                match polled {
                    Ok(poll) => poll.map(Ok),
                    Err(payload) => Poll::Ready(Err(payload)),
                }
            });
            let ended = ended.await;
            // Releases what is held; that may panic again.
            let dropped = catch_unwind(AssertUnwindSafe(|| drop(work)));
            std::mem::forget(dropped);
            let Err(payload) = ended else {
                return;
            };
            let text = payload
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned());
            let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
            let why = text.unwrap_or_else(|| "no text".to_owned());
            // Dropping the payload may panic again.
            std::mem::forget(payload);
            self.core
                .board
                .count(|numbers| numbers.errors.panicked += 1);
            self.core.tell(&FleetEvent::Panicked { why });
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(BACK_OFF.1);
        }
    }

    /// Makes a member in place of one that panicked. It shows its readers what it knows on the same board.
    fn new_member(&self) -> Option<Member> {
        let registry = self.core.registry.upgrade()?;
        let now = registry.moment().now;
        let board = Arc::clone(&self.core.board);
        Some(Member::again(self.options.clone(), &registry, now, board))
    }

    async fn work(&self, member: Member) {
        let mut work = Work {
            core: &self.core,
            store: &self.store,
            member,
            replies: HashMap::new(),
            in_flight: None,
            timeouts: 0,
            has_left: false,
        };
        let mut pushed = self.store.listen();
        loop {
            let Some(now) = self.core.registry.upgrade().map(|it| it.moment().now) else {
                return work.leave(Vec::new()).await;
            };
            if let Some(leaving) = work.take_mail() {
                return work.leave(leaving).await;
            }
            if work.in_flight.is_none() {
                if let Some(batch) = work.member.due(now) {
                    work.send(batch);
                }
            }
            work.publish();
            let mut wait = work.member.next_due(now).since(now);
            if work.in_flight.is_none() {
                wait = wait.clamp(SHORTEST, LONGEST);
            }
            match work.next(&mut pushed, wait).await {
                Woken::Answered(answer) => work.answered(answer),
                Woken::Heard(heard) => work.heard(heard),
                Woken::Mail | Woken::Time => {}
            }
            work.publish();
        }
    }
}

/// One life of a member.
struct Work<'a> {
    core: &'a Arc<Core>,
    store: &'a Arc<dyn FleetStore>,
    member: Member,
    /// The callers who wait for an answer.
    replies: HashMap<u64, Reply>,
    in_flight: Option<BoxFuture<'static, Answered>>,
    timeouts: u32,
    has_left: bool,
}

/// Why the task goes on.
enum Woken {
    Answered(Answered),
    Heard(Box<Heard>),
    Mail,
    Time,
}

impl Work<'_> {
    /// Gives the member what has come for it; returns who waits, if it has to leave.
    fn take_mail(&mut self) -> Option<Vec<oneshot::Sender<()>>> {
        let mail = self.core.take_mail();
        for breaker in mail.changed.into_values() {
            if let Some(breaker) = breaker.upgrade() {
                self.member.changed(&breaker);
            }
        }
        for Order { op, reply } in mail.orders {
            let id = self.member.request(op);
            self.replies.insert(id, reply);
        }
        mail.leaving
    }

    fn send(&mut self, batch: Batch) {
        let store = Arc::clone(self.store);
        self.in_flight = Some(Box::pin(async move {
            tokio::time::timeout(LIMIT, store.send(batch)).await
        }));
    }

    /// Waits until something happens.
    async fn next(&mut self, pushed: &mut BoxStream<Heard>, wait: Duration) -> Woken {
        let mut mail = pin!(self.core.mail());
        let mut time = pin!(tokio::time::sleep(wait));
        let in_flight = &mut self.in_flight;
        let mut ended = false;
        poll_fn(|context| {
            if let Some(answer) = in_flight {
                if let Poll::Ready(answer) = answer.as_mut().poll(context) {
                    *in_flight = None;
                    return Poll::Ready(Woken::Answered(answer));
                }
            }
            if !ended {
                match pushed.as_mut().poll_next(context) {
                    Poll::Ready(Some(heard)) => return Poll::Ready(Woken::Heard(Box::new(heard))),
                    // A store that breaks its promise is not asked again before something else happens.
                    Poll::Ready(None) => ended = true,
                    Poll::Pending => {}
                }
            }
            if mail.as_mut().poll(context).is_ready() {
                return Poll::Ready(Woken::Mail);
            }
            time.as_mut().poll(context).map(|()| Woken::Time)
        })
        .await
    }

    fn answered(&mut self, answer: Answered) {
        self.timeouts = if answer.is_err() {
            self.timeouts + 1
        } else {
            0
        };
        if self.timeouts >= TIMEOUTS {
            self.timeouts = 0;
            self.store.reconnect();
        }
        if let Some(registry) = self.core.registry.upgrade() {
            let answer = answer.unwrap_or_else(|_| Err(StoreError::Away(TOO_SLOW.to_owned())));
            self.member.answered(registry.moment().now, answer);
        }
    }

    fn heard(&mut self, heard: Box<Heard>) {
        if let Some(registry) = self.core.registry.upgrade() {
            self.member.heard(*heard, registry.moment().now);
        }
    }

    /// Tells callers and listeners what has happened.
    fn publish(&mut self) {
        for (id, answer) in self.member.take_replies() {
            if let Some(reply) = self.replies.remove(&id) {
                // The caller may not wait any more.
                let _ = reply.send(answer);
            }
        }
        self.core.board.count_garbage(self.store.garbage());
        self.core.show_connection();
        for event in self.member.take_events() {
            self.core.tell(&event);
        }
    }

    /// Gives back votes and leases, if the store answers, and tells whoever waits.
    async fn leave(mut self, leaving: Vec<oneshot::Sender<()>>) {
        self.has_left = true;
        if let Some(in_flight) = self.in_flight.take() {
            // Batches arrive in their order.
            let _ = in_flight.await;
        }
        let registry = self.core.registry.upgrade();
        let now = registry.map_or_else(Default::default, |registry| registry.moment().now);
        let batch = self.member.leave(now);
        self.core.close();
        self.publish();
        let _ = tokio::time::timeout(LIMIT, self.store.send(batch)).await;
        for waiting in leaving {
            let _ = waiting.send(());
        }
    }
}

/// A runtime that drops the task leaves no circuit held.
impl Drop for Work<'_> {
    fn drop(&mut self) {
        if !self.has_left && !std::thread::panicking() {
            if let Some(registry) = self.core.registry.upgrade() {
                self.member.abandon(registry.moment().now);
                self.publish();
            }
        }
    }
}

struct CloseOnDrop(Arc<Core>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

const TOO_SLOW: &str = "the store did not answer within 1s";
