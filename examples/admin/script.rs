//! What happens to the services: a script of three minutes, which begins again when it ends.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::services::{Mode, Services};

/// What happens at a time in seconds: a service changes, and there is something to look at.
const EVENTS: [(u64, &str, Mode, &str); 6] = [
    (
        20,
        "search",
        Mode::Flaky,
        "half of the answers of `search` are errors: its failure rate opens the circuit, for longer each time",
    ),
    (
        40,
        "bank",
        Mode::Hanging,
        "`bank` hangs: ten slow calls open its circuit; it is critical, so the list begins with it",
    ),
    (
        90,
        "bank",
        Mode::Well,
        "`bank` has recovered: probes close the circuit within ten seconds, and its share of the calls rises",
    ),
    (
        120,
        "stock",
        Mode::Broken,
        "`stock` is down: a fallback answers the rejected calls",
    ),
    (150, "stock", Mode::Well, "`stock` has recovered"),
    (
        150,
        "search",
        Mode::Well,
        "`search` has recovered, but its circuit stays open until the present open period ends",
    ),
];

/// The length of the script in seconds.
const LENGTH: u64 = 180;

/// Plays the script again and again, and prints what happens.
pub(crate) async fn play(services: Services) {
    let mut begin = Instant::now();
    loop {
        for (at, service, mode, text) in EVENTS {
            sleep_until(begin + Duration::from_secs(at)).await;
            println!("{}:{:02}  {text}", at / 60, at % 60);
            services.switch(service, mode);
        }
        begin += Duration::from_secs(LENGTH);
        sleep_until(begin).await;
        println!("0:00  everything is well again, and the script begins anew");
    }
}

/// Switches the faults on that last as long as the program runs.
pub(crate) fn freeze(services: &Services) {
    services.switch("bank", Mode::Hanging);
    services.switch("search", Mode::Flaky);
}
