use std::pin::pin;
use std::time::Duration;

use tokio_stream::StreamExt as _;

use super::*;
use crate::fleet::store::{Answer, Op, Order};
use crate::test_util::ManualClock;

fn batch(ops: Vec<Op>) -> Batch {
    Batch {
        member: "a#1".to_owned(),
        observer: false,
        member_ttl: Duration::from_secs(15),
        epoch: 0,
        seq: Some(0),
        nonce: 0,
        ops,
    }
}

fn trip() -> Batch {
    batch(vec![Op::Steer {
        name: Some("p".to_owned()),
        order: Order::Trip {
            period: Duration::from_secs(30),
        },
        actor: None,
        reason: None,
    }])
}

#[tokio::test(start_paused = true)]
async fn changes_reach_every_listener_of_every_clone() {
    let store = MemoryStore::new();
    let mut here = store.clone().listen();
    let mut there = store.listen();
    store.send(trip()).await.expect("it answers");
    for listener in [&mut here, &mut there] {
        assert_eq!(listener.next().await, Some(Heard::Ready));
        let heard = listener.next().await;
        assert!(matches!(heard, Some(Heard::Changed { circuit, .. }) if circuit.name == "p"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_answers_when_it_recovers() {
    let store = MemoryStore::new();
    store.fail(MemoryFault::Hangs);
    let mut sent = pin!(store.send(batch(Vec::new())));
    let limit = Duration::from_secs(3600);
    assert!(tokio::time::timeout(limit, &mut sent).await.is_err());
    store.recover();
    assert_eq!(sent.await.map(|answers| answers.live), Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_silent_store_answers_but_pushes_nothing_and_says_so() {
    let store = MemoryStore::new();
    let mut listener = store.listen();
    assert_eq!(listener.next().await, Some(Heard::Ready));
    store.fail(MemoryFault::Silent);
    store.send(trip()).await.expect("it answers");
    store.recover();
    let silence = Heard::Silent("the store pushes nothing".to_owned());
    assert_eq!(listener.next().await, Some(silence.clone()));
    assert_eq!(listener.next().await, Some(Heard::Ready));
    store.fail(MemoryFault::Silent);
    assert_eq!(store.listen().next().await, Some(silence));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_away_applies_nothing() {
    let store = MemoryStore::new();
    for (fault, away) in [(MemoryFault::Away, true), (MemoryFault::Refused, false)] {
        store.fail(fault);
        let error = store.send(trip()).await.expect_err("it fails");
        assert_eq!(matches!(error, StoreError::Away(_)), away);
    }
    store.recover();
    let answers = store.send(batch(Vec::new())).await.expect("it answers");
    assert_eq!(answers.contents, Some(crate::fleet::Contents::default()));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_loses_its_data_begins_an_epoch() {
    let store = MemoryStore::with_clock(ManualClock::new());
    let before = store.send(trip()).await.expect("it answers");
    store.lose_data();
    let after = store
        .send(batch(vec![Op::Members]))
        .await
        .expect("it answers");
    assert_ne!(after.epoch, before.epoch);
    assert_eq!(after.contents, Some(crate::fleet::Contents::default()));
    assert_eq!(
        after.answers,
        [Answer::Members(vec![("a#1".to_owned(), Duration::ZERO)])]
    );
    assert_eq!(before.live, after.live);
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_is_too_slow_hears_of_a_gap() {
    let store = MemoryStore::new();
    let mut listener = store.listen();
    for _ in 0..CAPACITY + 2 {
        store.send(trip()).await.expect("it answers");
    }
    assert_eq!(listener.next().await, Some(Heard::Ready));
    assert!(matches!(listener.next().await, Some(Heard::Gap { .. })));
    assert!(matches!(listener.next().await, Some(Heard::Changed { .. })));
}
