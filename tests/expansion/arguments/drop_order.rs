//! The order in which arguments and locals are dropped. It is that of the function without the attribute.

use breaker_runtime::{Outcome, circuit_breaker};

use crate::expansion::{
    Error, Log, Noisy, assert_send, ends, open, panic_of, pause, poll_once, run,
};

#[test]
fn arguments_are_dropped_in_the_order_of_a_plain_function() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.drop_order")]
    fn call(
        first: Noisy,
        _: Noisy,
        (left, _): (Noisy, Noisy),
        _kept: Noisy,
        last: Noisy,
    ) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        let _ = (&left, &last);
        first.log().say("body");
        Ok(())
    }

    fn plain(
        first: Noisy,
        _: Noisy,
        (left, _): (Noisy, Noisy),
        _kept: Noisy,
        last: Noisy,
    ) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        let _ = (&left, &last);
        first.log().say("body");
        Ok(())
    }

    let make = || {
        (
            log.noisy("first"),
            log.noisy("wildcard"),
            (log.noisy("left"), log.noisy("right")),
            log.noisy("kept"),
            log.noisy("last"),
        )
    };
    let (a, b, c, d, e) = make();
    plain(a, b, c, d, e).unwrap();
    let expected = log.take();
    let (a, b, c, d, e) = make();
    call(a, b, c, d, e).unwrap();
    assert_eq!(log.take(), expected);
}

#[test]
fn arguments_that_the_body_never_names_live_as_long_as_in_a_plain_function() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.unnamed_live")]
    fn call(log: &Log, _guard: Noisy, _: Noisy) -> Result<(), Error> {
        log.say("body");
        Ok(())
    }

    fn plain(log: &Log, _guard: Noisy, _: Noisy) -> Result<(), Error> {
        log.say("body");
        Ok(())
    }

    plain(&log, log.noisy("guard"), log.noisy("wildcard")).unwrap();
    let expected = log.take();
    call(&log, log.noisy("guard"), log.noisy("wildcard")).unwrap();
    assert_eq!(log.take(), expected);
    assert_eq!(expected[0], "body");
}

#[test]
fn a_struct_with_one_used_field_is_dropped_as_a_whole() {
    struct Both {
        left: Noisy,
        right: Noisy,
    }

    let log = Log::default();

    #[circuit_breaker(name = "drop_order.whole_capture")]
    fn call(both: Both, other: Noisy) -> Result<(), Error> {
        let left = &both.left;
        left.log().say("body");
        drop(other);
        Ok(())
    }

    fn plain(both: Both, other: Noisy) -> Result<(), Error> {
        let left = &both.left;
        left.log().say("body");
        drop(other);
        Ok(())
    }

    let both = || Both {
        left: log.noisy("left"),
        right: log.noisy("right"),
    };
    let _ = &both().right;
    log.take();
    plain(both(), log.noisy("other")).unwrap();
    let expected = log.take();
    call(both(), log.noisy("other")).unwrap();
    assert_eq!(log.take(), expected);
}

#[test]
fn arguments_are_dropped_in_order_when_the_body_returns_early() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.drop_order_return")]
    fn call(first: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        if second.log().take().is_empty() {
            return Err(Error::Down);
        }
        Ok(())
    }

    fn plain(first: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        if second.log().take().is_empty() {
            return Err(Error::Down);
        }
        Ok(())
    }

    plain(log.noisy("first"), log.noisy("second")).unwrap_err();
    let expected = log.take();
    call(log.noisy("first"), log.noisy("second")).unwrap_err();
    assert_eq!(log.take(), expected);
}

#[test]
fn arguments_are_dropped_in_order_when_the_body_panics() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.drop_order_panic")]
    fn call(first: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = (first.log().noisy("local"), &second);
        panic!("cut");
    }

    fn plain(first: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = (first.log().noisy("local"), &second);
        panic!("cut");
    }

    panic_of(|| plain(log.noisy("first"), log.noisy("second")));
    let expected = log.take();
    panic_of(|| call(log.noisy("first"), log.noisy("second")));
    assert_eq!(log.take(), expected);
}

#[test]
fn a_temporary_of_the_tail_is_dropped_before_the_arguments() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.tail_temporary")]
    fn call(first: Noisy) -> Result<usize, Error> {
        Ok(std::mem::size_of_val(&first.log().noisy("temporary")))
    }

    fn plain(first: Noisy) -> Result<usize, Error> {
        Ok(std::mem::size_of_val(&first.log().noisy("temporary")))
    }

    plain(log.noisy("first")).unwrap();
    let expected = log.take();
    call(log.noisy("first")).unwrap();
    assert_eq!(log.take(), expected);
}

#[test]
fn an_async_function_drops_its_arguments_in_order() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.async_drop_order")]
    async fn call(
        first: Noisy,
        _: Noisy,
        (left, _): (Noisy, Noisy),
        _kept: Noisy,
    ) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        pause().await;
        left.log().say("body");
        Ok(())
    }

    async fn plain(
        first: Noisy,
        _: Noisy,
        (left, _): (Noisy, Noisy),
        _kept: Noisy,
    ) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        pause().await;
        left.log().say("body");
        Ok(())
    }

    let make = || {
        (
            log.noisy("first"),
            log.noisy("wildcard"),
            (log.noisy("left"), log.noisy("right")),
            log.noisy("kept"),
        )
    };
    let (a, b, c, d) = make();
    run(plain(a, b, c, d)).unwrap();
    let expected = log.take();
    let (a, b, c, d) = make();
    run(call(a, b, c, d)).unwrap();
    assert_eq!(log.take(), expected);
}

#[test]
fn an_async_function_that_reads_arguments_in_place_drops_them_in_order() {
    macro_rules! call {
        ($(#[$attribute:meta])* $name:ident) => {
            $(#[$attribute])*
            async fn $name(
                first: Noisy,
                number: u8,
                second: (Noisy, Noisy),
                third: Noisy,
                moved: Noisy,
                last: Noisy,
            ) -> Result<(), Error> {
                let _local = first.1.noisy("local");
                let _number = number;
                pause().await;
                let _field = second.0;
                let _ = (&third, &last);
                drop(moved);
                pause().await;
                first.1.say("body");
                Ok(())
            }
        };
    }
    call! { plain }
    call! { #[circuit_breaker(name = "drop_order.in_place")] guarded }

    let log = Log::default();
    let noisy = |word| log.noisy(word);
    macro_rules! dropped {
        ($call:ident after $polls:ident polls) => {{
            let mut future = Box::pin($call(
                noisy("first"),
                1,
                (noisy("second.0"), noisy("second.1")),
                noisy("third"),
                noisy("moved"),
                noisy("last"),
            ));
            (0..$polls).for_each(|_| drop(poll_once(future.as_mut())));
            drop(future);
            log.take()
        }};
    }
    for polls in 0..4 {
        let expected = dropped!(plain after polls polls);
        assert_eq!(
            dropped!(guarded after polls polls),
            expected,
            "after {polls} polls"
        );
    }
}

#[test]
fn a_self_is_dropped_after_the_arguments_that_the_body_reads_in_place() {
    struct Sender(Noisy);

    impl Sender {
        #[circuit_breaker(name = "drop_order.in_place_self")]
        async fn send(self, first: Noisy, last: Noisy) -> Result<(), Error> {
            pause().await;
            let _ = (&first, &last);
            self.0.log().say("body");
            Ok(())
        }
    }

    let log = Log::default();
    for polls in 0..3 {
        let sender = Sender(log.noisy("self"));
        let mut future = Box::pin(sender.send(log.noisy("first"), log.noisy("last")));
        (0..polls).for_each(|_| drop(poll_once(future.as_mut())));
        drop(future);
        let expected: &[&str] = match polls {
            0 => &["self", "first", "last"],
            1 => &["last", "first", "self"],
            _ => &["body", "last", "first", "self"],
        };
        assert_eq!(log.take(), expected, "after {polls} polls");
    }
}

#[test]
fn an_async_function_that_is_never_polled_drops_its_arguments_in_order() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.async_unpolled_drop_order")]
    async fn call(first: Noisy, _: Noisy, second: Noisy) -> Result<(), Error> {
        let _ = (&first, &second);
        Ok(())
    }

    async fn plain(first: Noisy, _: Noisy, second: Noisy) -> Result<(), Error> {
        let _ = (&first, &second);
        Ok(())
    }

    drop(plain(
        log.noisy("first"),
        log.noisy("wildcard"),
        log.noisy("second"),
    ));
    let expected = log.take();
    drop(call(
        log.noisy("first"),
        log.noisy("wildcard"),
        log.noisy("second"),
    ));
    assert_eq!(log.take(), expected);
    assert_eq!(ends("drop_order.async_unpolled_drop_order"), "nothing");
}

#[test]
fn an_async_function_that_is_cancelled_drops_its_arguments_in_order() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.async_cancelled_drop_order")]
    async fn call(first: Noisy, _: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        pause().await;
        drop(second);
        Ok(())
    }

    async fn plain(first: Noisy, _: Noisy, second: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        pause().await;
        drop(second);
        Ok(())
    }

    let mut future = Box::pin(plain(
        log.noisy("first"),
        log.noisy("wildcard"),
        log.noisy("second"),
    ));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(log.take().is_empty());
    drop(future);
    let expected = log.take();
    let mut future = Box::pin(call(
        log.noisy("first"),
        log.noisy("wildcard"),
        log.noisy("second"),
    ));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(log.take().is_empty());
    drop(future);
    assert_eq!(log.take(), expected);
    assert_eq!(ends("drop_order.async_cancelled_drop_order"), "1 cancelled");
}

#[test]
fn a_rejected_call_drops_every_argument() {
    let log = Log::default();

    #[circuit_breaker(name = "drop_order.rejected_drops")]
    fn call(first: Noisy, _: Noisy, (left, _): (Noisy, Noisy)) -> Result<(), Error> {
        let _ = (&first, &left);
        Ok(())
    }

    open("drop_order.rejected_drops");
    let pair = (log.noisy("left"), log.noisy("right"));
    call(log.noisy("first"), log.noisy("wildcard"), pair).unwrap_err();
    let mut dropped = log.take();
    dropped.sort_unstable();
    assert_eq!(dropped, ["first", "left", "right", "wildcard"]);
}

#[test]
fn the_value_is_classified_after_the_locals_are_dropped() {
    thread_local! {
        static LOG: Log = Log::default();
    }

    fn classify(_: &Result<(), Error>) -> Outcome {
        LOG.with(|log| log.say("classified"));
        Outcome::Success
    }

    #[circuit_breaker(name = "drop_order.classified_late", classify = classify)]
    fn call(first: Noisy) -> Result<(), Error> {
        let _local = first.log().noisy("local");
        Ok(())
    }

    let log = LOG.with(Clone::clone);
    call(log.noisy("first")).unwrap();
    assert_eq!(log.take(), ["local", "first", "classified"]);
}

/// A guard whose `Drop` reads what its methods have assigned.
struct Transaction {
    open: bool,
    log: Log,
    _not_sync: std::cell::Cell<u8>,
}

impl Transaction {
    fn begin(log: &Log) -> Self {
        Self {
            open: true,
            log: log.clone(),
            _not_sync: std::cell::Cell::new(0),
        }
    }

    #[circuit_breaker(name = "drop_order.commit", classify = |_| {
        LOG.with(|log| log.say("classified"));
        Outcome::Success
    })]
    fn commit(mut self, text: Noisy, fails: bool) -> Result<(), Error> {
        let _local = text.log().noisy("local");
        if fails {
            return Err(Error::Down);
        }
        self.open = false;
        Ok(())
    }

    #[circuit_breaker(name = "drop_order.commit_later", classify = |_| {
        LOG.with(|log| log.say("classified"));
        Outcome::Success
    })]
    async fn commit_later(mut self, text: Noisy, fails: bool) -> Result<(), Error> {
        let _local = text.log().noisy("local");
        pause().await;
        if fails {
            return Err(Error::Down);
        }
        self.open = false;
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        self.log
            .say(if self.open { "rollback" } else { "committed" });
    }
}

thread_local! {
    static LOG: Log = Log::default();
}

#[test]
fn a_self_that_the_body_changes_is_dropped_last_and_within_the_call() {
    let log = LOG.with(Clone::clone);
    for (fails, end) in [(false, "committed"), (true, "rollback")] {
        let done = Transaction::begin(&log).commit(log.noisy("text"), fails);
        assert_eq!(done.is_err(), fails);
        assert_eq!(log.take(), ["local", "text", end, "classified"]);

        let commit = Transaction::begin(&log).commit_later(log.noisy("text"), fails);
        assert_eq!(run(assert_send(commit)).is_err(), fails);
        assert_eq!(log.take(), ["local", "text", end, "classified"]);
    }
}
