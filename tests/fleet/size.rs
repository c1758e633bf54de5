//! Many instances on one server: who probes, what they say in an outage, and what a calm fleet costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use breaker_runtime::fleet::{
    Answers, Batch, BoxFuture, BoxStream, Fleet, FleetStatus, FleetStore, Heard, Membership, Op,
    StoreError,
};
use breaker_runtime::redis::RedisStore;
use breaker_runtime::{CircuitBreaker, Permit, Registry, RejectionReason, State};
use tokio::sync::Mutex;

use crate::instance::{grow_old, settings};
use crate::server::{Server, eventually};

/// These tests take the processors for themselves, so they run one after the other.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// How many batches and requests the instances of a test have sent.
#[derive(Default)]
struct Said {
    leases: AtomicUsize,
    /// Batches with at least one vote.
    voting: AtomicUsize,
    votes: AtomicUsize,
}

/// A store that counts what it is asked.
struct Counted {
    store: RedisStore,
    said: Arc<Said>,
}

impl FleetStore for Counted {
    fn send(&self, batch: Batch) -> BoxFuture<'_, Result<Answers, StoreError>> {
        let count = |of: fn(&Op) -> bool| batch.ops.iter().filter(|op| of(op)).count();
        let leases = count(|op| matches!(op, Op::Lease { .. }));
        let votes = count(|op| matches!(op, Op::Vote(_)));
        self.said.leases.fetch_add(leases, Ordering::Relaxed);
        self.said.votes.fetch_add(votes, Ordering::Relaxed);
        self.said.voting.fetch_add(votes.min(1), Ordering::Relaxed);
        self.store.send(batch)
    }

    fn listen(&self) -> BoxStream<Heard> {
        self.store.listen()
    }

    fn enter(&self, namespace: &str) {
        self.store.enter(namespace);
    }
}

/// One of many instances, with several breakers.
struct Pod {
    fleet: Membership,
    breakers: Vec<CircuitBreaker>,
    _registry: Registry,
}

/// Starts a fleet of `pods` instances with `breakers` breakers each, in an epoch that is old enough for votes.
async fn fleet(server: &Server, pods: usize, breakers: usize, open_for: Duration) -> Many {
    let said = Arc::new(Said::default());
    let join = |number: usize| {
        let registry = Registry::new();
        let breaker = |name: usize| {
            let name = format!("p{name}");
            registry.get_or_create(&name, settings(open_for)).unwrap()
        };
        let breakers = (0..breakers).map(breaker).collect();
        let store = Counted {
            store: RedisStore::open(&server.url()).unwrap(),
            said: Arc::clone(&said),
        };
        let fleet = Fleet::new("shop").member(&number.to_string()).store(store);
        Pod {
            fleet: fleet.join(&registry).unwrap(),
            breakers,
            _registry: registry,
        }
    };
    let pods: Vec<_> = (0..pods).map(join).collect();
    for pod in &pods {
        eventually("joined", || {
            matches!(pod.fleet.status(), FleetStatus::Joined { .. })
        })
        .await;
    }
    grow_old(server);
    Many { pods, said }
}

struct Many {
    pods: Vec<Pod>,
    said: Arc<Said>,
}

impl Many {
    async fn all_are(&self, state: State) {
        eventually(&format!("all are {state:?}"), || {
            let mut breakers = self.pods.iter().flat_map(|pod| &pod.breakers);
            breakers.all(|breaker| breaker.state() == state)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s6_of_two_hundred_instances_with_traffic_one_probes_and_few_ask() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let Some(server) = Server::start() else {
        return;
    };
    const N: usize = 200;
    const WAIT: Duration = Duration::from_secs(15);
    let many = fleet(&server, N, 1, Duration::from_secs(2)).await;
    many.pods[0].fleet.trip("p0").await.unwrap();
    many.all_are(State::Open).await;

    let mut probes: Vec<Permit> = Vec::new();
    let mut elsewhere = 0;
    eventually("all others reject, because another instance probes", || {
        elsewhere = 0;
        for pod in &many.pods {
            match pod.breakers[0].try_acquire() {
                Ok(permit) => probes.push(permit),
                Err(rejected) if rejected.reason() == RejectionReason::ProbedElsewhere => {
                    assert!(rejected.retry_after().unwrap() <= WAIT);
                    elsewhere += 1;
                }
                Err(_) => {}
            }
        }
        elsewhere == N - 1
    })
    .await;
    let half_open = |pod: &&Pod| pod.breakers[0].state() == State::HalfOpen;
    assert_eq!(many.pods.iter().filter(half_open).count(), 1);
    let leases = many.said.leases.load(Ordering::Relaxed);
    assert!(leases <= N / 20, "{leases} requests for the lease");

    probes.into_iter().for_each(Permit::success);
    many.all_are(State::Closed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s33_fifty_breakers_of_two_hundred_instances_open_and_their_votes_share_batches() {
    let _turn = ONE_AT_A_TIME.lock().await;
    let Some(server) = Server::start() else {
        return;
    };
    const N: usize = 200;
    const B: usize = 50;
    let many = fleet(&server, N, B, Duration::from_secs(60)).await;
    // All of the dependencies fail for all of the instances at once.
    for pod in &many.pods {
        for breaker in &pod.breakers {
            if let Ok(permit) = breaker.try_acquire() {
                permit.failure();
            }
        }
    }
    eventually("all circuits are open for the fleet", || {
        let view = |name: usize| many.pods[0].fleet.view(&format!("p{name}"));
        let mut views = (0..B).filter_map(view);
        views.all(|view| view.circuit.as_str() == "open")
    })
    .await;
    many.all_are(State::Open).await;
    let [voting, votes] =
        [&many.said.voting, &many.said.votes].map(|count| count.load(Ordering::Relaxed));
    assert!(
        votes >= voting * B / 2,
        "{voting} batches with {votes} votes"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s32_a_calm_fleet_costs_little_at_any_size() {
    let _turn = ONE_AT_A_TIME.lock().await;
    tokio::join!(
        costs_little(1),
        costs_little(10),
        costs_little(100),
        costs_little(1_000),
    );
}

async fn costs_little(pods: usize) {
    let Some(server) = Server::start() else {
        return;
    };
    let many = fleet(&server, pods, 50, Duration::from_secs(60)).await;
    // Let the first beats pass, which come early.
    tokio::time::sleep(Duration::from_secs(2)).await;
    // Few beats fall into a few seconds, so chance has a part in their number.
    let most = pods as f64 / 5.0 * 1.25 + 1.0;
    // Other tests may keep the processors busy, so that a connection has to be replaced meanwhile.
    let mut rate = f64::INFINITY;
    for _ in 0..5 {
        rate = rate.min(scripts_per_second(&server).await);
        if rate <= most {
            break;
        }
    }
    assert!(
        rate <= most,
        "{pods} instances: {rate:.2} scripts a second, at most {most:.2}"
    );
    // Each has one connection; one is that of the test.
    eventually("one connection each", || {
        let clients: usize = server.info("clients", "connected_clients").parse().unwrap();
        clients == pods + 1
    })
    .await;
    let usage = server.ask(&["MEMORY", "USAGE", "brk1:{shop}:m", "SAMPLES", "0"]);
    let bytes: usize = usage.text().parse().unwrap();
    assert!(
        bytes <= 150 * pods.max(2),
        "{bytes} bytes of {pods} members"
    );
    assert_eq!(server.ask(&["EXISTS", "brk1:{shop}:b"]).number(), 0);
    drop(many);
}

async fn scripts_per_second(server: &Server) -> f64 {
    let scripts = || -> f64 {
        let info = server.info("commandstats", "cmdstat_evalsha");
        let calls = info["calls=".len()..].split(',').next();
        calls.unwrap().parse().unwrap()
    };
    let (began, before) = (Instant::now(), scripts());
    tokio::time::sleep(Duration::from_secs(6)).await;
    (scripts() - before) / began.elapsed().as_secs_f64()
}
