//! `#[tracing::instrument]`, which knows arguments, results, and the futures that `#[async_trait]` makes.

use std::sync::{Arc, Mutex};

use breaker_runtime::circuit_breaker;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Span, Subscriber, instrument};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::{Error, ends};

/// Writes down the spans with their fields, and the events.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn say(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

/// The fields of a span or an event as text.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        use std::fmt::Write as _;
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let mut fields = Fields(attributes.metadata().name().to_owned());
        attributes.record(&mut fields);
        self.say(fields.0);
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut fields = Fields("record".to_owned());
        values.record(&mut fields);
        self.say(fields.0);
    }

    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields("event".to_owned());
        event.record(&mut fields);
        self.say(fields.0);
    }
}

/// Runs a future and returns what it logged.
fn logged<F: Future>(future: F) -> (F::Output, Vec<String>) {
    let log = Log::default();
    let subscriber = tracing_subscriber::registry().with(log.clone());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let output = tracing::subscriber::with_default(subscriber, || runtime.block_on(future));
    let lines = log.0.lock().unwrap().clone();
    (output, lines)
}

/// Says in which span the body runs, before and after a pause.
async fn spans() -> String {
    let name = || Span::current().metadata().map(tracing::Metadata::name);
    let before = name();
    tokio::task::yield_now().await;
    format!("{before:?} {:?}", name())
}

fn in_span(name: &str) -> String {
    format!("{:?} {:?}", Some(name), Some(name))
}

struct Bank {
    branch: u32,
}

impl Bank {
    #[instrument(skip_all, fields(branch = self.branch, cents, note = tracing::field::Empty), ret)]
    #[circuit_breaker(name = "instrument.sync.above")]
    fn above(&self, cents: u64) -> Result<u64, Error> {
        Span::current().record("note", "paid");
        Ok(cents)
    }

    #[circuit_breaker(name = "instrument.sync.below")]
    #[instrument(skip_all, fields(branch = self.branch, cents, note = tracing::field::Empty), ret)]
    fn below(&self, cents: u64) -> Result<u64, Error> {
        Span::current().record("note", "paid");
        Ok(cents)
    }

    #[instrument(skip(self, note), fields(length = note.len()), err)]
    #[circuit_breaker(name = "instrument.async.above", key = to)]
    async fn send_above(&self, to: u32, note: String) -> Result<String, Error> {
        let spans = spans().await;
        if note.is_empty() {
            Err(Error::Down)
        } else {
            Ok(spans)
        }
    }

    #[circuit_breaker(name = "instrument.async.below", key = to)]
    #[instrument(skip(self, note), fields(length = note.len()), err)]
    async fn send_below(&self, to: u32, note: String) -> Result<String, Error> {
        let spans = spans().await;
        if note.is_empty() {
            Err(Error::Down)
        } else {
            Ok(spans)
        }
    }
}

#[test]
fn a_method_has_its_span_with_fields_and_result_in_both_orders() {
    let bank = Bank { branch: 7 };
    let (answer, lines) = logged(async { bank.above(450) });
    assert_eq!(answer, Ok(450));
    let rest = [r#"record note="paid""#, "event return=Ok(450)"];
    assert_eq!(lines[0], "above branch=7");
    assert_eq!(lines[1..], rest);

    let (answer, lines) = logged(async { bank.below(450) });
    assert_eq!(answer, Ok(450));
    assert_eq!(lines[0], "below branch=7");
    assert_eq!(lines[1..], rest);

    assert_eq!(ends("instrument.sync.above"), (1, 0, 0));
    assert_eq!(ends("instrument.sync.below"), (1, 0, 0));
}

#[test]
fn an_async_method_runs_in_its_span_in_both_orders() {
    let bank = Bank { branch: 7 };
    let (answer, lines) = logged(bank.send_above(3, "hello".to_owned()));
    assert_eq!(answer, Ok(in_span("send_above")));
    assert_eq!(lines, ["send_above to=3 length=5"]);
    let (_, lines) = logged(bank.send_above(3, String::new()));
    assert_eq!(lines, ["send_above to=3 length=0", "event error=down"]);

    let (answer, lines) = logged(bank.send_below(3, "hello".to_owned()));
    assert_eq!(answer, Ok(in_span("send_below")));
    assert_eq!(lines, ["send_below to=3 length=5"]);
    let (_, lines) = logged(bank.send_below(3, String::new()));
    assert_eq!(lines, ["send_below to=3 length=0", "event error=down"]);
}

#[tonic::async_trait]
trait Mail {
    async fn above(&self, to: u32) -> Result<String, Error>;
    async fn below(&self, to: u32) -> Result<String, Error>;
}

#[tonic::async_trait]
impl Mail for Bank {
    #[instrument(skip(self))]
    #[circuit_breaker(name = "instrument.trait.above")]
    async fn above(&self, to: u32) -> Result<String, Error> {
        let _ = to;
        Ok(spans().await)
    }

    #[circuit_breaker(name = "instrument.trait.below")]
    #[instrument(skip(self))]
    async fn below(&self, to: u32) -> Result<String, Error> {
        let _ = to;
        Ok(spans().await)
    }
}

#[test]
fn a_method_of_an_async_trait_runs_in_its_span_in_both_orders() {
    let bank = Bank { branch: 7 };
    let (answer, lines) = logged(Mail::above(&bank, 3));
    assert_eq!(answer, Ok(in_span("above")));
    assert_eq!(lines, ["above to=3"]);
    let (answer, lines) = logged(Mail::below(&bank, 3));
    assert_eq!(answer, Ok(in_span("below")));
    assert_eq!(lines, ["below to=3"]);
    assert_eq!(ends("instrument.trait.above"), (1, 0, 0));
    assert_eq!(ends("instrument.trait.below"), (1, 0, 0));
}
