//! Instances that are processes: killed and stopped in the middle of a probe.
//!
//! The process is this program again, which runs only the test `an_instance` and finds what to do in its environment.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use breaker_runtime::fleet::Phase;
use breaker_runtime::{RejectionReason, State};

use crate::instance::Instance;
use crate::server::{Server, eventually};
use crate::voice::Voice;

const URL: &str = "BREAKER_TEST_FLEET_URL";

/// Another instance, whose only call is a probe.
struct Process(Child);

impl Process {
    fn start(server: &Server) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::an_instance", "--nocapture"])
            .env(URL, server.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        Self(child.unwrap())
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.0.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Has its probe fail, and returns the state of its circuit after its fleet had time to correct it.
    async fn probe_fails(mut self) -> String {
        let mut input = self.0.stdin.take().unwrap();
        let output = BufReader::new(self.0.stdout.take().unwrap());
        input.write_all(b"fail\n").unwrap();
        let lines = tokio::task::spawn_blocking(move || {
            output.lines().map_while(Result::ok).find_map(|line| {
                line.split_once("state: ")
                    .map(|(_, state)| state.to_owned())
            })
        });
        lines.await.unwrap().expect("the process says its state")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The other instance: begins a probe as soon as it may, ends it when it is told to, says its state, and ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance() {
    let Ok(url) = std::env::var(URL) else { return };
    let instance = Instance::join(&url, "other", Duration::from_secs(1));
    instance.is(State::Open).await;
    let mut probe = None;
    eventually("it probes", || {
        probe = probe.take().or_else(|| instance.p.try_acquire().ok());
        probe.is_some()
    })
    .await;
    let told = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    told.await.unwrap().unwrap();
    probe.unwrap().failure();
    // If it has heard of the closing before its probe fails, the failure is news, and its own next probe closes it.
    eventually("it closes", || {
        let _ = instance.succeeds();
        instance.p.state() == State::Closed
    })
    .await;
    println!("state: {:?}", instance.p.state());
}

/// Starts the other process, opens the fleet, and waits until the other process probes.
async fn probing(server: &Server) -> (Process, Instance) {
    let here = Instance::join(&server.url(), "here", Duration::from_secs(1));
    here.is_joined().await;
    let other = Process::start(server);
    here.knows(2).await;
    here.fleet.trip("p").await.unwrap();
    eventually("the other process probes", || {
        here.view()
            .prober
            .is_some_and(|prober| prober.starts_with("other"))
    })
    .await;
    assert_eq!(here.succeeds(), Err(RejectionReason::ProbedElsewhere));
    (other, here)
}

#[tokio::test]
async fn s9_the_lease_of_a_process_that_is_killed_passes_on() {
    let Some(server) = Server::start() else {
        return;
    };
    let (mut other, here) = probing(&server).await;
    other.0.kill().unwrap();
    eventually("this one probes", || here.succeeds().is_ok()).await;
    here.is(State::Closed).await;
    assert_eq!(
        Voice::at(&server.url(), "watch#1").closed("p").await.by,
        here.fleet.id()
    );
}

#[tokio::test]
async fn s10_a_process_that_slept_through_a_closing_changes_nothing_with_its_late_probe() {
    let Some(server) = Server::start() else {
        return;
    };
    let (other, here) = probing(&server).await;
    other.signal("-STOP");
    eventually("this one probes", || here.succeeds().is_ok()).await;
    here.is(State::Closed).await;
    let before = Voice::at(&server.url(), "watch#1").closed("p").await;
    other.signal("-CONT");
    assert_eq!(other.probe_fails().await, "Closed");
    assert_eq!(here.p.state(), State::Closed);
    assert_eq!((here.count("opened"), here.count("closed")), (1, 1));
    if let Some(now) = Voice::at(&server.url(), "watch#1").circuit("p").await {
        assert_ne!(now.phase, Phase::Open);
        assert_eq!(now.generation, before.generation);
    }
}
