//! What a fleet costs Redis, calm and in an outage, next to the formula of `docs/fleet.md`.

use std::time::{Duration, Instant};

use tokio::time::{interval, sleep};

use crate::members::{Members, NAMESPACE, PERIOD};
use crate::server::Server;

/// The time between two beats, in seconds.
const BEAT: f64 = 5.0;

/// Measures a fleet that is well.
pub(crate) async fn calm(server: &Server, members: &Members, time: Duration) {
    let breakers = members.all[0].breakers.len();
    println!("## Calm, {breakers} breakers each\n");
    let count = number(members.all.len() as u64);
    let run = Run::begin(server);
    sleep(time).await;
    run.end(server, count / BEAT);
    memory(server, members);
}

/// Measures a fleet while all but the first of its circuits are open, and each member has calls.
pub(crate) async fn outage(server: &Server, members: &Members, time: Duration) {
    let open = members.all[0].breakers.len() - 1;
    println!(
        "## {open} circuits open, period {} s, five calls per second, member and circuit\n",
        PERIOD.as_secs()
    );
    let load = async {
        let mut every = interval(Duration::from_millis(200));
        loop {
            every.tick().await;
            for member in &members.all {
                for breaker in &member.breakers[1..] {
                    let _ = breaker.call(|| Err::<(), ()>(()));
                }
                // Not all members at the same instant.
                tokio::task::yield_now().await;
            }
        }
    };
    let measured = async {
        let began = Instant::now();
        let beginning = Run::begin(server);
        let opened = members.opened_by_the_fleet();
        let (opened, ()) = tokio::join!(opened, sleep(Duration::from_secs(2)));
        println!(
            "The fleet has opened all circuits {:.0} ms after the first failure. The first two seconds:\n",
            opened.duration_since(began).as_secs_f64() * 1e3
        );
        beginning.end(server, f64::NAN);
        sleep(PERIOD).await;
        let run = Run::begin(server);
        sleep(time).await;
        println!("Afterwards:\n");
        let formula = number(members.all.len() as u64) / BEAT
            + number(open as u64) * (0.6 + 3.0 / PERIOD.as_secs_f64());
        run.end(server, formula);
        memory(server, members);
    };
    tokio::select! {
        () = load => {}
        () = measured => {}
    }
}

/// The counters of the server at the beginning of a measurement.
struct Run {
    since: Instant,
    scripts: u64,
    scripting: u64,
    published: u64,
    processor: f64,
    output: u64,
}

impl Run {
    fn begin(server: &Server) -> Self {
        Self {
            scripts: scripts(server),
            scripting: server.scripting(),
            published: server.calls(&["publish"]),
            processor: server.processor(),
            output: output(server),
            since: Instant::now(),
        }
    }

    fn end(&self, server: &Server, formula: f64) {
        // The time is taken last, like at the beginning: answers may be late while many members talk.
        let now = Self::begin(server);
        let time = now.since.duration_since(self.since).as_secs_f64();
        let rate = |now: u64, before: u64| number(now - before) / time;
        let formula = if formula.is_nan() {
            String::new()
        } else {
            format!(" (formula {formula:.0})")
        };
        let scripts = now.scripts - self.scripts;
        let took = number(now.scripting - self.scripting) / number(scripts.max(1));
        let processor = (now.processor - self.processor) / time * 100.0;
        println!("| | |\n|---|---|");
        println!(
            "| scripts per second | {:.1}{formula} |",
            rate(now.scripts, self.scripts)
        );
        println!("| a script | {took:.0} µs |");
        println!(
            "| publications per second | {:.1} |",
            rate(now.published, self.published)
        );
        println!("| CPU of Redis | {processor:.2} % of a core |");
        println!(
            "| output of Redis | {:.1} KB per second |\n",
            rate(now.output, self.output) / 1e3
        );
    }
}

fn memory(server: &Server, members: &Members) {
    let keys = ["", ":m", ":b", ":o"].map(|end| format!("brk1:{{{NAMESPACE}}}{end}"));
    let bytes: Vec<u64> = keys.iter().map(|key| server.bytes(key)).collect();
    println!("| key | bytes |\n|---|---|");
    for (key, bytes) in keys.iter().zip(&bytes) {
        println!("| `{key}` | {bytes} |");
    }
    println!(
        "\nThe members take {:.0} bytes each. {} clients are connected.\n",
        number(bytes[1]) / number(members.all.len() as u64),
        server.field("clients", "connected_clients"),
    );
}

fn scripts(server: &Server) -> u64 {
    server.calls(&["evalsha", "eval"])
}

fn output(server: &Server) -> u64 {
    server
        .field("stats", "total_net_output_bytes")
        .parse()
        .unwrap_or(0)
}

#[expect(clippy::cast_precision_loss, reason = "a small count")]
fn number(count: u64) -> f64 {
    count as f64
}
