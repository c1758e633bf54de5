//! Messages that do not arrive, while commands do.

use std::time::Duration;

use breaker_runtime::fleet::{FleetStore, Heard};

use crate::proxy::{Fault, OLD_PROTOCOL, Proxy};
use crate::server::Server;
use crate::voice::{Voice, trip};

async fn silence(voice: &Voice) -> String {
    let mut heard = voice.store.listen();
    let Heard::Silent(why) = Voice::hears(&mut heard).await else {
        panic!("not silent");
    };
    // Commands go on.
    voice.beat().await;
    voice.ask(trip("p", Duration::from_secs(5))).await;
    why
}

#[tokio::test]
async fn s28_a_user_without_the_channel_is_not_pushed_to() {
    let Some(server) = Server::start() else {
        return;
    };
    server.ask(&[
        "ACL",
        "SETUSER",
        "jo",
        "on",
        ">pw",
        "~*",
        "resetchannels",
        "+@all",
    ]);
    let url = server.url().replace("redis://", "redis://jo:pw@");
    // Without the channel the script cannot publish either.
    let voice = Voice::at(&url, "a#1");
    let mut heard = voice.store.listen();
    let Heard::Silent(why) = Voice::hears(&mut heard).await else {
        panic!("not silent");
    };
    assert!(why.contains("NOPERM") && why.contains("channel"), "{why}");
    voice.beat().await;
}

#[tokio::test]
async fn s28_a_proxy_that_knows_no_resp3_is_not_pushed_through() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    proxy.set(OLD_PROTOCOL);
    let why = silence(&Voice::at(&proxy.url(), "a#1")).await;
    assert!(why.contains("speaks no RESP3"), "{why}");
}

#[tokio::test]
async fn s28_a_proxy_that_loses_messages_is_found_out() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    proxy.set(Fault::NoMessages);
    let voice = Voice::at(&proxy.url(), "a#1");
    let why = silence(&voice).await;
    assert!(why.contains("pushes no messages"), "{why}");
}

#[tokio::test]
async fn s28_messages_that_come_again_are_heard() {
    let Some(server) = Server::start() else {
        return;
    };
    let proxy = Proxy::to(server.port()).await;
    proxy.set(Fault::NoMessages);
    let voice = Voice::at(&proxy.url(), "a#1");
    let mut heard = voice.store.listen();
    assert!(matches!(Voice::hears(&mut heard).await, Heard::Silent(_)));
    proxy.set(Fault::None);
    assert_eq!(Voice::hears(&mut heard).await, Heard::Ready);
}

#[tokio::test]
async fn a_fleet_that_comes_back_does_not_flood_itself_with_questions() {
    let Some(server) = Server::start() else {
        return;
    };
    let voices: Vec<_> = (0..50)
        .map(|n| Voice::at(&server.url(), &format!("{n}#1")))
        .collect();
    let mut streams: Vec<_> = voices.iter().map(|voice| voice.store.listen()).collect();
    let listening = streams.iter_mut().map(|heard| async move {
        assert_eq!(Voice::hears(heard).await, Heard::Ready);
    });
    futures::future::join_all(listening).await;
    let info = server.info("commandstats", "cmdstat_publish");
    let published: u32 = info["calls=".len()..]
        .split(',')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(published < 40, "{published} of 50 asked");
}
