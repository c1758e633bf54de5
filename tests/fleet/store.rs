//! The connection to one server: missing, hanging, restarted, flushed, without the script.

use std::time::Duration;

use breaker_runtime::fleet::{Answer, FleetStore, Heard, Order, Phase};

use crate::proxy::{Fault, Proxy};
use crate::server::{Server, free_port};
use crate::voice::{Voice, away, lease, steer, trip, verdict, vote};

#[tokio::test]
async fn s15_a_server_that_is_not_there_is_away_and_named_without_the_password() {
    let port = free_port();
    let voice = Voice::at(&format!("redis://jo:secret@127.0.0.1:{port}"), "a#1");
    let why = away(voice.say(vec![]).await);
    assert_eq!(why, format!("127.0.0.1:{port}: connection refused"));
    assert!(!format!("{:?}", voice.store).contains("secret"));
    let why = away(
        Voice::at("redis://nowhere.invalid", "a#1")
            .say(vec![])
            .await,
    );
    assert!(why.starts_with("nowhere.invalid:6379: "), "{why}");
    let why = away(Voice::at("unix:/nowhere/socket", "a#1").say(vec![]).await);
    assert_eq!(why, "/nowhere/socket: no such socket");
}

#[tokio::test]
async fn a_store_that_has_entered_no_fleet_says_so() {
    let store = breaker_runtime::redis::RedisStore::open("redis://127.0.0.1").unwrap();
    let batch = breaker_runtime::fleet::Batch {
        member: "a#1".to_owned(),
        observer: false,
        member_ttl: Duration::from_secs(15),
        epoch: 0,
        seq: Some(0),
        nonce: 0,
        ops: vec![],
    };
    let why = crate::voice::refused(store.send(batch).await);
    assert!(why.contains("has not entered a fleet"), "{why}");
}

#[tokio::test]
async fn s19_after_two_timeouts_in_a_row_the_connection_is_replaced() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    let voice = Voice::at(&proxy.url(), "a#1");
    let first = voice.beat().await;
    assert_eq!(proxy.connections(), 1);

    server.pause();
    let why = away(voice.say(vec![]).await);
    assert!(why.contains("did not answer within 1000 ms"), "{why}");
    assert_eq!(proxy.connections(), 1);
    away(voice.say(vec![]).await);
    away(voice.say(vec![]).await);
    assert_eq!(proxy.connections(), 2);
    server.resume();
    let later = voice.comes_back().await;
    assert_eq!(later.epoch, first.epoch);
}

#[tokio::test]
async fn s19_a_caller_that_does_not_wait_counts_as_a_timeout() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    let voice = Voice::at(&proxy.url(), "a#1");
    voice.beat().await;
    proxy.set(Fault::Blackhole);
    for _ in 0..2 {
        let answer = tokio::time::timeout(Duration::from_millis(20), voice.say(vec![])).await;
        assert!(answer.is_err());
    }
    proxy.set(Fault::None);
    voice.comes_back().await;
    assert_eq!(proxy.connections(), 2);
}

#[tokio::test]
async fn s19_answers_that_get_lost_replace_the_connection() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    let voice = Voice::at(&proxy.url(), "a#1");
    voice.beat().await;
    proxy.set(Fault::Deaf);
    away(voice.say(vec![]).await);
    away(voice.say(vec![]).await);
    proxy.set(Fault::None);
    voice.comes_back().await;
    assert_eq!(proxy.connections(), 2);
}

#[tokio::test]
async fn a_slow_network_is_no_fault() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    proxy.set(Fault::Delay(Duration::from_millis(50)));
    let voice = Voice::at(&proxy.url(), "a#1");
    let mut heard = voice.store.listen();
    assert_eq!(Voice::hears(&mut heard).await, Heard::Ready);
    voice.ask(trip("p", Duration::from_secs(5))).await;
    assert!(matches!(
        Voice::hears(&mut heard).await,
        Heard::Changed { .. }
    ));
}

#[tokio::test]
async fn a_server_that_closes_every_connection_is_away() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    proxy.set(Fault::Cut);
    let voice = Voice::at(&proxy.url(), "a#1");
    away(voice.say(vec![]).await);
    proxy.set(Fault::None);
    voice.comes_back().await;
    proxy.set(Fault::Cut);
    away(voice.say(vec![]).await);
    proxy.set(Fault::None);
    voice.comes_back().await;
}

#[tokio::test]
async fn s20_a_restart_with_data_keeps_the_epoch_and_listeners_subscribe_again() {
    let arguments = [
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--save",
        "",
    ];
    let Some(mut server) = Server::start_with(&arguments) else {
        return;
    };
    let voice = Voice::at(&server.url(), "a#1");
    let mut heard = voice.store.listen();
    assert_eq!(Voice::hears(&mut heard).await, Heard::Ready);
    voice.ask(trip("p", Duration::from_secs(300))).await;
    assert!(matches!(
        Voice::hears(&mut heard).await,
        Heard::Changed { .. }
    ));
    let before = voice.beat().await;

    server.restart();
    let after = voice.comes_back().await;
    assert_eq!(after.epoch, before.epoch);
    let circuit = voice.circuit("p").await.unwrap();
    assert_eq!(circuit.phase, Phase::Open);
    assert!(matches!(Voice::hears(&mut heard).await, Heard::Silent(_)));
    while Voice::hears(&mut heard).await != Heard::Ready {}
    voice.ask(steer("p", Order::Reset)).await;
    let Heard::Changed { circuit, .. } = Voice::hears(&mut heard).await else {
        panic!("not pushed");
    };
    assert_eq!(circuit.phase, Phase::Closed);
}

#[tokio::test]
async fn s21_lost_data_begin_an_epoch_in_which_no_quorum_is_judged_at_first() {
    let Some(server) = Server::start() else {
        return;
    };
    let voice = Voice::at(&server.url(), "a#1");
    voice.ask(steer("p", Order::ForceOpen { ttl: None })).await;
    let mut epoch = voice.beat().await.epoch;
    let losses: [&[&str]; 5] = [
        &["FLUSHALL"],
        &["DEL", "brk1:{shop}"],
        &["DEL", "brk1:{shop}:m"],
        &["DEL", "brk1:{shop}:b"],
        &["DEL", "brk1:{shop}:o"],
    ];
    for loss in losses {
        voice.ask(trip("q", Duration::from_secs(60))).await;
        voice.ask(steer("p", Order::ForceOpen { ttl: None })).await;
        server.ask(loss);
        // The one member that is back would be the whole fleet.
        let answers = voice.say(vec![vote("r", 0, 2)]).await.unwrap();
        assert_ne!(answers.epoch, epoch, "{loss:?}");
        assert_eq!(
            answers.answers,
            [Answer::Voted {
                votes: 1,
                needed: 1
            }]
        );
        assert_eq!(
            voice.circuit("r").await.unwrap().phase,
            Phase::Voting,
            "{loss:?}"
        );
        epoch = answers.epoch;
    }
}

#[tokio::test]
async fn s22_a_script_that_is_gone_is_loaded_once() {
    let Some(server) = Server::start() else {
        return;
    };
    let voice = Voice::at(&server.url(), "a#1");
    voice.beat().await;
    assert_eq!(loads(&server, 0), 1);
    server.ask(&["SCRIPT", "FLUSH"]);
    voice.beat().await;
    voice.beat().await;
    assert_eq!(loads(&server, 1), 2);
}

#[tokio::test]
async fn s22_a_script_that_stays_gone_is_away_and_not_loaded_for_ever() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    proxy.set(Fault::Answer(
        "EVALSHA",
        "-NOSCRIPT No matching script.\r\n",
    ));
    let voice = Voice::at(&proxy.url(), "a#1");
    for loads in 1..4 {
        let why = away(voice.say(vec![]).await);
        assert!(why.contains("NOSCRIPT"), "{why}");
        assert_eq!(self::loads(&server, 0), loads);
    }
}

#[tokio::test]
async fn s31_versions_do_not_meet() {
    let Some(server) = Server::start() else {
        return;
    };
    server.ask(&["SET", "brk2:{shop}", "of another version"]);
    let voice = Voice::at(&server.url(), "a#1");
    voice.ask(trip("p", Duration::from_secs(60))).await;
    assert_eq!(voice.store.garbage(), 0);
    assert_eq!(
        server.ask(&["GET", "brk2:{shop}"]).text(),
        "of another version"
    );
    let keys = server.ask(&["KEYS", "*"]);
    for key in keys.list().iter().map(|key| key.text()) {
        assert!(
            key.starts_with("brk1:{shop}") || key == "brk2:{shop}",
            "{key}"
        );
    }
}

#[tokio::test]
async fn s9_s10_a_late_verdict_changes_nothing() {
    let Some(server) = Server::start() else {
        return;
    };
    let dead = Voice::at(&server.url(), "a#1");
    let next = Voice::at(&server.url(), "b#2");
    next.beat().await;
    let old = dead.lease("p").await;
    dead.ask(trip("p", Duration::from_millis(1))).await;
    let new = next.gets_lease("p").await;
    assert!(new > old);
    assert_eq!(dead.ask(verdict("p", old)).await, Answer::Stale);
    assert_eq!(dead.ask(verdict("p", new)).await, Answer::Stale);
    assert_eq!(next.ask(verdict("p", new)).await, Answer::Done);
    assert_eq!(next.ask(verdict("p", new)).await, Answer::Stale);
}

#[tokio::test]
async fn s12_nobody_else_prolongs_a_lease() {
    let Some(server) = Server::start() else {
        return;
    };
    let holder = Voice::at(&server.url(), "a#1");
    let others = [
        Voice::at(&server.url(), "b#2"),
        Voice::at(&server.url(), "c#3"),
    ];
    holder.lease("p").await;
    let circuit = others[0].circuit("p").await.unwrap();
    let mut rest = circuit.lease.unwrap().rest;
    for voice in others.iter().cycle().take(200) {
        let Answer::Taken { by, rest: now } = voice.ask(lease("p", circuit.generation)).await
        else {
            panic!("not taken");
        };
        assert_eq!(by, "a#1");
        assert!(now < rest, "{now:?} after {rest:?}");
        rest = now;
    }
}

#[tokio::test]
async fn s39_a_member_that_dies_leaves_nothing() {
    let Some(server) = Server::start() else {
        return;
    };
    let mut dead = Voice::at(&server.url(), "a#1");
    let living = Voice::at(&server.url(), "b#2");
    living.beat().await;
    dead.ttl = Duration::from_millis(300);
    dead.ask(vote("p", 0, 3)).await;
    dead.lease("q").await;
    assert_eq!(living.beat().await.live, 2);
    for _ in 0..600 {
        if living.circuit("p").await.is_none() {
            assert_eq!(living.beat().await.live, 1);
            assert_eq!(server.ask(&["ZCARD", "brk1:{shop}:m"]).number(), 1);
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the vote of a dead member lives on");
}

#[tokio::test]
async fn s47_who_leaves_gives_everything_back_at_once() {
    let Some(server) = Server::start() else {
        return;
    };
    let (a, b) = (
        Voice::at(&server.url(), "a#1"),
        Voice::at(&server.url(), "b#2"),
    );
    b.beat().await;
    a.ask(vote("p", 0, 3)).await;
    a.lease("q").await;
    a.ask(breaker_runtime::fleet::Op::Leave).await;
    assert_eq!(b.beat().await.live, 1);
    assert_eq!(b.circuit("p").await, None);
    assert_eq!(b.circuit("q").await.unwrap().lease, None);
}

/// How often the server ran a command.
fn calls(server: &Server, command: &str) -> u32 {
    let info = server.info("commandstats", &format!("cmdstat_{command}"));
    let calls = info
        .strip_prefix("calls=")
        .and_then(|rest| rest.split(',').next());
    calls.map_or(0, |calls| calls.parse().unwrap())
}

/// How often the script was loaded. Before version 7, the server counts the subcommands of `SCRIPT` together.
fn loads(server: &Server, flushes: u32) -> u32 {
    if crate::server::major_version() < 7 {
        calls(server, "script") - flushes
    } else {
        calls(server, "script|load")
    }
}
