#![allow(
    clippy::unchecked_time_subtraction,
    clippy::unwrap_used,
    reason = "a test that unwraps fails where it should"
)]
use std::convert::Infallible;
use std::future::{Future, pending};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, advance, sleep};

use crate::attribute::probe_run;
use crate::config::Location;
use crate::registry::{Declaration, Probe, Site};
use crate::test_util::TokioClock;
use crate::{CircuitBreaker, Config, Overrides, Reason, Registry, Rejections, State};

const OPEN_FOR: Duration = Duration::from_secs(30);
const TICK: Duration = Duration::from_millis(5);

/// What the probes of a test do, and how often they ran.
struct Dependency {
    is_down: AtomicU32,
    runs: AtomicU32,
}

impl Dependency {
    const fn new() -> Self {
        Self {
            is_down: AtomicU32::new(0),
            runs: AtomicU32::new(0),
        }
    }

    fn ping(&self) -> Result<(), ()> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        match self.is_down.load(Ordering::SeqCst) {
            0 => Ok(()),
            _ => Err(()),
        }
    }

    fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down.into(), Ordering::SeqCst);
    }

    fn runs(&self) -> u32 {
        self.runs.swap(0, Ordering::SeqCst)
    }
}

const CONFIG: Config = Config::new()
    .threshold(2)
    .open_for(OPEN_FOR)
    .jitter(0.0)
    .success_threshold(3)
    .probe_timeout(Duration::from_secs(4));

/// Each test needs another name, because all declarations of a name share one breaker.
const fn declared(name: &'static str, probe: Probe) -> Declaration {
    let location = Location::new("tests", file!(), line!(), column!());
    Declaration::new(name, "call", location, CONFIG, true).with_probe(probe)
}

/// Attaches a site to a registry with tokio's clock and runs its probes.
fn run(site: &'static Site) -> (Registry, CircuitBreaker, JoinHandle<Infallible>) {
    let registry = Registry::with_clock(TokioClock::new());
    let breaker = registry.attach_site(site);
    let task = tokio::spawn(registry.run_probes());
    (registry, breaker, task)
}

fn reasons(breaker: &CircuitBreaker) -> Vec<Reason> {
    let history = breaker.snapshot().history;
    history.iter().map(|it| it.transition.reason).collect()
}

#[tokio::test(start_paused = true)]
async fn r33_a_circuit_closes_without_a_call() {
    static BANK: Dependency = Dependency::new();
    static SITE: Site = Site::new(declared(
        "run_probes_1",
        Probe::new(|| probe_run(|| BANK.ping())),
    ));
    let (_registry, breaker, _task) = run(&SITE);
    sleep(OPEN_FOR).await;
    assert_eq!(BANK.runs(), 0, "nothing to probe");
    breaker.trip();
    sleep(OPEN_FOR - TICK).await;
    assert_eq!(BANK.runs(), 0);
    sleep(TICK + TICK).await;
    assert_eq!(BANK.runs(), 3);
    assert_eq!(breaker.state(), State::Closed);
    let expected = [
        Reason::Tripped,
        Reason::OpenPeriodEnded,
        Reason::ProbesSucceeded,
    ];
    assert_eq!(reasons(&breaker), expected);
    let totals = breaker.snapshot().totals;
    assert_eq!((totals.successes, totals.rejected), (3, 0));
}

#[tokio::test(start_paused = true)]
async fn r33_a_failed_probe_opens_the_circuit_for_another_period() {
    static BANK: Dependency = Dependency::new();
    static SITE: Site = Site::new(declared(
        "run_probes_2",
        Probe::new(|| probe_run(async || BANK.ping())),
    ));
    BANK.set_down(true);
    let (_registry, breaker, _task) = run(&SITE);
    breaker.trip();
    sleep(OPEN_FOR * 3 + TICK * 3).await;
    assert_eq!(BANK.runs(), 3, "one for each period");
    assert_eq!(breaker.state(), State::Open);
    BANK.set_down(false);
    sleep(OPEN_FOR).await;
    assert_eq!(breaker.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn r33_a_probe_that_hangs_has_failed_after_its_timeout() {
    static SITE: Site = Site::new(declared(
        "run_probes_3",
        Probe::new(|| probe_run(pending::<Result<(), ()>>)),
    ));
    let (_registry, breaker, _task) = run(&SITE);
    breaker.trip();
    sleep(OPEN_FOR + TICK).await;
    assert_eq!(breaker.snapshot().probes_in_flight, 1);
    sleep(Duration::from_secs(4)).await;
    let snapshot = breaker.snapshot();
    assert_eq!(
        (snapshot.state, snapshot.probes_in_flight),
        (State::Open, 0)
    );
    assert_eq!(reasons(&breaker).last(), Some(&Reason::ProbeTimedOut));
}

#[tokio::test(start_paused = true)]
async fn r33_a_probe_that_panics_has_failed_and_the_others_go_on() {
    static BANK: Dependency = Dependency::new();
    static BROKEN: Site = Site::new(declared(
        "run_probes_broken",
        Probe::new(|| probe_run(|| -> Result<(), ()> { panic!("the probe is broken") })),
    ));
    static SITE: Site = Site::new(declared(
        "run_probes_4",
        Probe::new(|| probe_run(|| BANK.ping())),
    ));
    let (registry, bank, task) = run(&SITE);
    let broken = registry.attach_site(&BROKEN);
    broken.trip();
    bank.trip();
    sleep(OPEN_FOR + TICK).await;
    assert_eq!(broken.state(), State::Open);
    assert_eq!(reasons(&broken).last(), Some(&Reason::ProbeFailed));
    assert_eq!(broken.snapshot().totals.failures_by_kind.panicked, 1);
    assert_eq!(bank.state(), State::Closed);
    assert!(!task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn r33_no_probe_runs_while_the_circuit_is_forced_open() {
    static BANK: Dependency = Dependency::new();
    static SITE: Site = Site::new(declared(
        "run_probes_5",
        Probe::new(|| probe_run(|| BANK.ping())).always(Duration::from_secs(10)),
    ));
    let (_registry, breaker, _task) = run(&SITE);
    breaker.trip();
    breaker.force_open("maintenance", None);
    sleep(OPEN_FOR * 4).await;
    assert_eq!(BANK.runs(), 0);
    breaker.clear_override();
    sleep(TICK).await;
    assert_eq!(breaker.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn r33_a_health_check_runs_while_the_circuit_is_closed_and_may_open_it() {
    static BANK: Dependency = Dependency::new();
    static SITE: Site = Site::new(declared(
        "run_probes_6",
        Probe::new(|| probe_run(async || BANK.ping())).always(Duration::from_secs(10)),
    ));
    let (_registry, breaker, _task) = run(&SITE);
    sleep(Duration::from_secs(35)).await;
    assert_eq!(BANK.runs(), 3);
    BANK.set_down(true);
    sleep(Duration::from_secs(20)).await;
    assert_eq!((BANK.runs(), breaker.state()), (2, State::Open));
    let opened = Instant::now();
    while BANK.runs() == 0 {
        advance(Duration::from_secs(1)).await;
        sleep(TICK).await;
    }
    let waited = opened.elapsed();
    assert!(waited > OPEN_FOR - Duration::from_secs(10), "{waited:?}");
    assert_eq!(breaker.snapshot().totals.rejected, 0);
}

#[tokio::test(start_paused = true)]
async fn r33_a_probe_waits_for_a_free_permit() {
    static BANK: Dependency = Dependency::new();
    static SITE: Site = Site::new(declared(
        "run_probes_7",
        Probe::new(|| probe_run(|| BANK.ping())),
    ));
    let (registry, breaker, task) = run(&SITE);
    task.abort();
    breaker.trip();
    advance(OPEN_FOR).await;
    let calls = [
        breaker.try_acquire().unwrap(),
        breaker.try_acquire().unwrap(),
    ];
    tokio::spawn(registry.run_probes());
    sleep(TICK).await;
    assert_eq!(BANK.runs(), 0);
    drop(calls);
    sleep(TICK).await;
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(breaker.snapshot().totals.rejected, 0);
}

#[tokio::test(start_paused = true)]
async fn r33_without_the_future_no_probe_runs() {
    static BANK: Dependency = Dependency::new();
    static SITE: Site = Site::new(declared(
        "run_probes_8",
        Probe::new(|| probe_run(|| BANK.ping())),
    ));
    let (_registry, breaker, task) = run(&SITE);
    task.abort();
    breaker.trip();
    sleep(OPEN_FOR * 2).await;
    assert_eq!((BANK.runs(), breaker.state()), (0, State::HalfOpen));
}

#[tokio::test(start_paused = true)]
async fn r33_a_health_check_that_hangs_has_failed_after_probe_timeout() {
    static SITE: Site = Site::new(declared(
        "run_probes_9",
        Probe::new(|| probe_run(pending::<Result<(), ()>>)).always(Duration::from_secs(10)),
    ));
    let (registry, breaker, _task) = run(&SITE);
    let patch = Overrides {
        cancel_after: Some(None),
        ..Overrides::default()
    };
    registry.configure("run_probes_9", patch).unwrap();
    sleep(Duration::from_secs(14) + TICK).await;
    let totals = breaker.snapshot().totals;
    assert_eq!(
        (totals.failures_by_kind.timed_out, totals.cancelled),
        (1, 0)
    );
    sleep(Duration::from_secs(14) + TICK).await;
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(breaker.snapshot().totals.failures, 2);
}

#[tokio::test(start_paused = true)]
async fn r33_a_probe_that_hangs_is_one_failure() {
    static SITE: Site = Site::new(declared(
        "run_probes_10",
        Probe::new(|| probe_run(pending::<Result<(), ()>>)),
    ));
    let (registry, breaker, _task) = run(&SITE);
    let patch = Overrides {
        probe_failures: Some(2),
        ..Overrides::default()
    };
    registry.configure("run_probes_10", patch).unwrap();
    breaker.trip();
    sleep(OPEN_FOR + Duration::from_secs(4) + TICK * 2).await;
    assert_eq!(breaker.snapshot().probes.unwrap().failed, 1);
    sleep(Duration::from_secs(4) + TICK).await;
    assert_eq!(breaker.state(), State::Open);
    let totals = breaker.snapshot().totals;
    assert_eq!((totals.failures, totals.cancelled), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn r33_a_health_check_that_hangs_does_not_delay_the_probe() {
    static HANGS: AtomicBool = AtomicBool::new(true);
    static BANK: Dependency = Dependency::new();
    async fn check() -> Result<(), ()> {
        if HANGS.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
        BANK.ping()
    }
    static SITE: Site = Site::new(declared(
        "run_probes_11",
        Probe::new(|| probe_run(check)).always(Duration::from_secs(60)),
    ));
    let (registry, breaker, _task) = run(&SITE);
    let patch = Overrides {
        probe_timeout: Some(OPEN_FOR * 10),
        ..Overrides::default()
    };
    registry.configure("run_probes_11", patch).unwrap();
    sleep(Duration::from_secs(60) + TICK).await;
    breaker.trip();
    HANGS.store(false, Ordering::SeqCst);
    sleep(OPEN_FOR - TICK).await;
    assert_eq!(BANK.runs(), 0);
    sleep(TICK * 2).await;
    assert_eq!((BANK.runs(), breaker.state()), (3, State::Closed));
    assert_eq!(breaker.snapshot().totals.failures_by_kind.dropped, 1);
}

#[tokio::test(start_paused = true)]
async fn r33_a_probe_whose_destructor_panics_does_not_end_the_others() {
    struct Broken;
    impl Drop for Broken {
        fn drop(&mut self) {
            panic!("the destructor is broken");
        }
    }
    static SITE: Site = Site::new(declared(
        "run_probes_12",
        Probe::new(|| {
            probe_run(async || {
                let _broken = Broken;
                pending::<Result<(), ()>>().await
            })
        }),
    ));
    let (_registry, breaker, task) = run(&SITE);
    breaker.trip();
    sleep(OPEN_FOR + Duration::from_secs(4) + TICK * 2).await;
    assert_eq!(breaker.state(), State::Open);
    assert!(!task.is_finished());
}

#[tokio::test(start_paused = true)]
async fn r33_a_health_check_of_a_circuit_in_shadow_is_left_out_where_it_would_be_rejected() {
    static BANK: Dependency = Dependency::new();
    static SITE: Site = Site::new(declared(
        "run_probes_13",
        Probe::new(|| probe_run(|| BANK.ping())).always(Duration::from_secs(10)),
    ));
    let (registry, breaker, _task) = run(&SITE);
    let patch = Overrides {
        shadow: Some(true),
        ..Overrides::default()
    };
    registry.configure("run_probes_13", patch).unwrap();
    breaker.trip();
    sleep(Duration::from_secs(25)).await;
    assert_eq!(BANK.runs(), 0);
    assert_eq!(
        breaker.snapshot().totals.would_reject,
        Rejections::default()
    );
}

#[tokio::test(start_paused = true)]
async fn r33_a_future_that_is_dropped_leaves_no_waker_behind() {
    struct Task;
    impl Wake for Task {
        fn wake(self: Arc<Self>) {}
    }
    static BANK: Dependency = Dependency::new();
    static SITE: Site = Site::new(declared(
        "run_probes_14",
        Probe::new(|| probe_run(|| BANK.ping())),
    ));
    let registry = Registry::with_clock(TokioClock::new());
    registry.attach_site(&SITE);
    let task = Arc::new(Task);
    {
        let waker = Waker::from(Arc::clone(&task));
        let mut context = Context::from_waker(&waker);
        let mut probes = [registry.run_probes(), registry.run_probes()].map(Box::pin);
        for probes in &mut probes {
            assert!(probes.as_mut().poll(&mut context).is_pending());
        }
    }
    assert_eq!(Arc::strong_count(&task), 1);
}
