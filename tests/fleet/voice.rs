//! One member, as the store hears it, without the rules of an instance.

use std::time::Duration;

use breaker_runtime::fleet::{
    Answer, Answers, Batch, Circuit, FleetStore, Heard, Op, Order, Phase, StoreError, Verdict, Vote,
};
use breaker_runtime::redis::RedisStore;
use tokio_stream::StreamExt;

/// How long a member lives without a word.
pub(crate) const TTL: Duration = Duration::from_secs(15);

/// A member with a connection of its own.
pub(crate) struct Voice {
    pub(crate) store: RedisStore,
    name: String,
    pub(crate) ttl: Duration,
}

impl Voice {
    pub(crate) fn new(store: RedisStore, name: &str) -> Self {
        store.enter("shop");
        Self {
            store,
            name: name.to_owned(),
            ttl: TTL,
        }
    }

    pub(crate) fn at(url: &str, name: &str) -> Self {
        Self::new(RedisStore::open(url).unwrap(), name)
    }

    pub(crate) async fn say(&self, ops: Vec<Op>) -> Result<Answers, StoreError> {
        let batch = Batch {
            member: self.name.clone(),
            observer: false,
            member_ttl: self.ttl,
            epoch: 0,
            seq: Some(0),
            nonce: 7,
            ops,
        };
        self.store.send(batch).await
    }

    /// Says one thing, and expects an answer.
    pub(crate) async fn ask(&self, op: Op) -> Answer {
        self.say(vec![op]).await.unwrap().answers.remove(0)
    }

    /// Says nothing, and expects an answer.
    pub(crate) async fn beat(&self) -> Answers {
        self.say(vec![]).await.unwrap()
    }

    /// Tries until the store answers, as the task of an instance does.
    pub(crate) async fn comes_back(&self) -> Answers {
        let mut last = None;
        for _ in 0..600 {
            match self.say(vec![]).await {
                Ok(answers) => return answers,
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the store does not answer again: {last:?}");
    }

    /// The circuit as the store holds it.
    pub(crate) async fn circuit(&self, name: &str) -> Option<Circuit> {
        let circuits = self.beat().await.contents.unwrap().circuits;
        circuits.into_iter().find(|circuit| circuit.name == name)
    }

    /// Waits until the store knows that the circuit has closed.
    pub(crate) async fn closed(&self, name: &str) -> Circuit {
        for _ in 0..600 {
            match self.circuit(name).await {
                Some(circuit) if circuit.phase == Phase::Closed => return circuit,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        panic!("{name} does not close");
    }

    /// Opens a circuit for a moment, and gets the lease.
    pub(crate) async fn lease(&self, name: &str) -> u64 {
        self.ask(trip(name, Duration::from_millis(1))).await;
        self.gets_lease(name).await
    }

    /// Waits for the end of the open period, and gets the lease.
    pub(crate) async fn gets_lease(&self, name: &str) -> u64 {
        for _ in 0..100 {
            let circuit = self.circuit(name).await.unwrap();
            assert_eq!(circuit.phase, Phase::Open);
            match self.ask(lease(name, circuit.generation)).await {
                Answer::Granted { lease } => return lease,
                _ => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
        panic!("no lease for {name}");
    }

    /// Returns what the store tells its listeners, with a generous limit.
    pub(crate) async fn hears(heard: &mut (impl StreamExt<Item = Heard> + Unpin)) -> Heard {
        let heard = tokio::time::timeout(Duration::from_secs(30), heard.next()).await;
        heard.expect("heard in time").unwrap()
    }
}

pub(crate) fn vote(name: &str, generation: u64, at_least: u32) -> Op {
    Op::Vote(Vote {
        name: name.to_owned(),
        generation,
        rest: Duration::from_secs(30),
        period: Duration::from_secs(30),
        row: 1,
        at_least,
        share: 0.0,
        why: "failures_in_a_row".to_owned(),
    })
}

pub(crate) fn steer(name: &str, order: Order) -> Op {
    Op::Steer {
        name: Some(name.to_owned()),
        order,
        actor: Some("jo".to_owned()),
        reason: Some("maintenance".to_owned()),
    }
}

pub(crate) fn trip(name: &str, period: Duration) -> Op {
    steer(name, Order::Trip { period })
}

pub(crate) fn lease(name: &str, generation: u64) -> Op {
    Op::Lease {
        name: name.to_owned(),
        generation,
        ttl: Duration::from_secs(5),
    }
}

pub(crate) fn verdict(name: &str, lease: u64) -> Op {
    Op::Verdict {
        name: name.to_owned(),
        lease,
        verdict: Verdict::Closed,
    }
}

pub(crate) fn away(answer: Result<Answers, StoreError>) -> String {
    match answer {
        Err(StoreError::Away(why)) => why,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn refused(answer: Result<Answers, StoreError>) -> String {
    match answer {
        Err(StoreError::Refused(why)) => why,
        other => panic!("{other:?}"),
    }
}
