use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::Publisher;
use crate::config::Config;
use crate::registry::Registry;
use crate::sync::Arc;
use crate::test_util::ManualClock;

#[test]
fn a_listener_may_publish() {
    let clock = ManualClock::new();
    let registry = Registry::with_clock(clock.clone());
    let payment = registry
        .get_or_create("payment", Config::new())
        .expect("the settings are right");
    payment.trip();
    clock.advance(Duration::from_secs(30));
    let publisher = Arc::new(Publisher::new(&registry));
    let publishing = Arc::clone(&publisher);
    let heard = registry.subscribe(move |_| publishing.publish());
    let (done, waited) = mpsc::channel();
    thread::spawn(move || {
        // It notices that the open period has ended.
        publisher.publish();
        done.send(()).expect("the test waits");
    });
    let waited = waited.recv_timeout(Duration::from_secs(10));
    waited.expect("it does not wait for itself");
    // It holds the registry that holds it.
    heard.cancel();
}
