//! The script does exactly what the state in memory does: random sequences of batches on both, on a real server.
//!
//! `REDIS_BIN` names the server; without one the tests say so and pass, except on CI.

mod batches;
mod server;

use ::redis::Value;
use tokio::time::timeout;
use tokio_stream::StreamExt as _;

use self::batches::Draw;
use self::server::Server;
use super::link::Pushed;
use super::*;
use crate::fleet::state::FleetState;

const SEQUENCES: u64 = 1000;
const OPERATIONS: usize = 50;
/// The time of the first batch: in 2025, as the numbers of a real server are.
const BEGIN: u64 = 1_760_000_000_000_000;

/// A fleet whose time is that of the test.
async fn fleet(server: &Server, namespace: &str) -> RedisStore {
    let store = RedisStore::open(&server.url()).expect("a valid URL");
    store.enter(namespace);
    server
        .run(
            &store,
            &["HSET", &format!("brk1:{{{namespace}}}"), "test", "1"],
        )
        .await;
    store
}

#[tokio::test]
async fn the_script_and_the_state_agree_on_random_sequences() {
    let Some(server) = Server::start().await else {
        return;
    };
    let most =
        std::env::var("BREAKER_SEQUENCES").map_or(SEQUENCES, |n| n.parse().expect("a number"));
    let store = fleet(&server, "shop").await;
    let mut messages = store.shared().pushed();
    let mut command = ::redis::cmd("SUBSCRIBE");
    command.arg("brk1:{shop}");
    let link = store.shared().link().await.expect("connected");
    link.ask(&command).await.expect("subscribed");
    for seed in 0..most {
        server.run(&store, &["FLUSHALL"]).await;
        server
            .run(&store, &["HSET", "brk1:{shop}", "test", "1"])
            .await;
        let mut draw = Draw::new(seed);
        let mut state = FleetState::default();
        let mut now = BEGIN;
        let mut operations = 0;
        while operations < OPERATIONS {
            now = draw.later(now);
            let batch = draw.batch();
            operations += batch.ops.len().max(1);
            let (expected, published) = state.apply(&batch, now);
            let answered = store.shared().send(&batch, Some(now)).await;
            let answered = answered.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert_eq!(
                answered,
                expected,
                "seed {seed}, at {}: {batch:?}",
                now - BEGIN
            );
            draw.learn(&batch, &answered);
            for expected in published {
                let pushed = timeout(std::time::Duration::from_secs(5), messages.recv()).await;
                let pushed = pushed.expect("in time").expect("open");
                let Pushed::Message(bytes) = pushed else {
                    panic!("seed {seed}: {pushed:?}");
                };
                let message = decode::message(&bytes);
                let expected = Some(decode::Message::Heard(expected));
                assert_eq!(
                    message,
                    expected,
                    "seed {seed}, at {}: {batch:?}",
                    now - BEGIN
                );
            }
        }
        assert!(messages.try_recv().is_err(), "seed {seed}: another message");
    }
    assert_eq!(store.garbage(), 0);
}

#[tokio::test]
async fn lost_data_begin_an_epoch_in_both() {
    let Some(server) = Server::start().await else {
        return;
    };
    for key in ["brk1:{shop}:m", "brk1:{shop}:b", "brk1:{shop}:o"] {
        let store = fleet(&server, "shop").await;
        let mut draw = Draw::new(7);
        let first = store
            .shared()
            .send(&draw.full(), Some(BEGIN))
            .await
            .expect("answered");
        server.run(&store, &["DEL", key]).await;
        let later = store
            .shared()
            .send(&draw.full(), Some(BEGIN + 1000))
            .await
            .expect("answered");
        assert_ne!(first.epoch, later.epoch, "{key}");
        assert!(later.contents.is_some(), "{key}");
        server.run(&store, &["FLUSHALL"]).await;
    }
}

#[tokio::test]
async fn time_in_the_arguments_is_ignored_outside_of_tests() {
    let Some(server) = Server::start().await else {
        return;
    };
    let store = RedisStore::open(&server.url()).expect("a valid URL");
    store.enter("shop");
    let answers = store
        .shared()
        .send(&Draw::new(1).full(), Some(1))
        .await
        .expect("answered");
    assert!(answers.epoch > BEGIN, "{}", answers.epoch);
}

#[tokio::test]
async fn s39_every_key_ends_by_itself() {
    let Some(server) = Server::start().await else {
        return;
    };
    let store = RedisStore::open(&server.url()).expect("a valid URL");
    store.enter("shop");
    store.send(Draw::new(1).full()).await.expect("answered");
    let keys = server.run(&store, &["KEYS", "*"]).await;
    let Value::Array(keys) = keys else {
        panic!("{keys:?}");
    };
    assert_eq!(keys.len(), 4, "{keys:?}");
    for key in keys {
        let Value::BulkString(key) = key else {
            panic!("{key:?}");
        };
        let key = String::from_utf8(key).expect("text");
        let left = server.run(&store, &["PTTL", &key]).await;
        assert!(
            matches!(left, Value::Int(1..=700_000_000)),
            "{key}: {left:?}"
        );
    }
}

#[tokio::test]
async fn s46_garbage_in_the_store_is_ignored_deleted_and_counted() {
    let Some(server) = Server::start().await else {
        return;
    };
    let store = RedisStore::open(&server.url()).expect("a valid URL");
    store.enter("shop");
    let mut draw = Draw::new(1);
    store.send(draw.full()).await.expect("answered");
    let deep = "[".repeat(5000);
    let hostile = [
        "",
        "x",
        "null",
        "[]",
        "{}",
        "1e999",
        deep.as_str(),
        "{\"s\":\"open\"}",
        r#"{"s":"voting","g":"1","z":"1","n":"1","by":"x","v":{"a":1}}"#,
        r#"{"s":"voting","g":"nan","z":"1","n":"1","by":"x","v":{}}"#,
        r#"{"s":"open","g":"-1","z":"1","n":"1","by":"x","v":{},"u":"1","p":"1","r":"1","w":""}"#,
        r#"{"s":"open","g":"9007199254740993","z":"1","n":"1","by":"x","v":[],"u":"1","p":"1","r":"1","w":""}"#,
        r#"{"s":"open","g":"1","z":"1","n":"1","by":"x","v":[[]],"u":"1","p":"1","r":"1","w":""}"#,
        r#"{"s":"open","g":"1","z":"1","n":"1","by":"x","v":[],"u":"1","p":"1","r":"1","w":"","l":["1"]}"#,
        r#"{"s":["open"],"g":{},"z":"inf","n":[],"by":1}"#,
        r#"{"k":"open","s":"1","v":"1","u":"x"}"#,
        r#"{"k":[],"s":"1","v":"1"}"#,
    ];
    for (index, value) in hostile.iter().enumerate() {
        for key in ["brk1:{shop}:b", "brk1:{shop}:o"] {
            server
                .run(&store, &["HSET", key, &format!("g{index}"), value])
                .await;
        }
    }
    for (field, value) in [
        ("epoch", "x"),
        ("seq", "1e300"),
        ("swept", "-5"),
        ("born", "nan"),
    ] {
        server
            .run(&store, &["HSET", "brk1:{shop}", field, value])
            .await;
    }
    let answers = store.send(draw.full()).await.expect("answered");
    let contents = answers.contents.expect("a new epoch");
    let names = contents
        .circuits
        .iter()
        .map(|circuit| circuit.name.as_str());
    assert!(
        names.clone().all(|name| !name.starts_with('g')),
        "{:?}",
        names.collect::<Vec<_>>()
    );
    assert!(
        store.garbage() >= 2 * hostile.len() as u64,
        "{}",
        store.garbage()
    );

    // It is gone, so nothing is counted again, and the next epoch is the same.
    let counted = store.garbage();
    let later = store.send(draw.full()).await.expect("answered");
    assert_eq!((later.epoch, store.garbage()), (answers.epoch, counted));
}

#[tokio::test]
async fn s46_garbage_on_the_channel_is_ignored_and_counted() {
    let Some(server) = Server::start().await else {
        return;
    };
    let store = RedisStore::open(&server.url()).expect("a valid URL");
    store.enter("shop");
    let mut heard = store.listen();
    assert_eq!(heard.next().await, Some(Heard::Ready));
    let huge = "x".repeat(1_000_000);
    for garbage in [
        "",
        "x",
        "[]",
        "[\"brk2\",\"1\",\"2\"]",
        "[\"brk1\",\"-1\",\"2\"]",
        &huge,
    ] {
        server
            .run(&store, &["PUBLISH", "brk1:{shop}", garbage])
            .await;
    }
    server
        .run(
            &store,
            &["PUBLISH", "brk1:{shop}", "[\"brk1\",\"1\",\"2\"]"],
        )
        .await;
    assert_eq!(heard.next().await, Some(Heard::Gap { epoch: 1, seq: 2 }));
    assert_eq!(store.garbage(), 6);
}
