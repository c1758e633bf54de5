//! Lists of a name with 10,000 keys.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use breaker_runtime::admin::{Access, Admin};
use breaker_runtime::{Config, Registry};

use crate::median;
use crate::process::run_time;
use crate::quantiles::quantile;

const KEYS: usize = 10_000;
const LISTS: u16 = 100;

pub(crate) fn run() {
    let registry = Registry::new();
    let config = Config::new().max_keys(KEYS);
    let call = |nth: usize| {
        let key = format!("host-{nth}.example");
        let keyed = registry.get_or_create_keyed("fetch", &key, config);
        let _ = keyed.expect("a valid setting").call(|| Ok::<_, ()>(1));
    };
    (0..KEYS).for_each(call);
    let admin = Admin::new(&registry, Access::open_reading());
    let server = admin.serve("127.0.0.1:0").expect("a free port");
    let stream = TcpStream::connect(server.local_addr()).expect("it listens");
    let mut connection = BufReader::new(stream);

    println!(
        "| a list of {KEYS} keys | ms, median | to reach | 99 % | of which the server runs | unlisted |"
    );
    println!("|---|--:|--:|--:|--:|--:|");
    let mut print = |what: &str, path: &str, every: Duration| {
        let ran = run_time("breaker-server");
        let mut millis: Vec<_> = (0..LISTS)
            .map(|nth| {
                let next = Instant::now() + every;
                // Each one is another list, because the same one is rendered only twice a second.
                let path = format!("{path}?limit={}", LISTS + nth);
                let millis = list(&mut connection, &path);
                thread::sleep(next.saturating_duration_since(Instant::now()));
                millis
            })
            .collect();
        let ran = run_time("breaker-server") - ran;
        let stats = registry.key_stats("fetch").expect("it has keys");
        println!(
            "| {what} | {:.2} | 25 | {:.2} | {:.2} | {} |",
            median(&mut millis),
            quantile(&mut millis, 0.99),
            ran * 1e3 / f64::from(LISTS),
            stats.unlisted
        );
    };
    print("`GET /keys/fetch`", "/keys/fetch", Duration::ZERO);
    print("`GET /breakers`", "/breakers", Duration::ZERO);
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        // Each new key evicts another one, which no list may prevent.
        scope.spawn(|| {
            let mut calls = KEYS..;
            while !ends.load(Ordering::Relaxed) {
                calls.by_ref().take(100).for_each(call);
                thread::sleep(Duration::from_millis(1));
            }
        });
        let often = Duration::from_millis(100);
        print(
            "`GET /keys/fetch`, ten per second, while keys are evicted",
            "/keys/fetch",
            often,
        );
        ends.store(true, Ordering::Relaxed);
    });
}

/// Asks for a list and returns the milliseconds until its last byte.
fn list(connection: &mut BufReader<TcpStream>, path: &str) -> f64 {
    let began = Instant::now();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let sent = connection.get_mut().write_all(request.as_bytes());
    sent.expect("the server reads");
    let (mut line, mut length) = (String::new(), 0);
    while line != "\r\n" {
        line.clear();
        connection.read_line(&mut line).expect("the server answers");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).expect("the whole body");
    assert!(length > 500, "{}", String::from_utf8_lossy(&body));
    began.elapsed().as_secs_f64() * 1e3
}
