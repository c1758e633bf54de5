//! A consumer of a queue that pauses while the circuit is open.
//!
//! Orders arrive in a channel, and a consumer sends each of them to a warehouse, which is down for a while. The consumer
//! waits for `ready()` before it takes the next order, and keeps an order that was not delivered. So the orders wait in
//! the queue during the outage: none is lost, and the consumer neither spins nor sends orders that would be rejected.
//!
//! Time is paused and moves when everybody waits, so the program ends at once.
//!
//! ```text
//! cargo run --example queue_consumer
//! ```

use std::time::Duration;

use breaker_runtime::test_util::TokioClock;
use breaker_runtime::{CallError, CircuitBreaker, Config, Registry, State};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{Instant, sleep};

const ORDERS: u32 = 500;
const WAREHOUSE: Config = Config::new()
    .threshold(3)
    .open_for(Duration::from_secs(2))
    .success_threshold(2);

/// A warehouse that is down for ten seconds.
struct Warehouse {
    opened: Instant,
    received: Vec<u32>,
    failures: u32,
}

#[derive(Debug)]
struct Unreachable;

impl Warehouse {
    fn is_down(&self) -> bool {
        (1..11).contains(&self.opened.elapsed().as_secs())
    }

    async fn receive(&mut self, order: u32) -> Result<(), Unreachable> {
        sleep(Duration::from_millis(5)).await;
        if self.is_down() {
            self.failures += 1;
            return Err(Unreachable);
        }
        self.received.push(order);
        Ok(())
    }
}

/// What the consumer did.
#[derive(Debug, Default)]
struct Work {
    turns: u32,
    longest_queue: usize,
}

async fn consume(
    breaker: &CircuitBreaker,
    warehouse: &mut Warehouse,
    mut orders: UnboundedReceiver<u32>,
) -> Work {
    let mut work = Work::default();
    let mut undelivered = None;
    loop {
        breaker.ready().await;
        work.turns += 1;
        work.longest_queue = work.longest_queue.max(orders.len());
        // The order that was not delivered comes first, so the orders keep their order.
        let Some(order) = (match undelivered.take() {
            Some(order) => Some(order),
            None => orders.recv().await,
        }) else {
            return work;
        };
        match breaker.call_async(warehouse.receive(order)).await {
            Ok(()) => {}
            Err(CallError::Inner(Unreachable)) => undelivered = Some(order),
            Err(CallError::Breaker(rejected)) => {
                // Another task may have got the permit of the probe. Here, there is none.
                println!("order {order} kept: {rejected}");
                undelivered = Some(order);
            }
        }
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() -> anyhow::Result<()> {
    let registry = Registry::with_clock(TokioClock::new());
    let breaker = registry.get_or_create("warehouse", WAREHOUSE)?;
    let (shop, orders) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for order in 0..ORDERS {
            sleep(Duration::from_millis(20)).await;
            let _ = shop.send(order);
        }
    });
    let mut warehouse = Warehouse {
        opened: Instant::now(),
        received: Vec::new(),
        failures: 0,
    };
    let work = consume(&breaker, &mut warehouse, orders).await;

    let totals = breaker.snapshot().totals;
    println!(
        "{} orders delivered; {} attempts failed and {} were rejected; {} orders waited at most; {} turns",
        warehouse.received.len(),
        warehouse.failures,
        totals.rejected,
        work.longest_queue,
        work.turns,
    );
    // Nothing is lost, and nothing is delivered twice or out of order.
    assert!(warehouse.received.iter().copied().eq(0..ORDERS));
    assert_eq!(breaker.state(), State::Closed);
    // Three failures opened the circuit, and then one probe failed after each open period.
    assert!((4..=8).contains(&warehouse.failures));
    // Nothing spins: each turn is an order, a failed attempt or the end of the queue.
    assert_eq!(totals.rejected, 0);
    assert_eq!(work.turns, ORDERS + warehouse.failures + 1);
    assert!(work.longest_queue > 400);
    Ok(())
}
