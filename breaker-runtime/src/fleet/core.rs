//! What the handles of a fleet, its task and the breakers of its registry share.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;

use tokio::sync::{Notify, oneshot, watch};

use super::error::FleetError;
use super::event::FleetEvent;
use super::log;
use super::member::Board;
use super::store::{Answer, Op, StoreError};
use crate::breaker::{CircuitBreaker, FleetHook, Listeners, WeakBreaker};
use crate::registry::WeakRegistry;
use crate::sync::{Arc, Mutex, lock};
use crate::values::{FleetStatus, FleetView};

/// What the handles of a fleet, its task and the breakers of its registry share. It does not keep the registry alive.
pub(super) struct Core {
    pub(super) namespace: String,
    pub(super) id: String,
    pub(super) observer: bool,
    pub(super) registry: WeakRegistry,
    pub(super) board: Arc<Board>,
    pub(super) listeners: Listeners<FleetEvent, ()>,
    mailbox: Mutex<Mailbox>,
    wake: Notify,
    connection: watch::Sender<Connection>,
}

/// What has to be told to the task.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    /// The breakers that have changed, by their names in the store: one that changes often is here once.
    pub(super) changed: HashMap<String, WeakBreaker>,
    pub(super) orders: Vec<Order>,
    /// This instance is to leave; whoever waits for it is told.
    pub(super) leaving: Option<Vec<oneshot::Sender<()>>>,
    /// Nobody looks into the mailbox any more.
    closed: bool,
}

/// An operation that a caller waits for.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) op: Op,
    pub(super) reply: oneshot::Sender<Result<Answer, StoreError>>,
}

/// Whether the store answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connection {
    Waiting,
    Answers,
    Ended,
}

impl Core {
    pub(super) fn new(
        namespace: String,
        id: String,
        observer: bool,
        registry: WeakRegistry,
        board: Arc<Board>,
    ) -> Self {
        Self {
            namespace,
            id,
            observer,
            registry,
            board,
            listeners: Listeners::default(),
            mailbox: Mutex::default(),
            wake: Notify::new(),
            connection: watch::Sender::new(Connection::Waiting),
        }
    }

    /// Takes what has come for the task.
    pub(super) fn take_mail(&self) -> Mailbox {
        std::mem::take(&mut *lock(&self.mailbox))
    }

    /// Waits for mail; mail that came since the last wait counts too.
    pub(super) async fn mail(&self) {
        self.wake.notified().await;
    }

    /// Asks the store for something.
    pub(super) async fn order(&self, op: Op) -> Result<Answer, FleetError> {
        let (reply, answer) = oneshot::channel();
        {
            let mut mailbox = lock(&self.mailbox);
            if mailbox.closed {
                return Err(FleetError::Left);
            }
            mailbox.orders.push(Order { op, reply });
        }
        self.wake.notify_one();
        match answer.await {
            Ok(Ok(Answer::Invalid)) => Err(FleetError::Invalid),
            Ok(answer) => Ok(answer?),
            Err(_) => Err(FleetError::Left),
        }
    }

    /// Has the task leave; the receiver is told, or closed, when it has left.
    pub(super) fn leave(&self) -> Option<oneshot::Receiver<()>> {
        let (reply, left) = oneshot::channel();
        {
            let mut mailbox = lock(&self.mailbox);
            if mailbox.closed {
                return None;
            }
            mailbox.leaving.get_or_insert_default().push(reply);
        }
        self.wake.notify_one();
        Some(left)
    }

    /// Nobody takes mail any more: callers get an error, and breakers tell nobody.
    pub(super) fn close(&self) {
        let mail = {
            let mut mailbox = lock(&self.mailbox);
            let mail = std::mem::take(&mut *mailbox);
            mailbox.closed = true;
            mail
        };
        drop(mail);
        self.connection.send_replace(Connection::Ended);
        if let Some(registry) = self.registry.upgrade() {
            registry.leave_fleet(&self.id);
        }
    }

    /// Shows whether the store answers to whoever waits for it.
    pub(super) fn show_connection(&self) {
        let connection = match self.board.status() {
            FleetStatus::Joined { .. } | FleetStatus::Polling { .. } => Connection::Answers,
            FleetStatus::Alone { .. } => Connection::Waiting,
            FleetStatus::Left => Connection::Ended,
        };
        self.connection.send_if_modified(|shown| {
            let before = std::mem::replace(shown, connection);
            before != connection
        });
    }

    pub(super) fn watch_connection(&self) -> watch::Receiver<Connection> {
        self.connection.subscribe()
    }

    /// Logs an event and tells the listeners.
    pub(super) fn tell(&self, event: &FleetEvent) {
        self.listeners
            .catch_panic(|| log::event(&self.namespace, event));
        self.listeners.notify(event, |_| None);
    }

    /// Returns what the fleet says of a circuit now.
    pub(super) fn view(&self, store_name: &str) -> Option<FleetView> {
        let moment = self.registry.upgrade()?.moment();
        Some(self.board.view(store_name, moment))
    }
}

impl FleetHook for Core {
    fn changed(&self, breaker: &CircuitBreaker) {
        if self.observer {
            return;
        }
        let changed = breaker.downgrade();
        {
            let mut mailbox = lock(&self.mailbox);
            if mailbox.closed {
                return;
            }
            mailbox.changed.insert(breaker.store_name(), changed);
        }
        self.wake.notify_one();
    }

    fn view(&self, breaker: &CircuitBreaker) -> Option<FleetView> {
        let shared = breaker.config().shared;
        shared.then(|| self.view(&breaker.store_name())).flatten()
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn namespace(&self) -> &str {
        &self.namespace
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("namespace", &self.namespace)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
