//! Passwords and permissions.

use std::time::Duration;

use breaker_runtime::fleet::{Answer, FleetStore, Heard, Op};

use crate::server::Server;
use crate::voice::{Voice, lease, refused, trip, verdict, vote};

/// As the documentation of `breaker_runtime::redis` says.
const MINIMUM: &str = "resetchannels ~brk1:{shop}* &brk1:{shop} +hello +evalsha +script|load +subscribe +publish +time \
    +hmget +hget +hset +hdel +hgetall +hlen +zadd +zrem +zcard +zscore +zrange +zremrangebyscore +pexpire";

fn set_user(server: &Server, rules: &str) -> String {
    let mut words = vec!["ACL", "SETUSER", "shop", "reset", "on", ">pw"];
    words.extend(rules.split_whitespace());
    server.ask(&words);
    server.url().replace("redis://", "redis://shop:pw@")
}

#[tokio::test]
async fn s37_the_documented_permissions_are_enough() {
    let Some(server) = Server::start() else {
        return;
    };
    let voice = Voice::at(&set_user(&server, MINIMUM), "a#1");
    let mut heard = voice.store.listen();
    assert_eq!(Voice::hears(&mut heard).await, Heard::Ready);
    let answers = voice.say(everything()).await.unwrap();
    assert_eq!(answers.answers.len(), everything().len());
    let id = voice.lease("p").await;
    assert_eq!(voice.ask(verdict("p", id)).await, Answer::Done);
    voice.ask(Op::Leave).await;
    assert_eq!(server.ask(&["ACL", "LOG"]).list(), []);
}

#[tokio::test]
async fn s37_a_missing_command_is_named() {
    let Some(server) = Server::start() else {
        return;
    };
    let commands = MINIMUM
        .split_whitespace()
        .filter_map(|rule| rule.strip_prefix('+'));
    // These two only concern messages, and `hello` the newer protocol.
    let needed = commands.filter(|name| !["subscribe", "hello", "script|load"].contains(name));
    for missing in needed {
        let rules = MINIMUM.replace(&format!("+{missing} "), "");
        let rules = rules.trim_end_matches(&format!(" +{missing}"));
        let url = set_user(&server, rules);
        server.ask(&["FLUSHALL"]);
        // Data that the sweep and the next batch have to read.
        let full = Voice::at(&server.url(), "b#2");
        full.say(everything()).await.unwrap();
        let voice = Voice::at(&url, "a#1");
        let mut ops = everything();
        ops.push(Op::Leave);
        let why = refused(voice.say(ops).await);
        assert!(why.to_lowercase().contains(missing), "{missing}: {why}");
        assert!(why.contains("lacks a permission"), "{missing}: {why}");
    }
}

#[tokio::test]
async fn s37_a_missing_permission_to_load_the_script_is_named() {
    let Some(server) = Server::start() else {
        return;
    };
    let url = set_user(&server, &MINIMUM.replace("+script|load ", ""));
    let why = refused(Voice::at(&url, "a#1").say(vec![]).await);
    assert!(why.contains("script"), "{why}");
}

#[tokio::test]
async fn s37_a_missing_key_is_named() {
    let Some(server) = Server::start() else {
        return;
    };
    let url = set_user(&server, &MINIMUM.replace("~brk1:{shop}*", "~other"));
    let why = refused(Voice::at(&url, "a#1").say(vec![]).await);
    assert!(why.contains("NOPERM") && why.contains("key"), "{why}");
}

#[tokio::test]
async fn s37_a_wrong_or_missing_password_is_refused_and_not_repeated() {
    let Some(mut server) = Server::start() else {
        return;
    };
    set_user(&server, MINIMUM);
    server.ask(&["CONFIG", "SET", "requirepass", "right"]);
    server.log_in("default", "right");
    let wrong = server.url().replace("redis://", "redis://shop:secret@");
    let why = refused(Voice::at(&wrong, "a#1").say(vec![]).await);
    assert!(
        why.contains("wrong user or password") && !why.contains("secret"),
        "{why}"
    );
    let why = refused(Voice::at(&server.url(), "a#1").say(vec![]).await);
    assert!(why.contains("a password is needed"), "{why}");
    let store = breaker_runtime::redis::RedisStore::open(&server.url()).unwrap();
    Voice::new(store.user("shop").password("pw"), "a#1")
        .beat()
        .await;
    let store = breaker_runtime::redis::RedisStore::open(&server.url()).unwrap();
    Voice::new(store.password("right"), "a#1").beat().await;
}

#[tokio::test]
async fn s37_a_user_without_hello_works_without_messages() {
    let Some(server) = Server::start() else {
        return;
    };
    let voice = Voice::at(&set_user(&server, &MINIMUM.replace("+hello ", "")), "a#1");
    let mut heard = voice.store.listen();
    let first = Voice::hears(&mut heard).await;
    // `HELLO` with a password needs no permission.
    assert!(
        matches!(first, Heard::Silent(_) | Heard::Ready),
        "{first:?}"
    );
    voice.beat().await;
}

#[tokio::test]
async fn a_key_of_another_program_is_named() {
    let Some(server) = Server::start() else {
        return;
    };
    server.ask(&["SET", "brk1:{shop}:b", "mine"]);
    let why = refused(Voice::at(&server.url(), "a#1").say(vec![]).await);
    assert!(why.contains("another program uses a key"), "{why}");
}

fn everything() -> Vec<Op> {
    vec![
        vote("v", 0, 5),
        Op::Unvote {
            name: "v".to_owned(),
        },
        vote("w", 0, 5),
        trip("p", Duration::from_millis(1)),
        crate::voice::steer("p", breaker_runtime::fleet::Order::ForceOpen { ttl: None }),
        lease("p", 1),
        Op::Members,
    ]
}
