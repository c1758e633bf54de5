//! The customers: they place orders at a steady rate in two shops at the same time, one with the
//! breaker and one without.

use std::ops::Range;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use breaker_runtime::{CircuitBreaker, Event, EventKind, Registry, State, Totals, Transition};
use tokio::task::JoinSet;
use tokio::time::{Interval, interval, timeout};

use crate::client::{PayError, Receipt, Till, charge};
use crate::service::{Mode, PaymentService};

/// The time between two orders, regardless of how long the first one takes.
pub(crate) const PACE: Duration = Duration::from_millis(20);

/// How many orders arrive before an outage and after it.
const BEFORE: u64 = 20;
const AFTER: u64 = 80;

/// How long the HTTP client waits for an answer, in both shops.
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// How long every fourth customer waits, in both shops.
pub(crate) const HURRY: Duration = Duration::from_millis(400);

/// The outcome of an order for its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Paid,
    Later,
    /// An error, or no answer in the time that the customer had.
    Failed,
}

/// One order from the point of view of its customer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Call {
    number: u64,
    pub(crate) began: Instant,
    pub(crate) took: Duration,
    pub(crate) answer: Answer,
}

/// The results of one shop.
#[derive(Debug)]
pub(crate) struct Day {
    /// The calls in the order in which they began.
    pub(crate) calls: Vec<Call>,
    /// How many calls reached the service while it was failing, as the service counted them.
    pub(crate) hits_while_sick: u64,
}

impl Day {
    /// How many orders had this outcome.
    pub(crate) fn count(&self, answer: Answer) -> usize {
        let like = |call: &&Call| call.answer == answer;
        self.calls.iter().filter(like).count()
    }

    /// The time that all customers spent waiting, added up.
    pub(crate) fn waited(&self) -> Duration {
        self.calls.iter().map(|call| call.took).sum()
    }
}

/// One outage, with the breaker and without.
#[derive(Debug)]
pub(crate) struct Outage {
    pub(crate) began: Instant,
    pub(crate) ended: Instant,
    pub(crate) without: Day,
    pub(crate) with: Day,
    /// The transitions of the circuit and their times.
    pub(crate) steps: Vec<(Instant, Transition)>,
}

impl Outage {
    /// The first opening of the circuit and its time.
    pub(crate) fn opened(&self) -> anyhow::Result<(Instant, Transition)> {
        let opens = |step: &&(Instant, Transition)| step.1.to == State::Open;
        let first = self.steps.iter().find(opens).cloned();
        first.context("the circuit never opened")
    }
}

/// Both shops and the breaker of one of them.
pub(crate) struct Town {
    payment: CircuitBreaker,
    events: mpsc::Receiver<(Instant, Transition)>,
}

impl Town {
    pub(crate) fn new(registry: &Registry) -> anyhow::Result<Self> {
        let payment = registry
            .get("payment")
            .context("no breaker is named `payment`")?;
        let (sender, events) = mpsc::channel();
        registry
            .subscribe(move |event: &Event| {
                if let EventKind::Transition(transition) = event.kind() {
                    // This fails after the town is dropped, which does not matter.
                    let _ = sender.send((Instant::now(), transition.clone()));
                }
            })
            .detach();
        Ok(Self { payment, events })
    }

    /// Runs one outage that lasts for the given number of orders.
    pub(crate) async fn outage(&mut self, fault: Mode, orders: u64) -> anyhow::Result<Outage> {
        // Otherwise the window would still hold calls of the previous outage.
        self.payment.reset();
        let before = self.payment.snapshot().totals;
        let mut shops = Shops::open().await?;
        shops.phase(Mode::Well, BEFORE).await;
        let sick = shops.phase(fault, orders).await;
        let well = shops.phase(Mode::Well, AFTER).await;

        let outage = Outage {
            began: sick.began,
            ended: well.began,
            without: shops
                .without
                .close(sick.hits_without..well.hits_without)
                .await?,
            with: shops.with.close(sick.hits_with..well.hits_with).await?,
            steps: self.events.try_iter().collect(),
        };
        let after = self.payment.snapshot();
        ensure!(
            after.state == State::Closed,
            "the circuit was still {} long after the outage",
            after.state
        );
        adds_up(&outage.with, &before, &after.totals)?;
        Ok(outage)
    }
}

/// Compares the totals of the breaker with what the customers saw.
fn adds_up(day: &Day, before: &Totals, after: &Totals) -> anyhow::Result<()> {
    let counted = [
        ("paid", after.successes - before.successes),
        ("failed", after.failures - before.failures),
        ("rejected", after.rejected - before.rejected),
        ("cancelled", after.cancelled - before.cancelled),
    ];
    let seen = [
        ("paid", day.count(Answer::Paid) as u64),
        ("failed", day.count(Answer::Failed) as u64),
        ("rejected", day.count(Answer::Later) as u64),
        // Customers in a hurry wait for longer than `cancel_after`, so their calls count as failures.
        ("cancelled", 0),
    ];
    ensure!(counted == seen, "counted {counted:?}, but seen {seen:?}");
    Ok(())
}

/// The counts at the start of a phase.
struct Phase {
    began: Instant,
    hits_without: u64,
    hits_with: u64,
}

/// The two shops, and the clock that paces the customers of both.
struct Shops {
    beat: Interval,
    without: Shop,
    with: Shop,
}

impl Shops {
    async fn open() -> anyhow::Result<Self> {
        Ok(Self {
            beat: interval(PACE),
            without: Shop::open(false).await?,
            with: Shop::open(true).await?,
        })
    }

    /// Makes both services answer in this mode for the given number of orders.
    async fn phase(&mut self, mode: Mode, orders: u64) -> Phase {
        // This gives the last order of the previous phase time to arrive.
        self.beat.tick().await;
        let phase = Phase {
            began: Instant::now(),
            hits_without: self.without.service.hits(),
            hits_with: self.with.service.hits(),
        };
        self.without.service.switch(mode);
        self.with.service.switch(mode);
        for order in 0..orders {
            if order > 0 {
                self.beat.tick().await;
            }
            self.without.order();
            self.with.order();
        }
        phase
    }
}

/// A shop and its payment service.
struct Shop {
    service: PaymentService,
    till: Arc<Till>,
    guarded: bool,
    orders: u64,
    calls: JoinSet<Call>,
}

impl Shop {
    async fn open(guarded: bool) -> anyhow::Result<Self> {
        let service = PaymentService::start().await?;
        let till = Arc::new(Till::new(service.url(), PATIENCE)?);
        Ok(Self {
            service,
            till,
            guarded,
            orders: 0,
            calls: JoinSet::new(),
        })
    }

    fn order(&mut self) {
        self.orders += 1;
        let (till, guarded, number) = (Arc::clone(&self.till), self.guarded, self.orders);
        self.calls.spawn(async move {
            let began = Instant::now();
            let answer = buy(&till, guarded, number).await;
            Call {
                number,
                began,
                took: began.elapsed(),
                answer,
            }
        });
    }

    /// Waits for the last customer. `sick` holds the service's hit counts at the start and end of the outage.
    async fn close(self, sick: Range<u64>) -> anyhow::Result<Day> {
        let mut calls = self.calls.join_all().await;
        calls.sort_unstable_by_key(|call| call.number);
        let day = Day {
            calls,
            hits_while_sick: sick.end - sick.start,
        };

        let (later, queued) = (day.count(Answer::Later), self.till.queued().await);
        ensure!(
            later == queued,
            "{later} orders were to be paid later, {queued} were queued"
        );
        let (sent, hits) = (self.orders - later as u64, self.service.hits());
        ensure!(
            sent == hits,
            "{sent} calls were sent, {hits} reached the service"
        );
        Ok(day)
    }
}

/// Pays for one customer.
async fn buy(till: &Till, guarded: bool, number: u64) -> Answer {
    let cents = 450 + 785 * (number % 7);
    let paying = async {
        if guarded {
            charge(till, cents).await
        } else {
            till.charge(cents).await
        }
    };
    let answer: Option<Result<Receipt, PayError>> = if number % 4 == 0 {
        timeout(HURRY, paying).await.ok()
    } else {
        Some(paying.await)
    };
    match answer {
        Some(Ok(Receipt::Paid)) => Answer::Paid,
        Some(Ok(Receipt::Queued)) => Answer::Later,
        Some(Err(_)) | None => Answer::Failed,
    }
}
