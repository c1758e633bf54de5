//! Our fleet in the scenarios of `peers/`, which puts other shared circuit breakers through them.

mod load;
mod scenarios;

use std::time::Duration;

use breaker_runtime::fleet::{Fleet, Membership};
use breaker_runtime::redis::RedisStore;
use breaker_runtime::{CircuitBreaker, Config, Registry, State};
use tokio::runtime::Runtime;

use crate::server::Server;

/// Runs some scenarios, or all, each on a server of its own.
pub(crate) fn run(chosen: &[String]) {
    println!("## breaker-runtime, features `fleet` and `redis`\n");
    for (name, scenario) in scenarios::ALL {
        if !chosen.is_empty() && !chosen.iter().any(|other| other == name) {
            continue;
        }
        println!("{name}");
        for line in scenario(&mut Server::start()) {
            println!("- {line}");
        }
        println!();
    }
}

/// One instance: a registry with one breaker, joined on a runtime that a kill takes with it.
struct Instance {
    breaker: CircuitBreaker,
    fleet: Membership,
    registry: Registry,
    runtime: Runtime,
}

impl Instance {
    fn join(server: &Server, name: &str, open_for: Duration) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let registry = Registry::new();
        let breaker = registry
            .get_or_create("dependency", settings(open_for))
            .expect("valid settings");
        let store = RedisStore::open(&server.url()).expect("a valid URL");
        let fleet = {
            let _entered = runtime.enter();
            Fleet::new("peers")
                .store(store)
                .member(name)
                .join(&registry)
                .expect("a valid namespace")
        };
        runtime.block_on(fleet.joined()).expect("it has not left");
        Self {
            breaker,
            fleet,
            registry,
            runtime,
        }
    }

    /// Joins several, and waits until a quorum is judged.
    fn several(server: &Server, number: usize, open_for: Duration) -> Vec<Self> {
        let instances =
            (0..number).map(|index| Self::join(server, &format!("member-{index}"), open_for));
        let instances = instances.collect();
        std::thread::sleep(Duration::from_secs(16));
        instances
    }

    fn fail(&self) {
        for _ in 0..3 {
            let _ = self.breaker.call(|| Err::<(), ()>(()));
        }
    }

    fn state(&self) -> State {
        self.breaker.state()
    }

    /// Ends everything of this instance without a chance to leave, as SIGKILL does.
    fn kill(self) {
        let Self { fleet, runtime, .. } = self;
        // Destructors would leave the fleet.
        std::mem::forget(fleet);
        runtime.shutdown_background();
    }
}

fn settings(open_for: Duration) -> Config {
    Config::new()
        .shared(true)
        .threshold(3)
        .open_for(open_for)
        .half_open_calls(1)
        .success_threshold(1)
        .jitter(0.0)
}
