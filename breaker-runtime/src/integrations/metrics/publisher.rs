//! Taking snapshots of all breakers, and the turns of the threads that publish them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use ::metrics::Label;
use thiserror::Error;

use super::published::Published;
use super::series::SERIES;
use crate::integrations::export::Readings;
use crate::registry::Registry;
use crate::sync::Arc;

/// How long [`Publisher::publish`] waits for another thread, whose recorder may be stuck.
const PATIENCE: Duration = Duration::from_secs(5);

/// Writes the series of the [current](Registry::current) registry to the current recorder.
///
/// The current registry is the global one, except in a test that has entered a `TestRegistry`. The [module](super)
/// explains when to call this function. It works as [`Publisher::publish`] does.
#[doc(alias = "prometheus")]
pub fn publish() {
    let registry = Registry::current();
    let turns = registry.published();
    Publisher { registry, turns }.publish();
}

/// Writes the series of one registry.
///
/// It remembers which calls it has added to the histograms. Make one for each pair of a registry and a recorder, and
/// use it after the recorder is installed.
#[derive(Debug)]
pub struct Publisher {
    registry: Registry,
    turns: Arc<Turns>,
}

/// What was written so far, and whose turn it is to write.
#[derive(Debug)]
struct Turns {
    patience: Duration,
    // Not from `sync`: the loom models publish nothing.
    turn: Mutex<Turn>,
    /// Notified when a thread has finished writing.
    finished: Condvar,
}

/// The error of [`Publisher::with_labels`]: a label that no publisher can have.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("label `{}` {problem}", name.escape_debug())]
pub struct InvalidLabel {
    name: String,
    problem: LabelProblem,
}

/// Why a label is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum LabelProblem {
    #[error("has no name: a label's name must not be empty")]
    Empty,
    #[error("is a label that the series already use: choose another name")]
    Taken,
    #[error("is given twice: give each label once")]
    Twice,
}

/// The right to write.
///
/// The recorder is user code, so it must not run under the lock: the thread that writes takes the state out.
#[derive(Debug, Default)]
struct Turn {
    /// The thread that writes.
    writer: Option<ThreadId>,
    /// Empty while a thread writes.
    published: Published,
}

impl Publisher {
    /// Makes a publisher that has written nothing yet.
    ///
    /// If one recorder receives several registries, use [`with_labels`](Self::with_labels): otherwise breakers with the
    /// same name would share their series.
    pub fn new(registry: &Registry) -> Self {
        Self::labelled(registry, Vec::new())
    }

    /// Makes a publisher that adds labels to every series, such as the tenant that the registry belongs to.
    ///
    /// # Errors
    ///
    /// [`InvalidLabel`] if the name of a label is empty, occurs twice, or is the name of a label that the
    /// [series](super::SERIES) already have, such as `breaker` or `state`.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::metrics::Publisher;
    /// use breaker_runtime::{Config, Registry};
    /// use metrics_exporter_prometheus::PrometheusBuilder;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let prometheus = PrometheusBuilder::new().build_recorder();
    /// for tenant in ["acme", "globex"] {
    ///     let registry = Registry::new();
    ///     registry.get_or_create("bank", Config::new())?;
    ///     let publisher = Publisher::with_labels(&registry, [("tenant", tenant)])?;
    ///     metrics::with_local_recorder(&prometheus, || publisher.publish());
    /// }
    /// let scrape = prometheus.handle().render();
    /// assert!(scrape.contains(r#"circuit_breaker_state{breaker="bank",state="closed",tenant="globex"} 1"#));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_labels<N: Into<String>, V: Into<String>>(
        registry: &Registry,
        labels: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, InvalidLabel> {
        let mut extra: Vec<Label> = Vec::new();
        for (name, value) in labels {
            let name = name.into();
            let problem = if name.is_empty() {
                LabelProblem::Empty
            } else if name == "key" || SERIES.iter().any(|it| it.labels.contains(&&*name)) {
                LabelProblem::Taken
            } else if extra.iter().any(|it| it.key() == name) {
                LabelProblem::Twice
            } else {
                extra.push(Label::new(name, value.into()));
                continue;
            };
            return Err(InvalidLabel { name, problem });
        }
        Ok(Self::labelled(registry, extra))
    }

    fn labelled(registry: &Registry, extra_labels: Vec<Label>) -> Self {
        Self {
            registry: registry.clone(),
            turns: Arc::new(Turns::new(extra_labels)),
        }
    }

    /// Gives the series of at most `max` keys of each name the label `key`.
    ///
    /// The first keys that the publisher sees get the label and never lose it, because the facade cannot delete a
    /// series. So choose a `max` that is large enough for all keys that matter. The other keys, and calls without a
    /// key, are added up in the series without the label. So the sum over all series of a name is still the number of
    /// its calls.
    ///
    /// No counter decreases when a key is evicted. What the key counted since the last [`publish`](Self::publish) is
    /// then added to the series without the label, and the gauges of the key become 0.
    ///
    /// A key has about 45 series, with `latency` about 60, and if its answers also arrive in parts about 80.
    ///
    /// **Everybody with access to the metrics can read the labels.** Do not label keys that identify a person, such as
    /// users or tenants.
    ///
    /// # Examples
    ///
    /// ```
    /// use breaker_runtime::metrics::Publisher;
    /// use breaker_runtime::{Config, Registry};
    /// use metrics_exporter_prometheus::PrometheusBuilder;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let registry = Registry::new();
    /// registry.get_or_create_keyed("fetch", "sick.example", Config::new())?.trip();
    ///
    /// let prometheus = PrometheusBuilder::new().build_recorder();
    /// let publisher = Publisher::new(&registry).with_key_labels(50);
    /// metrics::with_local_recorder(&prometheus, || publisher.publish());
    /// let scrape = prometheus.handle().render();
    /// assert!(scrape.contains(r#"circuit_breaker_state{breaker="fetch",key="sick.example",state="open"} 1"#));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "the publisher is returned"]
    pub fn with_key_labels(self, max: usize) -> Self {
        self.turns.lock().published.memory.label_keys(max);
        self
    }

    /// Takes a snapshot of every breaker and writes the series to the current recorder.
    ///
    /// This is a reading: it applies transitions that are due, and so may notify listeners. A listener may publish.
    ///
    /// Threads that publish at the same time write one after the other, and none of them overwrites newer values with
    /// older ones. If another thread does not finish writing within five seconds, the call returns without having
    /// written anything, and so does a call from inside the recorder. If the recorder panics, the panic continues to
    /// unwind. In each case the next call writes what is missing.
    pub fn publish(&self) {
        while let Some(read) = self.turns.prepare() {
            // Without a turn, because a reading may notify listeners.
            let readings = read(&self.registry);
            let Some(mut writing) = self.turns.take_turn() else {
                return;
            };
            // If another thread wrote meanwhile, its readings may be newer than these.
            if writing.published.memory.add(&readings) {
                return writing.published.write();
            }
        }
    }
}

impl Turns {
    fn new(extra_labels: Vec<Label>) -> Self {
        let published = Published::new(extra_labels);
        let writer = None;
        Self {
            patience: PATIENCE,
            turn: Mutex::new(Turn { writer, published }),
            finished: Condvar::new(),
        }
    }

    /// Prepares a reading.
    fn prepare(&self) -> Option<impl FnOnce(&Registry) -> Readings + use<>> {
        let turn = self.wait_for_turn()?;
        Some(turn.published.memory.prepare())
    }

    fn take_turn(&self) -> Option<Writing<'_>> {
        let mut turn = self.wait_for_turn()?;
        turn.writer = Some(thread::current().id());
        Some(Writing {
            turns: self,
            published: std::mem::take(&mut turn.published),
        })
    }

    /// Returns the lock when no thread writes.
    ///
    /// Returns `None` if this thread is the one that writes, or if another one does not finish in time.
    fn wait_for_turn(&self) -> Option<MutexGuard<'_, Turn>> {
        let turn = self.lock();
        if turn.writer == Some(thread::current().id()) {
            return None;
        }
        let others_write = |turn: &mut Turn| turn.writer.is_some();
        let waited = self
            .finished
            .wait_timeout_while(turn, self.patience, others_write);
        let (turn, waited) = waited.unwrap_or_else(PoisonError::into_inner);
        (!waited.timed_out()).then_some(turn)
    }

    fn lock(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// The turn of a thread to write; puts the state back when it is dropped, also if the recorder panics.
struct Writing<'a> {
    turns: &'a Turns,
    published: Published,
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        let mut turn = self.turns.lock();
        turn.published = std::mem::take(&mut self.published);
        turn.writer = None;
        drop(turn);
        self.turns.finished.notify_all();
    }
}

#[cfg(all(test, feature = "test-util"))]
mod tests;
