//! Functions that return a stream: the stream is guarded, not the call that makes it.

use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use breaker_runtime::test_util::TestRegistry;
use breaker_runtime::{ClassifyError, Outcome, Registry, circuit_breaker};
use futures::stream::{self, BoxStream, LocalBoxStream, Stream, StreamExt as _};

use crate::expansion::{Error, Log, assert_send, breaker, ends, open, panic_of, run};

type Item = Result<u32, Error>;

fn all<S: Stream>(stream: S) -> Vec<S::Item> {
    run(stream.collect())
}

#[test]
fn the_body_is_eager_and_the_first_poll_asks_for_a_permit() {
    let log = Log::default();

    #[circuit_breaker(name = "streams.eager")]
    fn call(log: &Log) -> impl Stream<Item = Result<u32, Error>> + use<> {
        log.say("eager");
        stream::iter([Ok(1), Ok(2)])
    }

    let stream = assert_send(call(&log));
    assert_eq!(log.take(), ["eager"]);
    drop(stream);
    assert_eq!(ends("streams.eager"), "nothing");

    assert_eq!(all(call(&log)), [Ok(1), Ok(2)]);
    assert_eq!(ends("streams.eager"), "1 success");

    open("streams.eager");
    let rejected = all(call(&log));
    assert!(matches!(&rejected[..], [Err(error)] if error.is_rejection()));
    assert_eq!(ends("streams.eager"), "1 success, 1 rejected");
}

#[test]
fn the_first_error_fails_the_stream() {
    #[circuit_breaker(name = "streams.error")]
    fn call(items: Vec<Item>) -> impl Stream<Item = Result<u32, Error>> {
        stream::iter(items)
    }

    let items = vec![Ok(1), Err(Error::Down), Err(Error::Down), Ok(2)];
    assert_eq!(all(call(items.clone())), items);
    assert_eq!(ends("streams.error"), "1 failure");
}

#[test]
fn boxed_streams_are_guarded() {
    #[circuit_breaker(name = "streams.boxed")]
    fn boxed<'a>(items: &'a [u32]) -> Pin<Box<dyn Stream<Item = Result<u32, Error>> + Send + 'a>> {
        if items.is_empty() {
            return Box::pin(stream::iter([Err(Error::Down)]));
        }
        Box::pin(stream::iter(items).map(|item| Ok(*item)))
    }

    #[circuit_breaker(name = "streams.alias")]
    fn alias(items: &[u32]) -> BoxStream<'_, Result<u32, Error>> {
        boxed(items)
    }

    #[circuit_breaker(name = "streams.by_path")]
    fn by_path(items: &[u32]) -> futures::stream::BoxStream<'_, Result<u32, Error>> {
        alias(items).boxed()
    }

    #[circuit_breaker(name = "streams.local")]
    fn local(item: Rc<u32>) -> LocalBoxStream<'static, Result<u32, Error>> {
        stream::once(async move { Ok(*item) }).boxed_local()
    }

    assert_eq!(all(assert_send(by_path(&[1, 2]))), [Ok(1), Ok(2)]);
    assert_eq!(all(by_path(&[])), [Err(Error::Down)]);
    assert_eq!(all(local(Rc::new(7))), [Ok(7)]);
    for name in ["streams.boxed", "streams.alias", "streams.by_path"] {
        assert_eq!(ends(name), "1 success, 1 failure");
    }
    assert_eq!(ends("streams.local"), "1 success");
}

#[test]
fn the_item_of_an_alias_is_that_of_its_type() {
    /// As tonic has it: the parameter is only a part of the item.
    type BoxStream<T> = Pin<Box<dyn Stream<Item = Result<T, Error>> + Send>>;

    #[circuit_breaker(name = "streams.own_alias", ignore(Err(Error::Declined(_))))]
    fn call(item: Item) -> BoxStream<u32> {
        Box::pin(stream::iter([item]))
    }

    assert_eq!(all(call(Ok(1))), [Ok(1)]);
    all(call(Err(Error::Down)));
    all(call(Err(Error::Declined(1))));
    assert_eq!(ends("streams.own_alias"), "1 success, 1 failure, 1 ignored");
}

#[test]
fn items_are_classified_as_values_are() {
    fn judge(item: &Item) -> Outcome {
        match item {
            Ok(0) => Outcome::Failure,
            Ok(_) => Outcome::Success,
            Err(_) => Outcome::Ignored,
        }
    }

    #[circuit_breaker(name = "streams.classify", classify = judge)]
    fn classified(items: Vec<Item>) -> impl Stream<Item = Result<u32, Error>> {
        stream::iter(items)
    }

    #[circuit_breaker(name = "streams.patterns", failure(Ok(0)), ignore(Err(Error::Down)))]
    fn by_patterns(items: Vec<Item>) -> impl Stream<Item = Result<u32, Error>> {
        stream::iter(items)
    }

    for call in [
        |items| classified(items).boxed(),
        |items| by_patterns(items).boxed(),
    ] as [fn(Vec<Item>) -> BoxStream<'static, Item>; 2]
    {
        all(call(vec![Ok(1), Ok(0)]));
        all(call(vec![Err(Error::Down), Ok(1)]));
        all(call(vec![Ok(1), Err(Error::Down)]));
    }
    assert_eq!(ends("streams.classify"), "1 success, 1 failure, 1 ignored");
    assert_eq!(ends("streams.patterns"), "1 success, 1 failure, 1 ignored");
}

#[test]
fn the_item_that_fails_states_hint_and_cause() {
    #[derive(Debug, thiserror::Error)]
    enum Fault {
        #[error("busy for {0} s")]
        Busy(u64),
        #[error("stopped by its circuit breaker")]
        Breaker(#[from] breaker_runtime::BreakerError),
    }

    impl ClassifyError for Fault {
        fn outcome(&self) -> Outcome {
            Outcome::Failure
        }

        fn retry_after(&self) -> Option<Duration> {
            match self {
                Self::Busy(seconds) => Some(Duration::from_secs(*seconds)),
                Self::Breaker(_) => None,
            }
        }
    }

    fn hint(item: &Result<u32, Fault>) -> Option<Duration> {
        item.as_ref().err()?.retry_after()
    }

    #[circuit_breaker(name = "streams.hint", threshold = 1, jitter = 0.0, open_for_hint = hint, cause)]
    fn hinted() -> impl Stream<Item = Result<u32, Fault>> {
        stream::iter([Ok(1), Err(Fault::Busy(70))])
    }

    #[circuit_breaker(name = "streams.by_error", threshold = 1, jitter = 0.0, classify = by_error, cause)]
    fn by_error() -> BoxStream<'static, Result<u32, Fault>> {
        stream::iter([Ok(1), Err(Fault::Busy(80))]).boxed()
    }

    let test = TestRegistry::new();
    let _entered = test.enter();
    all(hinted());
    all(by_error());
    for (name, seconds) in [("streams.hint", 70), ("streams.by_error", 80)] {
        let snapshot = test.get(name).unwrap().snapshot();
        assert_eq!(snapshot.retry_after, Some(Duration::from_secs(seconds)));
        let cause = snapshot.history.last().unwrap().transition.cause.clone();
        assert_eq!(*cause.unwrap().text, format!("busy for {seconds} s"));
    }
}

#[test]
fn keys_and_registries_are_those_of_the_call() {
    struct Client {
        registry: Registry,
    }

    impl Client {
        #[circuit_breaker(name = "streams.keyed", key = host, registry = &self.registry)]
        fn read<'a>(&'a self, host: &str) -> impl Stream<Item = Result<u32, Error>> + use<'a> {
            let down = host == "down";
            stream::iter([if down { Err(Error::Down) } else { Ok(1) }])
        }
    }

    let client = Client {
        registry: Registry::new(),
    };
    let stream = {
        let host = "down".to_owned();
        client.read(&host)
    };
    all(stream);
    all(client.read("up"));
    let failures = |key| {
        let breaker = client.registry.get_keyed("streams.keyed", key).unwrap();
        breaker.snapshot().totals.failures
    };
    assert_eq!((failures("down"), failures("up")), (1, 0));
}

#[test]
fn a_panic_in_the_eager_part_is_not_a_call() {
    #[circuit_breaker(name = "streams.eager_panic")]
    fn call(up: bool) -> impl Stream<Item = Result<u32, Error>> {
        assert!(up, "not even begun");
        stream::iter([Ok(1)])
    }

    assert_eq!(panic_of(|| drop(call(false))), "not even begun");
    assert_eq!(ends("streams.eager_panic"), "nothing");
}

#[test]
fn methods_of_traits_and_generic_functions_return_streams() {
    trait Feed {
        fn items(&self) -> impl Stream<Item = Result<u32, Error>>;
    }

    struct Fixed(u32);

    impl Feed for Fixed {
        #[circuit_breaker(name = "streams.trait")]
        fn items(&self) -> impl Stream<Item = Result<u32, Error>> {
            stream::iter(0..self.0).map(Ok)
        }
    }

    #[circuit_breaker(name = "streams.generic")]
    fn twice<T: Clone, E: From<breaker_runtime::BreakerError> + 'static>(
        value: T,
    ) -> impl Stream<Item = Result<T, E>> + Unpin {
        stream::iter([Ok(value.clone()), Ok(value)])
    }

    assert_eq!(all(Fixed(2).items()), [Ok(0), Ok(1)]);
    assert_eq!(all(twice::<_, Error>("a")), [Ok("a"), Ok("a")]);
    assert_eq!(ends("streams.trait"), "1 success");
    assert_eq!(breaker("streams.generic").snapshot().totals.successes, 1);
}
