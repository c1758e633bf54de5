//! Servers that are there and cannot serve.

use std::time::Duration;

use crate::server::{Server, binary, eventually, major_version};
use crate::voice::{Voice, away, trip};

#[tokio::test]
async fn s38_a_full_server_is_away() {
    let Some(server) = Server::start() else {
        return;
    };
    let voice = Voice::at(&server.url(), "a#1");
    voice.beat().await;
    server.ask(&["CONFIG", "SET", "maxmemory", "1"]);
    let why = away(voice.say(vec![]).await);
    assert!(why.contains("memory of the server is full"), "{why}");
    server.ask(&["CONFIG", "SET", "maxmemory", "0"]);
    voice.beat().await;
}

#[tokio::test]
async fn s38_a_server_that_misses_its_replicas_is_away() {
    let Some(server) = Server::start() else {
        return;
    };
    let voice = Voice::at(&server.url(), "a#1");
    voice.beat().await;
    server.ask(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
    let why = away(voice.say(vec![trip("p", Duration::from_secs(1))]).await);
    assert!(why.contains("misses its replicas"), "{why}");
    server.ask(&["CONFIG", "SET", "min-replicas-to-write", "0"]);
    voice.beat().await;
}

#[tokio::test]
async fn s38_a_server_that_is_busy_with_a_script_is_away() {
    let Some(server) = Server::start_with(&["--save", "", "--lua-time-limit", "10"]) else {
        return;
    };
    let voice = Voice::at(&server.url(), "a#1");
    voice.beat().await;
    let port = server.port().to_string();
    let foreign = tokio::task::spawn_blocking(move || {
        std::process::Command::new("redis-cli")
            .args(["-p", &port, "EVAL", "while true do end", "0"])
            .output()
    });
    eventually("busy", || {
        matches!(server.try_ask(&["PING"]), Ok(crate::server::Reply::Error(why)) if why.starts_with("BUSY"))
    })
    .await;
    let why = away(voice.say(vec![]).await);
    assert!(why.contains("keeps the server busy"), "{why}");
    server.ask(&["SCRIPT", "KILL"]);
    foreign.await.unwrap().unwrap();
    voice.comes_back().await;
}

#[tokio::test]
async fn s38_a_server_that_loads_its_data_is_away() {
    // Before version 7, a server answers too seldom while it loads data as small as that of this test.
    if binary().is_none() || major_version() < 7 {
        return;
    }
    let arguments = [
        "--save",
        "",
        "--key-load-delay",
        "0",
        "--enable-debug-command",
        "yes",
    ];
    let Some(server) = Server::start_with(&arguments) else {
        return;
    };
    let voice = Voice::at(&server.url(), "a#1");
    let before = voice.beat().await;
    server.ask(&["DEBUG", "POPULATE", "2000"]);
    server.ask(&[
        "CONFIG",
        "SET",
        "loading-process-events-interval-bytes",
        "1024",
    ]);
    server.ask(&["CONFIG", "SET", "key-load-delay", "1000"]);
    let reload = std::thread::spawn({
        let port = server.port().to_string();
        move || {
            std::process::Command::new("redis-cli")
                .args(["-p", &port, "DEBUG", "RELOAD"])
                .output()
        }
    });
    eventually("loading", || {
        matches!(server.try_ask(&["GET", "x"]), Ok(crate::server::Reply::Error(why)) if why.starts_with("LOADING"))
    })
    .await;
    let why = away(voice.say(vec![]).await);
    assert!(
        why.contains("loading its data") || why.contains("did not answer"),
        "{why}"
    );
    server.ask(&["CONFIG", "SET", "key-load-delay", "0"]);
    reload.join().unwrap().unwrap();
    assert_eq!(voice.comes_back().await.epoch, before.epoch);
}
