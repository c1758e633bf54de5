//! Several registries of one process in one fleet, through tasks, on tokio's paused clock.

use std::time::Duration;

use super::{
    Fleet, FleetCircuit, FleetEvent, FleetFinding, FleetHandle, FleetStatus, JoinError, Membership,
    MemoryFault, MemoryStore, Quorum,
};
use crate::breaker::CircuitBreaker;
use crate::config::Config;
use crate::registry::Registry;
use crate::sync::{Arc, Mutex, lock};
use crate::test_util::TokioClock;
use crate::values::{Action, ActionKind, Actor, Reason, RejectionReason, State};

/// One instance of a service.
struct Pod {
    registry: Registry,
    payment: CircuitBreaker,
    fleet: Membership,
    events: Arc<Mutex<Vec<FleetEvent>>>,
}

impl Pod {
    fn join(store: &MemoryStore, label: &str, quorum: Quorum) -> Self {
        let registry = Registry::with_clock(TokioClock::new());
        let config = Config::new().threshold(2).shared(true);
        let payment = registry.get_or_create("payment", config).expect("valid");
        let fleet = Fleet::new("shop").store(store.clone()).quorum(quorum);
        let fleet = fleet.member(label).join(&registry).expect("valid");
        let events = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&events);
        let listener = move |event: &FleetEvent| lock(&heard).push(event.clone());
        fleet.subscribe(listener).detach();
        Self {
            registry,
            payment,
            fleet,
            events,
        }
    }

    fn fail(&self) {
        for _ in 0..2 {
            let _ = self.payment.call(|| Err::<(), _>("down"));
        }
    }

    fn events(&self) -> Vec<&'static str> {
        lock(&self.events).iter().map(FleetEvent::as_str).collect()
    }

    fn decided(&self) -> usize {
        let decided = |event: &&FleetEvent| {
            matches!(
                event,
                FleetEvent::Opened {
                    decided_here: true,
                    ..
                }
            )
        };
        lock(&self.events).iter().filter(decided).count()
    }
}

fn store() -> MemoryStore {
    MemoryStore::with_clock(TokioClock::new())
}

/// Makes a fleet that is old enough to judge votes.
async fn fleet(store: &MemoryStore, members: usize) -> Vec<Pod> {
    let pod = |number| Pod::join(store, &format!("pod-{number}"), Quorum::default());
    let pods: Vec<_> = (0..members).map(pod).collect();
    pass(Duration::from_secs(20)).await;
    pods
}

/// Lets time pass in small steps, so that all tasks run in between.
async fn pass(time: Duration) {
    pass_with(time, || {}).await;
}

async fn pass_with(time: Duration, mut step: impl FnMut()) {
    const STEP: Duration = Duration::from_millis(10);
    let mut passed = Duration::ZERO;
    while passed < time {
        step();
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        tokio::time::advance(STEP).await;
        passed += STEP;
    }
}

#[tokio::test(start_paused = true)]
async fn two_instances_that_fail_open_the_circuit_of_the_third() {
    let store = store();
    let pods = fleet(&store, 3).await;
    pods[0].fail();
    pass(Duration::from_millis(50)).await;
    assert_eq!(pods[2].payment.state(), State::Closed);

    pods[1].fail();
    pass(Duration::from_millis(50)).await;
    assert_eq!(pods[2].payment.state(), State::Open);
    let opening = &pods[2].payment.snapshot().history[0].transition;
    assert_eq!(opening.reason, Reason::Fleet);
    assert_eq!(pods.iter().map(Pod::decided).sum::<usize>(), 1);
    assert_eq!(pods[1].decided(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_instance_probes_and_closes_the_circuit_of_all() {
    let store = store();
    let pods = fleet(&store, 3).await;
    pods[0].fail();
    pods[1].fail();
    pass(Duration::from_secs(29)).await;

    let call = || {
        for pod in &pods {
            let _ = pod.payment.call(|| Ok::<_, ()>(()));
        }
    };
    let mut most = 0;
    pass_with(Duration::from_secs(8), || {
        call();
        let probing = |pod: &&Pod| pod.payment.state() == State::HalfOpen;
        most = most.max(pods.iter().filter(probing).count());
    })
    .await;
    for pod in &pods {
        assert_eq!(pod.payment.state(), State::Closed);
        assert!(pod.events().contains(&"closed"), "{:?}", pod.events());
    }
    let elsewhere = |pod: &Pod| pod.payment.snapshot().totals.rejections.probed_elsewhere;
    assert!(pods.iter().map(elsewhere).sum::<u64>() > 0);
    assert!(most <= 1, "{most} probed at once");
}

#[tokio::test(start_paused = true)]
async fn an_instance_joins_at_once_and_says_once_that_it_is_alone() {
    let store = store();
    store.fail(MemoryFault::Away);
    let pod = Pod::join(&store, "pod", Quorum::default());
    assert!(matches!(pod.fleet.status(), FleetStatus::Alone { .. }));
    pass(Duration::from_secs(60)).await;
    assert_eq!(pod.events(), ["alone"]);

    store.recover();
    pass(Duration::from_secs(5)).await;
    pod.fleet.joined().await.expect("the store is back");
    assert_eq!(pod.events(), ["alone", "joined"]);
}

#[tokio::test(start_paused = true)]
async fn s18_a_held_circuit_goes_on_by_itself_when_the_store_goes_away() {
    let store = store();
    let pods = fleet(&store, 3).await;
    pods[0].fail();
    pods[1].fail();
    pass(Duration::from_secs(31)).await;
    let held = pods[2]
        .payment
        .call(|| Ok::<_, ()>(()))
        .expect_err("it is an error");
    let rejection = held.rejection().expect("rejected").reason();
    assert_eq!(rejection, RejectionReason::ProbedElsewhere);

    store.fail(MemoryFault::Hangs);
    pass(Duration::from_secs(15)).await;
    assert_eq!(pods[2].payment.state(), State::HalfOpen);
}

#[test]
fn s18_a_runtime_that_ends_leaves_the_instance_alone() {
    let registry = Registry::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let runtime = runtime.expect("it starts");
    let fleet = runtime.block_on(async {
        let fleet = Fleet::new("shop").store(MemoryStore::new()).join(&registry);
        let fleet = fleet.expect("valid");
        fleet.joined().await.expect("the store answers");
        fleet
    });
    drop(runtime);
    assert!(
        matches!(fleet.status(), FleetStatus::Alone { .. }),
        "{:?}",
        fleet.status()
    );
    assert!(Fleet::of(&registry).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_store_is_caught_and_counted_and_the_task_begins_again() {
    use super::{Answers, Batch, BoxFuture, BoxStream, FleetStore, Heard, StoreError};

    struct Panics(MemoryStore, Mutex<u32>);

    impl FleetStore for Panics {
        fn send(&self, batch: Batch) -> BoxFuture<'_, Result<Answers, StoreError>> {
            let left = {
                let mut left = lock(&self.1);
                *left = left.saturating_sub(1);
                *left
            };
            assert_eq!(left, 0, "a bug");
            self.0.send(batch)
        }

        fn listen(&self) -> BoxStream<Heard> {
            self.0.listen()
        }
    }

    let registry = Registry::with_clock(TokioClock::new());
    let store = Panics(store(), Mutex::new(3));
    let fleet = Fleet::new("shop")
        .store(store)
        .join(&registry)
        .expect("valid");
    pass(Duration::from_secs(5)).await;
    assert_eq!(fleet.numbers().errors.panicked, 2);
    assert!(matches!(fleet.status(), FleetStatus::Joined { .. }));
}

#[tokio::test(start_paused = true)]
async fn s40_an_observer_forces_the_circuits_of_all_members_open() {
    let store = store();
    let pods = fleet(&store, 2).await;
    let registry = Registry::with_clock(TokioClock::new());
    let console = Fleet::new("shop")
        .store(store.clone())
        .observe()
        .join(&registry);
    let console = console.expect("valid");
    let alice = Actor::new("alice")
        .and_then(|it| it.because("INC-42"))
        .expect("valid");

    let ttl = Some(Duration::from_secs(60));
    console
        .by(&alice)
        .force_open("payment", ttl)
        .await
        .expect("the store answers");
    pass(Duration::from_millis(100)).await;
    for pod in &pods {
        assert_eq!(pod.payment.state(), State::ForcedOpen);
        let set = pod.payment.snapshot().r#override.expect("forced");
        assert_eq!(
            (set.by.actor.as_deref(), &*set.reason),
            (Some("alice"), "INC-42")
        );
    }
    assert_eq!(console.members().await.expect("the store answers").len(), 2);
    let done: Vec<Action> = registry.actions();
    assert_eq!(done[0].kind, ActionKind::FleetForceOpen { ttl });
    assert_eq!(done[0].by.actor.as_deref(), Some("alice"));

    // A late member obeys from its first beat on.
    let late = Pod::join(&store, "late", Quorum::default());
    pass(Duration::from_millis(100)).await;
    assert_eq!(late.payment.state(), State::ForcedOpen);
    pass(Duration::from_secs(60)).await;
    assert_eq!(late.payment.state(), State::Closed);
}

#[tokio::test(start_paused = true)]
async fn s47_who_leaves_gives_its_vote_back_at_once() {
    let store = store();
    let mut pods = fleet(&store, 3).await;
    pods[0].fail();
    pass(Duration::from_millis(50)).await;
    let votes = |handle: &FleetHandle| handle.view("payment").map_or(0, |view| view.votes.len());
    pass(Duration::from_secs(6)).await;
    assert_eq!(votes(&pods[1].fleet), 1);

    pods.remove(0).fleet.leave().await;
    let members = pods[0].fleet.members().await.expect("the store answers");
    assert_eq!(members.len(), 2);
    pass(Duration::from_secs(6)).await;
    assert_eq!(votes(&pods[1].fleet), 0);
}

#[tokio::test(start_paused = true)]
async fn a_membership_that_is_dropped_leaves() {
    let store = store();
    let mut pods = fleet(&store, 2).await;
    drop(pods.remove(0).fleet);
    pass(Duration::from_millis(50)).await;
    let members = pods[0].fleet.members().await.expect("the store answers");
    assert_eq!(members.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_fleet_does_not_keep_a_dropped_registry_alive() {
    let store = store();
    let mut pods = fleet(&store, 2).await;
    let Pod {
        registry,
        payment,
        fleet,
        ..
    } = pods.remove(0);
    let handle = fleet.detach();
    drop((registry, payment));
    pass(Duration::from_secs(12)).await;
    assert_eq!(handle.status(), FleetStatus::Left);
    let members = pods[0].fleet.members().await.expect("the store answers");
    assert_eq!(members.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_shows_the_fleet_of_every_shared_breaker() {
    let store = store();
    let pods = fleet(&store, 3).await;
    let view = pods[0].payment.snapshot().fleet.expect("shared");
    assert_eq!((view.circuit, view.members), (FleetCircuit::Closed, 3));
    let other = pods[0]
        .registry
        .get_or_create("mail", Config::new())
        .expect("valid");
    assert_eq!(other.snapshot().fleet, None);

    pods[0].fail();
    pods[1].fail();
    pass(Duration::from_millis(50)).await;
    let view = pods[2].payment.snapshot().fleet.expect("shared");
    assert!(matches!(view.circuit, FleetCircuit::Open { .. }));
    assert_eq!(view.votes, [pods[0].fleet.id(), pods[1].fleet.id()]);
    assert_eq!(view.why, "failures_in_a_row");
}

#[tokio::test(start_paused = true)]
async fn a_registry_joins_one_fleet_with_a_valid_name() {
    let store = store();
    let registry = Registry::new();
    let join = |name: &str| Fleet::new(name).store(store.clone()).join(&registry);
    for name in ["", "Shop", "a b", &"x".repeat(65)] {
        let error = join(name).expect_err("it is an error");
        assert_eq!(error, JoinError::InvalidNamespace(name.to_owned()));
    }
    let first = join("shop").expect("valid");
    assert_eq!(
        join("shop-2").expect_err("joined already"),
        JoinError::Joined("shop".to_owned())
    );
    first.leave().await;
    drop(join("shop-2").expect("the registry has left the other fleet"));
    assert_eq!(
        Fleet::new("shop").join(&registry).expect_err("no store"),
        JoinError::NoStore
    );
}

#[test]
fn join_needs_a_runtime_and_join_on_thread_does_not() {
    let registry = Registry::new();
    let fleet = || Fleet::new("shop").store(MemoryStore::new());
    assert_eq!(
        fleet().join(&registry).expect_err("no store"),
        JoinError::NoRuntime
    );
    let joined = fleet().join_on_thread(&registry).expect("threads start");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("it starts");
    runtime.block_on(async {
        joined.joined().await.expect("the store answers");
        joined.leave().await;
    });
}

#[tokio::test(start_paused = true)]
async fn s1_a_store_that_never_answers_changes_no_call() {
    let store = store();
    store.fail(MemoryFault::Hangs);
    let pod = Pod::join(&store, "pod", Quorum::default());
    let alone = Registry::with_clock(TokioClock::new());
    let config = Config::new().threshold(2).shared(true);
    let other = alone.get_or_create("payment", config).expect("valid");
    for _ in 0..20 {
        for breaker in [&pod.payment, &other] {
            for _ in 0..1_000 {
                let _ = breaker.call(|| Ok::<_, ()>(()));
            }
            for _ in 0..3 {
                let _ = breaker.call(|| Err::<(), _>(()));
            }
        }
        pass(Duration::from_secs(4)).await;
        assert_eq!(pod.payment.state(), other.state());
    }
    let (here, there) = (pod.payment.snapshot().totals, other.snapshot().totals);
    assert_eq!(here.successes, there.successes);
    assert_eq!(here.rejections, there.rejections);
}

#[tokio::test(start_paused = true)]
async fn s41_an_override_of_one_instance_takes_precedence_over_that_of_the_fleet() {
    let store = store();
    let pods = fleet(&store, 2).await;
    pods[0].payment.force_closed("here", None);
    let forced = pods[1].fleet.force_open("payment", "everywhere", None);
    forced.await.expect("the store answers");
    pass(Duration::from_millis(100)).await;
    assert_eq!(pods[0].payment.state(), State::ForcedClosed);
    assert_eq!(pods[1].payment.state(), State::ForcedOpen);
    let view = pods[0].fleet.view("payment").expect("it is shared");
    assert_eq!(view.circuit.as_str(), "forced_open");
    assert_eq!(pods[0].payment.snapshot().overrides.len(), 2);
    let [(name, of_all)] = &pods[0].fleet.overrides()[..] else {
        panic!("one override");
    };
    assert_eq!(
        (name.as_deref(), &*of_all.reason),
        (Some("payment"), "everywhere")
    );
}

#[tokio::test(start_paused = true)]
async fn s30_what_only_the_others_share_is_a_finding() {
    let store = store();
    let pods = fleet(&store, 3).await;
    let registry = Registry::with_clock(TokioClock::new());
    let payment = Config::new().shared(false);
    registry.get_or_create("payment", payment).expect("valid");
    let older = Fleet::new("shop").store(store.clone()).join(&registry);
    let older = older.expect("valid");
    let mail = Config::new().threshold(1).shared(true);
    let mail = pods[0].registry.get_or_create("mail", mail).expect("valid");
    assert_eq!(older.verify(), []);

    pods[0].fail();
    let _ = mail.call(|| Err::<(), _>("down"));
    pass(Duration::from_secs(10)).await;
    let (mail, payment) = ("mail".to_owned(), "payment".to_owned());
    let not_here = FleetFinding::NotHere { name: mail };
    let not_shared = FleetFinding::NotShared { name: payment };
    assert_eq!(older.verify(), [not_here, not_shared]);
    assert_eq!(pods[0].fleet.verify(), []);
    let state = registry.get("payment").map(|it| it.state());
    assert_eq!(state, Some(State::Closed));
}

#[tokio::test(start_paused = true)]
async fn s43_a_reset_of_one_instance_and_of_the_fleet() {
    let store = store();
    let pods = fleet(&store, 3).await;
    pods[0].fail();
    pods[1].fail();
    pass(Duration::from_millis(50)).await;
    pods[2].payment.reset();
    pass(Duration::from_secs(10)).await;
    assert_eq!(pods[2].payment.state(), State::Closed);
    assert_eq!(pods[0].payment.state(), State::Open);

    let alice = Actor::new("alice").expect("valid");
    pods[2]
        .fleet
        .by(&alice)
        .reset("payment")
        .await
        .expect("the store answers");
    pass(Duration::from_millis(50)).await;
    assert!(pods.iter().all(|pod| pod.payment.state() == State::Closed));
    let actions = pods[2].payment.snapshot().actions;
    assert_eq!(
        actions.last().map(|it| &it.kind),
        Some(&ActionKind::FleetReset)
    );
    pods[2]
        .fleet
        .by(&alice)
        .trip("payment")
        .await
        .expect("the store answers");
    pass(Duration::from_millis(50)).await;
    assert!(pods.iter().all(|pod| pod.payment.state() == State::Open));
}

#[tokio::test(start_paused = true)]
async fn orders_fail_at_once_where_the_store_is_away_and_after_leaving() {
    use super::FleetError;

    let store = store();
    let pods = fleet(&store, 1).await;
    store.fail(MemoryFault::Away);
    let error = pods[0].fleet.trip("payment").await;
    assert!(matches!(error, Err(FleetError::Away(_))), "{error:?}");
    assert!(pods[0].registry.actions().is_empty());

    let handle = Fleet::of(&pods[0].registry).expect("joined");
    for pod in pods {
        pod.fleet.leave().await;
    }
    assert_eq!(handle.reset("payment").await, Err(FleetError::Left));
    assert_eq!(handle.joined().await, Err(FleetError::Left));
    assert_eq!(handle.status(), FleetStatus::Left);
}
