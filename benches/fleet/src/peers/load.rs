//! Threads that call through breakers, with what came of the calls.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::{Duration, Instant};

use breaker_runtime::{CallError, CircuitBreaker};

pub(crate) struct Load {
    began: Instant,
    calls: Arc<Mutex<Vec<Call>>>,
    ended: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

struct Call {
    start: Duration,
    took: Duration,
    thread: usize,
    result: &'static str,
}

impl Load {
    /// Starts a thread for each breaker, which calls a dependency of 5 ms every 20 ms.
    pub(crate) fn start(breakers: Vec<CircuitBreaker>) -> Self {
        let began = Instant::now();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let threads = breakers.into_iter().enumerate().map(|(thread, breaker)| {
            let (calls, ended) = (Arc::clone(&calls), Arc::clone(&ended));
            spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    let start = Instant::now();
                    let answer = breaker.call(|| {
                        sleep(Duration::from_millis(5));
                        Ok::<(), ()>(())
                    });
                    let call = Call {
                        start: start.duration_since(began),
                        took: start.elapsed(),
                        thread,
                        result: match answer.as_ref().map_err(CallError::rejection) {
                            Ok(()) => "ok",
                            Err(Some(rejection)) => rejection.reason().as_str(),
                            Err(None) => "failed",
                        },
                    };
                    calls
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(call);
                    sleep(Duration::from_millis(20));
                }
            })
        });
        let threads = threads.collect();
        Self {
            began,
            calls,
            ended,
            threads,
        }
    }

    pub(crate) fn end(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// Says how many calls began between two instants, what came of them, and the longest time.
    pub(crate) fn between(&self, first: f64, last: f64) -> String {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |call: &&Call| (first..last).contains(&call.start.as_secs_f64());
        let mut results = BTreeMap::<&str, usize>::new();
        for call in calls.iter().filter(of) {
            *results.entry(call.result).or_default() += 1;
        }
        let longest = calls.iter().filter(of).map(|call| call.took).max();
        let mut text = format!("{} calls began (", calls.iter().filter(of).count());
        for (at, (result, count)) in results.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}{count} {result}");
        }
        let _ = write!(
            text,
            "); the longest took {} ms",
            longest.unwrap_or_default().as_millis()
        );
        text
    }

    /// Returns how many threads had a call that was admitted, and how many calls that were.
    pub(crate) fn admitted(&self) -> (usize, usize) {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let mut threads: Vec<usize> = calls
            .iter()
            .filter(|call| call.result == "ok")
            .map(|call| call.thread)
            .collect();
        let all = threads.len();
        threads.sort_unstable();
        threads.dedup();
        (threads.len(), all)
    }
}
