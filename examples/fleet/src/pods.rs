//! The pods: started, followed and killed. With a Redis each is a process, else a thread with a runtime.

use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use anyhow::Context;
use breaker_runtime::fleet::{FleetStore, MemoryStore};
use tokio::sync::oneshot;

use crate::pod::{self, Place, Report};

/// Where a new pod finds the store.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// A process, which connects to this URL.
    Url(String),
    /// A thread of this process, with this store.
    Memory(MemoryStore),
}

/// All pods that live.
#[derive(Debug)]
pub(crate) struct Pods {
    place: Place,
    way: Way,
    alive: BTreeMap<String, Pod>,
}

#[derive(Debug)]
struct Pod {
    body: Body,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Debug)]
enum Body {
    Process(Child),
    Thread(Option<oneshot::Sender<()>>),
}

/// What a pod has reported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The state of its circuit and the reason, for example `open fleet`; empty before the first transition.
    pub(crate) circuit: String,
    /// Whether it is in touch with the fleet.
    pub(crate) fleet: String,
    /// Its calls, by how they ended.
    pub(crate) calls: BTreeMap<String, usize>,
    /// The states of its circuit and the events of the fleet, since when.
    pub(crate) history: Vec<(Instant, String)>,
}

impl Seen {
    fn take(&mut self, line: &str) {
        match line.split_once(' ') {
            Some(("circuit", circuit)) => {
                circuit.clone_into(&mut self.circuit);
                self.history.push((Instant::now(), line.to_owned()));
            }
            Some(("fleet", status)) => status.clone_into(&mut self.fleet),
            Some(("call", end)) => *self.calls.entry(end.to_owned()).or_default() += 1,
            _ => self.history.push((Instant::now(), line.to_owned())),
        }
    }

    /// Returns whether the circuit is in this state.
    pub(crate) fn is(&self, state: &str) -> bool {
        match self.circuit.split_once(' ') {
            Some((now, _)) => now == state,
            None => state == "closed",
        }
    }

    /// Returns how many openings of the fleet it has decided.
    pub(crate) fn alerts(&self) -> usize {
        let alerts = self.history.iter();
        alerts
            .filter(|(_, line)| line.starts_with("event alert"))
            .count()
    }

    /// Returns how many calls ended like this.
    pub(crate) fn count(&self, end: &str) -> usize {
        self.calls.get(end).copied().unwrap_or_default()
    }
}

impl Pods {
    pub(crate) fn new(place: Place, way: Way) -> Self {
        let alive = BTreeMap::new();
        Self { place, way, alive }
    }

    /// Starts a pod, which calls the bank once in `every` milliseconds.
    pub(crate) fn start(&mut self, name: &str, every: u64) -> anyhow::Result<()> {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let writes = Arc::clone(&seen);
        let report: Report = Arc::new(move |line| lock(&writes).take(&line));
        let body = match &self.way {
            Way::Url(url) => self.process(name, every, url, report)?,
            Way::Memory(store) => self.thread(name, every, store.clone(), report),
        };
        self.alive.insert(name.to_owned(), Pod { body, seen });
        Ok(())
    }

    fn process(&self, name: &str, every: u64, url: &str, report: Report) -> anyhow::Result<Body> {
        let mut child = Command::new(env::current_exe()?)
            .args(["pod", name, &every.to_string(), &self.place.namespace])
            .args([&self.place.bank.to_string(), url])
            .stdout(Stdio::piped())
            .spawn()
            .context("a pod does not start")?;
        let lines = BufReader::new(child.stdout.take().context("it has an output")?).lines();
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| report(line)));
        Ok(Body::Process(child))
    }

    fn thread(&self, name: &str, every: u64, store: impl FleetStore, report: Report) -> Body {
        let (kill, killed) = oneshot::channel();
        let (name, place) = (name.to_owned(), self.place.clone());
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                tokio::spawn(async move { pod::run(&name, every, place, store, report).await });
                let _ = killed.await;
            });
            // As after a kill, nothing of the pod runs again: not even its destructors, which would leave the fleet.
            std::mem::forget(runtime);
        });
        Body::Thread(Some(kill))
    }

    /// Kills a pod, which cannot do anything before it ends.
    pub(crate) fn kill(&mut self, name: &str) {
        if let Some(mut pod) = self.alive.remove(name) {
            pod.kill();
        }
    }

    /// Returns the names of the pods.
    pub(crate) fn names(&self) -> Vec<String> {
        self.alive.keys().cloned().collect()
    }

    /// Returns what a pod has reported.
    pub(crate) fn seen(&self, name: &str) -> Seen {
        self.alive
            .get(name)
            .map(|pod| lock(&pod.seen).clone())
            .unwrap_or_default()
    }

    /// Returns the pods of which something is true.
    pub(crate) fn which(&self, what: impl Fn(&Seen) -> bool) -> Vec<String> {
        let pods = self.alive.iter();
        pods.filter(|(_, pod)| what(&lock(&pod.seen)))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Returns whether something is true of all pods.
    pub(crate) fn all(&self, what: impl Fn(&Seen) -> bool) -> bool {
        self.which(what).len() == self.alive.len()
    }

    /// Returns how many calls of all pods ended like this.
    pub(crate) fn count(&self, end: &str) -> usize {
        self.alive
            .values()
            .map(|pod| lock(&pod.seen).count(end))
            .sum()
    }
}

impl Pod {
    fn kill(&mut self) {
        match &mut self.body {
            Body::Process(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Body::Thread(kill) => drop(kill.take()),
        }
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        self.kill();
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
