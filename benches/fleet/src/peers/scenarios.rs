//! The scenarios, by the names of `peers/README.md`. Each returns what was seen, in sentences.

use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

use breaker_runtime::{CircuitBreaker, Registry, State};

use super::load::Load;
use super::{Instance, settings};
use crate::server::Server;

pub(crate) type Scenario = fn(&mut Server) -> Vec<String>;

pub(crate) const ALL: [(&str, Scenario); 9] = [
    ("parallel", parallel),
    ("paused", paused),
    ("paused-half-open", paused_half_open),
    ("killed", killed),
    ("flushed", flushed),
    ("dead-prober", dead_prober),
    ("many-probes", many_probes),
    ("speed", speed),
    ("idle", idle),
];

const SHORT: Duration = Duration::from_secs(2);
const LONG: Duration = Duration::from_secs(20);

fn parallel(server: &mut Server) -> Vec<String> {
    let one = Instance::join(server, "member", SHORT);
    let together = at_once((0..5).map(|_| one.breaker.clone()).collect());
    let five: Vec<_> = (0..5)
        .map(|index| Instance::join(server, &format!("member-{index}"), SHORT))
        .collect();
    let apart = at_once(
        five.iter()
            .map(|instance| instance.breaker.clone())
            .collect(),
    );
    vec![
        format!("five threads of one instance: {} ms", together.as_millis()),
        format!("five instances: {} ms", apart.as_millis()),
    ]
}

fn at_once(breakers: Vec<CircuitBreaker>) -> Duration {
    let start = Instant::now();
    let threads = breakers.into_iter().map(|breaker| {
        spawn(move || {
            let _ = breaker.call(|| {
                sleep(Duration::from_millis(100));
                Ok::<(), ()>(())
            });
        })
    });
    let threads: Vec<_> = threads.collect();
    for thread in threads {
        let _ = thread.join();
    }
    start.elapsed()
}

fn paused(server: &mut Server) -> Vec<String> {
    let one = Instance::join(server, "member", SHORT);
    let mut load = Load::start((0..5).map(|_| one.breaker.clone()).collect());
    sleep(Duration::from_secs(2));
    server.signal("STOP");
    sleep(Duration::from_secs(8));
    server.signal("CONT");
    let back = joined(&one);
    sleep(Duration::from_secs(8).saturating_sub(back));
    load.end();
    vec![
        format!("before: {}", load.between(0.0, 1.9)),
        format!("stopped for 8 s: {}", load.between(1.9, 10.0)),
        format!("0 to 4 s after it went on: {}", load.between(10.0, 14.0)),
        format!("4 to 8 s after it went on: {}", load.between(14.0, 18.0)),
        format!("in touch again after {:.1} s", back.as_secs_f64()),
    ]
}

fn paused_half_open(server: &mut Server) -> Vec<String> {
    let one = Instance::join(server, "member", SHORT);
    one.fail();
    sleep(Duration::from_secs(4));
    let before = one.state();
    server.signal("STOP");
    let mut load = Load::start((0..5).map(|_| one.breaker.clone()).collect());
    sleep(Duration::from_secs(8));
    server.signal("CONT");
    sleep(Duration::from_secs(8));
    load.end();
    vec![
        format!("the state before: {before}"),
        format!("stopped for 8 s: {}", load.between(0.0, 8.0)),
        format!(
            "0 to 8 s after it went on: {}; the state is {}",
            load.between(8.0, 16.0),
            one.state()
        ),
    ]
}

fn killed(server: &mut Server) -> Vec<String> {
    let one = Instance::join(server, "member", SHORT);
    let mut load = Load::start((0..5).map(|_| one.breaker.clone()).collect());
    sleep(Duration::from_secs(2));
    server.kill();
    sleep(Duration::from_secs(8));
    server.run();
    let back = joined(&one);
    sleep(Duration::from_secs(8).saturating_sub(back));
    load.end();
    vec![
        format!("away for 8 s: {}", load.between(2.0, 10.0)),
        format!("0 to 4 s after the start: {}", load.between(10.2, 14.0)),
        format!("4 to 8 s after the start: {}", load.between(14.0, 18.0)),
        format!("in touch again after {:.1} s", back.as_secs_f64()),
    ]
}

/// Returns how long it takes until the instance is in touch with the store, at most a minute.
fn joined(one: &Instance) -> Duration {
    let since = Instant::now();
    sleep(Duration::from_millis(1));
    while one.fleet.status().as_str() != "joined" && since.elapsed() < Duration::from_secs(60) {
        sleep(Duration::from_millis(20));
    }
    since.elapsed()
}

fn flushed(server: &mut Server) -> Vec<String> {
    let pair = Instance::several(server, 2, LONG);
    let mut load = Load::start((0..5).map(|_| pair[0].breaker.clone()).collect());
    sleep(Duration::from_secs(2));
    server.ask("FLUSHALL");
    sleep(Duration::from_secs(4));
    load.end();
    let closed = load.between(2.0, 6.0);
    for instance in &pair {
        instance.fail();
    }
    sleep(Duration::from_secs(1));
    let before = pair[0].state();
    server.ask("FLUSHALL");
    let mut load = Load::start((0..5).map(|_| pair[0].breaker.clone()).collect());
    sleep(Duration::from_secs(6));
    load.end();
    vec![
        format!("closed, 4 s after the flush: {closed}"),
        format!("open circuit: the state is {before}"),
        format!("open, 0 to 2 s after the flush: {}", load.between(0.0, 2.0)),
        format!(
            "open, 2 to 6 s after the flush: {}; the state is {}",
            load.between(2.0, 6.0),
            pair[0].state()
        ),
    ]
}

fn dead_prober(server: &mut Server) -> Vec<String> {
    let mut instances = Instance::several(server, 4, SHORT);
    for instance in &instances {
        instance.fail();
    }
    // Only the victim has calls, so it gets the lease. Its probe never ends.
    let victim = instances.remove(0);
    let breaker = victim.breaker.clone();
    let probing = spawn(move || {
        loop {
            if let Ok(permit) = breaker.try_acquire() {
                std::mem::forget(permit);
                return;
            }
            sleep(Duration::from_millis(20));
        }
    });
    let _ = probing.join();
    victim.kill();
    let mut load = Load::start(
        instances
            .iter()
            .map(|instance| instance.breaker.clone())
            .collect(),
    );
    while load.elapsed() < Duration::from_secs(60)
        && instances.iter().any(|other| other.state() != State::Closed)
    {
        sleep(Duration::from_millis(50));
    }
    let took = load.elapsed();
    load.end();
    vec![format!(
        "under traffic: closed after {:.1} s; {}",
        took.as_secs_f64(),
        load.between(0.0, 60.0)
    )]
}

fn many_probes(server: &mut Server) -> Vec<String> {
    let instances = Instance::several(server, 10, SHORT);
    for instance in &instances {
        instance.fail();
    }
    sleep(Duration::from_millis(2_200));
    let once = instances
        .iter()
        .filter(|instance| instance.breaker.call(|| Ok::<(), ()>(())).is_ok())
        .count();
    // The probes fail to end, so the circuit stays half open while we look.
    let mut load = Load::start(
        instances
            .iter()
            .map(|instance| instance.breaker.clone())
            .collect(),
    );
    let probes = loop {
        sleep(Duration::from_millis(1));
        let (members, calls) = load.admitted();
        if calls > 0 || load.elapsed() > Duration::from_secs(10) {
            break format!(
                "{calls} calls of {members} instances reached it first, after {} ms",
                load.elapsed().as_millis()
            );
        }
    };
    load.end();
    vec![
        format!("ten instances called once each after the period: {once} reached the dependency"),
        format!("ten instances that go on to call: {probes}"),
    ]
}

fn speed(server: &mut Server) -> Vec<String> {
    let joined = Instance::join(server, "member", SHORT);
    let registry = Registry::new();
    let alone = registry
        .get_or_create("alone", settings(SHORT))
        .expect("valid settings");
    let mut lines = Vec::new();
    for (what, breaker) in [("joined", &joined.breaker), ("not joined", &alone)] {
        let before = commands(server);
        let (start, mut calls) = (Instant::now(), 0_u32);
        while start.elapsed() < Duration::from_secs(3) {
            for _ in 0..10_000 {
                let _ = breaker.call(|| Ok::<(), ()>(()));
            }
            calls += 10_000;
        }
        let rate = f64::from(calls) / start.elapsed().as_secs_f64();
        let per = f64::from(commands(server) - before) / f64::from(calls);
        lines.push(format!(
            "{what}: {rate:.0} calls per second, {per:.8} commands per call"
        ));
    }
    lines
}

fn idle(server: &mut Server) -> Vec<String> {
    let one = Instance::join(server, "member", SHORT);
    let registry = &one.registry;
    let breakers: Vec<_> = (0..19)
        .map(|number| {
            registry
                .get_or_create(&format!("idle-{number}"), settings(SHORT))
                .expect("valid settings")
        })
        .collect();
    for breaker in &breakers {
        let _ = breaker.call(|| Ok::<(), ()>(()));
    }
    let (before, start) = (commands(server), Instant::now());
    sleep(Duration::from_secs(20));
    let rate = f64::from(commands(server) - before) / start.elapsed().as_secs_f64();
    vec![format!("20 breakers: {rate:.1} scripts per second")]
}

fn commands(server: &Server) -> u32 {
    u32::try_from(server.calls(&["evalsha", "eval"])).unwrap_or(u32::MAX)
}
