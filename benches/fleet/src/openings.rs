//! How long an opening takes from the vote that decides until each member has applied it.

use std::time::{Duration, Instant};

use breaker_runtime::State;
use tokio::time::sleep;

use crate::members::Members;
use crate::quantiles::quantile;
use crate::server::Server;

/// Opens the first circuit in several rounds, and prints the times in milliseconds.
pub(crate) async fn run(server: &Server, members: &Members, rounds: u32) {
    let needed = members.needed();
    let (voters, others) = members.all.split_at(needed);
    let mut times = Vec::new();
    let mut slowest = Vec::new();
    let (before, processor) = (server.calls(&["evalsha", "eval"]), server.processor());
    let scripting = server.scripting();
    for _ in 0..rounds {
        for voter in voters {
            voter.fail(0);
        }
        let decided = Instant::now();
        members.until(0, State::Open).await;
        let mut round: Vec<f64> = others
            .iter()
            .filter_map(|other| Some(other.opened()?.duration_since(decided).as_secs_f64() * 1e3))
            .collect();
        slowest.push(quantile(&mut round, 1.0));
        times.append(&mut round);
        members.all[0]
            .fleet
            .reset("circuit-0")
            .await
            .expect("the store answers");
        members.until(0, State::Closed).await;
        for member in &members.all {
            member.opened();
        }
        sleep(Duration::from_millis(500)).await;
    }
    println!("## From the last vote to applied\n");
    println!(
        "{rounds} rounds; {needed} members vote, and {} hear of it: p50 {:.1} ms, p99 {:.1} ms, the slowest {:.1} ms, \
         the median of the slowest of each round {:.1} ms. A round costs {:.1} scripts, which take {:.1} ms, and \
         {:.1} ms of Redis' processor in all.\n",
        others.len(),
        quantile(&mut times, 0.5),
        quantile(&mut times, 0.99),
        quantile(&mut times, 1.0),
        quantile(&mut slowest, 0.5),
        per(server.calls(&["evalsha", "eval"]) - before, rounds),
        per(server.scripting() - scripting, rounds) / 1e3,
        (server.processor() - processor) * 1e3 / f64::from(rounds),
    );
}

#[expect(clippy::cast_precision_loss, reason = "a small count")]
fn per(count: u64, rounds: u32) -> f64 {
    count as f64 / f64::from(rounds.max(1))
}
