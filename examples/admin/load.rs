//! The load on the shop: 300 calls a second, however long each takes.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::shop::{Shop, fetch, in_stock, pay, price, search, send_mail};

/// The time between two groups of calls.
const PACE: Duration = Duration::from_millis(10);

/// How many calls each group has.
const GROUP: u64 = 3;

/// Calls each of the hosts once, so that each has a breaker.
pub(crate) async fn meet_hosts(shop: &Arc<Shop>, hosts: u64) {
    let mut calls = JoinSet::new();
    for host in 0..hosts {
        let shop = Arc::clone(shop);
        calls.spawn(async move { fetch(&shop, host).await });
        if calls.len() == 50 {
            calls.join_next().await;
        }
    }
    calls.join_all().await;
}

/// Calls the services until it is aborted.
pub(crate) async fn run(shop: Arc<Shop>, hosts: u64) {
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for group in 0.. {
        pace.tick().await;
        for call in group * GROUP..(group + 1) * GROUP {
            tokio::spawn(call_one(Arc::clone(&shop), call, hosts));
        }
    }
}

/// Of 30 calls, 6 pay, 6 search, 6 fetch from a host, 4 ask for the stock, and so on.
async fn call_one(shop: Arc<Shop>, call: u64, hosts: u64) {
    let round = call / 30;
    let _ = match call * 7 % 30 {
        0..6 => pay(&shop).await,
        6..12 => search(&shop).await,
        place @ 12..18 => fetch(&shop, (round * 6 + place) % hosts.max(1)).await,
        18..22 => in_stock(&shop).await,
        22..24 => send_mail(&shop).await,
        24..26 => price(&shop).await,
        place => {
            let number = usize::try_from(round * 4 + place).unwrap_or_default();
            shop.ask_other(number).await;
            Ok(())
        }
    };
}
