//! Shows all states of a circuit, with a real HTTP service that goes through two outages.
//!
//! The program starts a payment service on a loopback port. A client with a circuit breaker and a
//! fallback calls the service. Every line of the timeline is one call. The column `hits` shows how
//! many calls the service has received. The program takes about nine seconds, and fails if anything
//! differs from the headings.
//!
//! ```text
//! cargo run --example payment
//! ```

mod client;
#[expect(dead_code, reason = "each example needs some of the faults")]
#[path = "../service/mod.rs"]
mod service;
mod timeline;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use breaker_runtime::{CircuitBreaker, Registry, State, Transition};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::time::{sleep, timeout};

use client::{Order, PayError, Receipt, Till, charge};
use service::{Mode, PaymentService};
use timeline::Timeline;

/// The pause after each call, so that people can read along.
const PACE: Duration = Duration::from_millis(30);

#[tokio::main]
async fn main() -> ExitCode {
    let story = timeout(Duration::from_secs(20), tell()).await;
    match story.context("it took too long").and_then(|end| end) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nThe story went differently: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn tell() -> anyhow::Result<()> {
    let mut story = Story::begin().await?;
    story.a_service_that_is_well().await?;
    story.declines_do_not_count().await?;
    story.the_fifth_failure_opens_the_circuit().await?;
    story.the_fallback_answers().await?;
    story.two_probes_at_once_at_most().await?;
    story.the_third_good_probe_closes_the_circuit().await?;
    story.a_second_outage_takes_longer().await?;
    story.a_failed_probe_opens_it_again().await?;
    story.a_happy_end().await?;
    story.adds_up().await
}

/// The calls by answer, counted outside the breaker.
#[derive(Debug, Default)]
struct Tally {
    paid: u64,
    declined: u64,
    failed: u64,
    queued: u64,
}

struct Story {
    service: PaymentService,
    till: Arc<Till>,
    payment: CircuitBreaker,
    timeline: Timeline,
    orders: u64,
    tally: Tally,
}

impl Story {
    async fn begin() -> anyhow::Result<Self> {
        let service = PaymentService::start().await?;
        let till = Arc::new(Till::new(service.url())?);
        // The attribute declares the breaker, so the registry has it before the first call.
        let payment = Registry::global()
            .get("payment")
            .context("no breaker is named `payment`")?;
        Ok(Self {
            service,
            till,
            payment,
            timeline: Timeline::begin(Registry::global()),
            orders: 0,
            tally: Tally::default(),
        })
    }

    async fn a_service_that_is_well(&mut self) -> anyhow::Result<()> {
        self.timeline.chapter("The service is healthy.");
        self.pay(3).await;

        ensure!(self.tally.paid == 3, "three calls should have been paid");
        self.expect_state(State::Closed)
    }

    async fn declines_do_not_count(&mut self) -> anyhow::Result<()> {
        self.timeline.chapter(
            "Six cards are declined. That is not an outage, so the declines do not count.",
        );
        self.service.switch(Mode::Declining);
        self.pay(6).await;

        ensure!(self.tally.declined == 6, "six calls should be declined");
        self.expect_failures_in_a_row(0)?;
        self.expect_state(State::Closed)
    }

    async fn the_fifth_failure_opens_the_circuit(&mut self) -> anyhow::Result<()> {
        self.timeline.chapter(
            "The service fails in three ways. A decline in between changes nothing, \
             and the fifth failure opens the circuit.",
        );
        for (mode, calls) in [(Mode::Disconnecting, 1), (Mode::Broken, 2), (Mode::Late, 1)] {
            self.service.switch(mode);
            self.pay(calls).await;
        }
        self.expect_failures_in_a_row(4)?;
        self.service.switch(Mode::Declining);
        self.pay(1).await;
        self.expect_failures_in_a_row(4)?;
        self.expect_state(State::Closed)?;
        self.service.switch(Mode::Disconnecting);
        self.pay(1).await;

        ensure!(self.tally.failed == 5, "five calls should have failed");
        self.expect_state(State::Open)
    }

    async fn the_fallback_answers(&mut self) -> anyhow::Result<()> {
        let hits = self.service.hits();
        self.timeline
            .chapter("The fallback answers, and no call reaches the service.");
        self.pay(4).await;
        sleep(Duration::from_millis(300)).await;
        self.timeline
            .chapter("The service has recovered, but the open period has to pass first.");
        self.service.switch(Mode::Slow);
        self.pay(2).await;

        ensure!(
            self.tally.queued == 6,
            "the fallback should answer six calls"
        );
        ensure!(
            self.service.hits() == hits,
            "a call reached the service through the open circuit"
        );
        self.expect_state(State::Open)
    }

    async fn two_probes_at_once_at_most(&mut self) -> anyhow::Result<()> {
        self.timeline.chapter(
            "Then six customers pay at once: two calls are admitted as probes, the others are rejected.",
        );
        self.open_period_passes().await;
        let hits = self.service.hits();
        self.service.take_most_at_once();
        self.pay_at_once(6).await;

        let probes = self.service.hits() - hits;
        let at_once = self.service.take_most_at_once();
        ensure!(probes == 2, "{probes} calls reached the service, not two");
        ensure!(at_once == 2, "{at_once} probes ran at once, not two");
        ensure!(self.tally.queued == 10, "four calls should be rejected");
        self.expect_state(State::HalfOpen)
    }

    async fn the_third_good_probe_closes_the_circuit(&mut self) -> anyhow::Result<()> {
        self.timeline
            .chapter("The third successful probe closes the circuit.");
        self.service.switch(Mode::Well);
        self.pay(2).await;
        self.expect_state(State::Closed)
    }

    async fn a_second_outage_takes_longer(&mut self) -> anyhow::Result<()> {
        self.timeline.chapter(
            "A second outage right after the first: the circuit stays open twice as long.",
        );
        self.service.switch(Mode::Broken);
        self.pay(7).await;
        self.expect_state(State::Open)
    }

    async fn a_failed_probe_opens_it_again(&mut self) -> anyhow::Result<()> {
        self.timeline.chapter(
            "The service is still down: one failed probe opens the circuit, and the period doubles again.",
        );
        self.open_period_passes().await;
        self.pay(2).await;
        self.expect_state(State::Open)
    }

    async fn a_happy_end(&mut self) -> anyhow::Result<()> {
        self.timeline
            .chapter("The service has recovered: three successful probes close the circuit.");
        self.service.switch(Mode::Well);
        self.open_period_passes().await;
        self.pay(4).await;
        self.expect_state(State::Closed)
    }

    /// Compares the totals of the breaker with the counts outside the breaker.
    async fn adds_up(&mut self) -> anyhow::Result<()> {
        timeline::table(&Registry::global().snapshot());

        let totals = self.payment.snapshot().totals;
        let counted = (totals.successes, totals.ignored, totals.failures);
        let seen = (self.tally.paid, self.tally.declined, self.tally.failed);
        ensure!(counted == seen, "counted {counted:?}, but seen {seen:?}");
        ensure!(
            totals.calls == self.service.hits(),
            "the service was hit {} times, the breaker counted {} calls",
            self.service.hits(),
            totals.calls
        );
        ensure!(
            totals.rejected == self.tally.queued && totals.fallback_successes == totals.rejected,
            "the fallback should have answered every rejected call"
        );
        println!(
            "\n{} orders: {} paid, {} declined, {} failed, {} to be paid later.",
            self.orders,
            self.tally.paid,
            self.tally.declined,
            self.tally.failed,
            self.till.queued().await
        );
        expect_transitions(self.timeline.transitions())
    }

    /// Pays some orders, one after the other.
    async fn pay(&mut self, orders: u64) {
        for _ in 0..orders {
            let order = self.next_order();
            let answer = charge(&self.till, order).await;
            self.note(order, &answer);
            sleep(PACE).await;
        }
    }

    /// Pays some orders concurrently.
    async fn pay_at_once(&mut self, orders: u64) {
        let orders: Vec<Order> = (0..orders).map(|_| self.next_order()).collect();
        let till = Arc::clone(&self.till);
        let mut calls: FuturesUnordered<_> = orders
            .into_iter()
            .map(async |order| (order, charge(&till, order).await))
            .collect();
        while let Some((order, answer)) = calls.next().await {
            self.note(order, &answer);
        }
    }

    fn next_order(&mut self) -> Order {
        self.orders += 1;
        Order {
            number: self.orders,
            cents: 450 + 785 * (self.orders % 7),
        }
    }

    fn note(&mut self, order: Order, answer: &Result<Receipt, PayError>) {
        match answer {
            Ok(Receipt::Paid { .. }) => self.tally.paid += 1,
            Ok(Receipt::Queued { .. }) => self.tally.queued += 1,
            Err(PayError::Declined(_)) => self.tally.declined += 1,
            Err(PayError::Http(_)) => self.tally.failed += 1,
        }
        let breaker = self.payment.snapshot();
        self.timeline
            .call(order, answer, &breaker, self.service.hits());
    }

    /// Waits until the open period has passed. The snapshot makes the circuit half open.
    async fn open_period_passes(&mut self) {
        while let Some(rest) = self.payment.snapshot().retry_after {
            sleep(rest).await;
        }
        self.timeline.changes();
    }

    fn expect_state(&self, expected: State) -> anyhow::Result<()> {
        let state = self.payment.state();
        ensure!(state == expected, "the circuit is {state}, not {expected}");
        Ok(())
    }

    fn expect_failures_in_a_row(&self, expected: u32) -> anyhow::Result<()> {
        let failures = self.payment.snapshot().failures_in_a_row;
        ensure!(
            failures == expected,
            "{failures} failures in a row are counted, not {expected}"
        );
        Ok(())
    }
}

/// Checks the transitions that the listener received.
fn expect_transitions(transitions: &[Transition]) -> anyhow::Result<()> {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    let expected = [
        (State::Closed, State::Open, seconds(1)),
        (State::Open, State::HalfOpen, None),
        (State::HalfOpen, State::Closed, None),
        (State::Closed, State::Open, seconds(2)),
        (State::Open, State::HalfOpen, None),
        (State::HalfOpen, State::Open, seconds(4)),
        (State::Open, State::HalfOpen, None),
        (State::HalfOpen, State::Closed, None),
    ];
    let seen: Vec<_> = transitions
        .iter()
        .map(|change| (change.from, change.to, change.open_period))
        .collect();
    ensure!(
        seen == expected,
        "expected these transitions:\n  {expected:?}\nbut there were these:\n  {seen:?}"
    );
    Ok(())
}
