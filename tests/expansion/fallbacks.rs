//! Fallbacks: trap 9, the three moments at which they run, and what they see.

use std::collections::HashMap;
use std::fmt::Display;
use std::rc::Rc;

use breaker_runtime::{BreakerError, CallError, Outcome, circuit_breaker};

use super::{Error, Log, Noisy, assert_send, breaker, ends, open, panic_of, pause, poll_once, run};

/// Trap 9
#[test]
fn a_fallback_by_path_gets_the_arguments() {
    #[circuit_breaker(name = "fallbacks.path", fallback = later)]
    fn call(text: &str, by: u32) -> Result<String, Error> {
        Ok(text.repeat(by as usize))
    }

    fn later(text: &str, by: u32) -> Result<String, Error> {
        Ok(format!("{text}{by}"))
    }

    assert_eq!(call("ab", 2), Ok("abab".into()));
    open("fallbacks.path");
    assert_eq!(call("ab", 2), Ok("ab2".into()));
    assert_eq!(
        ends("fallbacks.path"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

/// Trap 9
#[test]
fn arguments_move_into_the_body_or_into_the_fallback() {
    struct Ticket(Vec<u32>);

    #[circuit_breaker(name = "fallbacks.moves", fallback = later)]
    fn call(ticket: Ticket, reply: Box<dyn FnOnce(u32) -> u32>) -> Result<u32, Error> {
        Ok(reply(ticket.0.into_iter().sum()))
    }

    fn later(ticket: Ticket, reply: Box<dyn FnOnce(u32) -> u32>) -> Result<u32, Error> {
        Ok(reply(ticket.0.len() as u32))
    }

    assert_eq!(call(Ticket(vec![1, 2]), Box::new(|n| n + 1)), Ok(4));
    open("fallbacks.moves");
    assert_eq!(call(Ticket(vec![1, 2]), Box::new(|n| n + 1)), Ok(3));
}

/// Trap 9
#[test]
fn nothing_is_cloned_when_only_rejections_fall_back() {
    struct Counted(Log);

    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.0.say("cloned");
            Counted(self.0.clone())
        }
    }

    #[circuit_breaker(name = "fallbacks.no_clone", fallback = later)]
    fn call(value: Counted) -> Result<(), Error> {
        value.0.say("body");
        Ok(())
    }

    fn later(value: Counted) -> Result<(), Error> {
        value.0.say("fallback");
        Ok(())
    }

    #[circuit_breaker(name = "fallbacks.clone", fallback = later, fallback_on = error)]
    fn call_cloned(value: Counted) -> Result<(), Error> {
        value.0.say("body");
        Err(Error::Down)
    }

    let log = Log::default();
    call(Counted(log.clone())).unwrap();
    assert_eq!(log.take(), ["body"]);
    open("fallbacks.no_clone");
    call(Counted(log.clone())).unwrap();
    assert_eq!(log.take(), ["fallback"]);
    call_cloned(Counted(log.clone())).unwrap();
    assert_eq!(log.take(), ["cloned", "body", "fallback"]);
}

/// Trap 9
#[test]
fn a_mutable_borrow_goes_to_the_body_or_to_the_fallback() {
    #[circuit_breaker(name = "fallbacks.mutable", fallback = later)]
    fn call<'a>(values: &'a mut Vec<u32>, index: usize) -> Result<&'a mut u32, Error> {
        values.get_mut(index).ok_or(Error::Down)
    }

    fn later(values: &mut Vec<u32>, _: usize) -> Result<&mut u32, Error> {
        values.push(0);
        values.last_mut().ok_or(Error::Down)
    }

    let mut values = vec![1];
    *call(&mut values, 0).unwrap() = 5;
    open("fallbacks.mutable");
    *call(&mut values, 0).unwrap() = 6;
    assert_eq!(values, [5, 6]);
}

/// Trap 9
#[test]
fn a_fallback_closure_moves_the_arguments() {
    #[circuit_breaker(name = "fallbacks.closure_moves", fallback = |_| Ok(names))]
    fn call(names: Vec<String>) -> Result<Vec<String>, Error> {
        Ok(names.into_iter().rev().collect())
    }

    let names = || vec!["a".to_owned(), "b".to_owned()];
    assert_eq!(call(names()), Ok(vec!["b".to_owned(), "a".to_owned()]));
    open("fallbacks.closure_moves");
    assert_eq!(call(names()), Ok(names()));
}

/// Trap 9
#[test]
fn a_fallback_closure_sees_self_and_mutable_arguments() {
    struct Client {
        cached: u32,
    }

    impl Client {
        #[circuit_breaker(name = "fallbacks.closure_self", fallback = |_| {
            missed.push(key);
            self.cached += 1;
            Ok(self.cached)
        })]
        fn get(&mut self, key: u32, missed: &mut Vec<u32>) -> Result<u32, Error> {
            missed.clear();
            self.cached = key;
            Ok(key)
        }
    }

    let mut client = Client { cached: 0 };
    let mut missed = vec![];
    assert_eq!(client.get(7, &mut missed), Ok(7));
    open("fallbacks.closure_self");
    assert_eq!(client.get(9, &mut missed), Ok(8));
    assert_eq!(missed, [9]);
}

/// Trap 9
#[test]
fn a_fallback_closure_that_begins_with_a_block_does_not_end_behind_it() {
    #[circuit_breaker(name = "fallbacks.closure_block", failure(0), fallback = |error| match error {
        BreakerError::Rejected(_) => 40,
        _ => 0,
    } + 2)]
    fn added() -> u32 {
        1
    }

    #[circuit_breaker(name = "fallbacks.closure_cast", failure(0), fallback = |error| (if error.to_string().is_empty() {
        0_u8
    } else {
        7
    } as u32))]
    fn cast() -> u32 {
        1
    }

    open("fallbacks.closure_block");
    open("fallbacks.closure_cast");
    assert_eq!((added(), cast()), (42, 7));
}

/// Trap 9
#[test]
fn a_fallback_closure_sees_the_error() {
    #[circuit_breaker(name = "fallbacks.closure_error", fallback = |error| Err(error.to_string()))]
    fn call() -> Result<u32, String> {
        Ok(1)
    }

    #[circuit_breaker(name = "fallbacks.closure_typed_error", fallback = |error: BreakerError| match error {
        BreakerError::Rejected(_) => Ok(0),
        other => Err(other),
    })]
    fn typed() -> Result<u32, BreakerError> {
        Ok(1)
    }

    open("fallbacks.closure_error");
    open("fallbacks.closure_typed_error");
    assert!(call().unwrap_err().contains("fallbacks.closure_error"));
    assert_eq!(typed(), Ok(0));
}

/// Trap 9
#[test]
fn a_fallback_closure_may_return_early() {
    #[circuit_breaker(name = "fallbacks.closure_question", fallback = |_| Ok(text.parse::<u32>()? + 100))]
    fn call(text: &str) -> Result<u32, Error> {
        Ok(text.parse()?)
    }

    assert_eq!(call("1"), Ok(1));
    open("fallbacks.closure_question");
    assert_eq!(call("1"), Ok(101));
    assert!(matches!(call("x"), Err(Error::Number(_))));
    assert_eq!(
        ends("fallbacks.closure_question"),
        "1 success, 2 rejected, 1 fallback success, 1 fallback failure"
    );
}

/// Trap 9
#[test]
fn a_fallback_coerces_to_the_return_type() {
    #[circuit_breaker(name = "fallbacks.coerces", fallback = |_| Ok(Box::new("cached")))]
    fn call(n: u32) -> Result<Box<dyn Display>, Error> {
        Ok(Box::new(n))
    }

    assert_eq!(call(1).unwrap().to_string(), "1");
    open("fallbacks.coerces");
    assert_eq!(call(1).unwrap().to_string(), "cached");
}

/// Trap 9
#[test]
fn a_fallback_of_a_function_with_impl_trait_is_of_the_same_type() {
    fn rest(from: u32) -> std::ops::Range<u32> {
        from..from + 2
    }

    #[circuit_breaker(name = "fallbacks.impl_trait", fallback = later)]
    fn call(from: u32) -> Result<impl Iterator<Item = u32>, Error> {
        Ok(rest(from))
    }

    fn later(from: u32) -> Result<std::ops::Range<u32>, Error> {
        Ok(rest(from + 100))
    }

    assert_eq!(call(1).unwrap().sum::<u32>(), 3);
    open("fallbacks.impl_trait");
    assert_eq!(call(1).unwrap().sum::<u32>(), 203);
}

/// Trap 9
#[test]
fn fallbacks_of_methods() {
    struct Client<T>(T);

    impl<T: Clone> Client<T> {
        #[circuit_breaker(name = "fallbacks.method_ref", fallback = Self::ref_later)]
        fn by_ref(&self, extra: Vec<T>) -> Result<Vec<T>, Error> {
            Ok(extra)
        }

        fn ref_later(&self, mut extra: Vec<T>) -> Result<Vec<T>, Error> {
            extra.push(self.0.clone());
            Ok(extra)
        }

        #[circuit_breaker(name = "fallbacks.method_mut", fallback = Client::mut_later)]
        fn by_mut(&mut self, value: T) -> Result<&mut T, Error> {
            self.0 = value;
            Ok(&mut self.0)
        }

        fn mut_later(&mut self, _: T) -> Result<&mut T, Error> {
            Ok(&mut self.0)
        }

        #[circuit_breaker(name = "fallbacks.method_value", fallback = Self::value_later)]
        fn by_value(self) -> Result<T, Error> {
            Err(Error::Down)
        }

        fn value_later(self) -> Result<T, Error> {
            Ok(self.0)
        }

        #[circuit_breaker(name = "fallbacks.method_rc", fallback = Self::rc_later)]
        fn by_rc(self: Rc<Self>) -> Result<usize, Error> {
            Ok(0)
        }

        fn rc_later(self: Rc<Self>) -> Result<usize, Error> {
            Ok(Rc::strong_count(&self))
        }
    }

    let mut client = Client(1);
    for name in ["ref", "mut", "value", "rc"] {
        open(&format!("fallbacks.method_{name}"));
    }
    assert_eq!(client.by_ref(vec![5]), Ok(vec![5, 1]));
    *client.by_mut(9).unwrap() += 1;
    assert_eq!(client.by_value(), Ok(2));
    assert_eq!(Rc::new(Client(())).by_rc(), Ok(1));
}

/// Trap 9
#[test]
fn a_fallback_in_a_trait() {
    trait Store {
        fn cached(&self, key: &str) -> Result<String, Error>;

        #[circuit_breaker(name = "fallbacks.trait_default", fallback = Self::cached)]
        fn load(&self, key: &str) -> Result<String, Error> {
            Ok(key.to_uppercase())
        }
    }

    struct Memory;

    impl Store for Memory {
        fn cached(&self, key: &str) -> Result<String, Error> {
            Ok(format!("cached {key}"))
        }
    }

    assert_eq!(Memory.load("a"), Ok("A".into()));
    open("fallbacks.trait_default");
    assert_eq!(Memory.load("a"), Ok("cached a".into()));
}

/// Trap 9
#[test]
fn a_generic_fallback_by_path_with_arguments() {
    #[circuit_breaker(name = "fallbacks.turbofish", fallback = later::<T, 2>)]
    fn call<T: Clone>(value: T) -> Result<Vec<T>, Error> {
        Ok(vec![value])
    }

    fn later<T: Clone, const N: usize>(value: T) -> Result<Vec<T>, Error> {
        Ok(vec![value; N])
    }

    assert_eq!(call('x'), Ok(vec!['x']));
    open("fallbacks.turbofish");
    assert_eq!(call('x'), Ok(vec!['x', 'x']));
}

/// Trap 9
#[test]
fn a_fallback_in_another_module_and_in_another_type() {
    mod cache {
        use super::Error;

        pub(super) fn get(key: &str) -> Result<String, Error> {
            Ok(format!("cached {key}"))
        }
    }

    struct Fixed;

    impl Fixed {
        fn get(_: &str) -> Result<String, Error> {
            Ok("fixed".into())
        }
    }

    #[circuit_breaker(name = "fallbacks.other_module", fallback = cache::get)]
    fn call(key: &str) -> Result<String, Error> {
        Ok(key.into())
    }

    #[circuit_breaker(name = "fallbacks.other_type", fallback = <Fixed>::get)]
    fn call_fixed(key: &str) -> Result<String, Error> {
        Ok(key.into())
    }

    open("fallbacks.other_module");
    open("fallbacks.other_type");
    assert_eq!(call("a"), Ok("cached a".into()));
    assert_eq!(call_fixed("a"), Ok("fixed".into()));
}

/// Trap 9
#[test]
fn a_fallback_may_be_guarded_itself() {
    #[circuit_breaker(name = "fallbacks.chain_1", fallback = second)]
    fn first(n: u32) -> Result<u32, Error> {
        Ok(n)
    }

    #[circuit_breaker(name = "fallbacks.chain_2", fallback = third)]
    fn second(n: u32) -> Result<u32, Error> {
        Ok(n + 10)
    }

    fn third(n: u32) -> Result<u32, Error> {
        Ok(n + 100)
    }

    assert_eq!(first(1), Ok(1));
    open("fallbacks.chain_1");
    assert_eq!(first(1), Ok(11));
    open("fallbacks.chain_2");
    assert_eq!(first(1), Ok(101));
}

/// Trap 9
#[test]
fn an_async_fallback_by_path_is_awaited() {
    #[circuit_breaker(name = "fallbacks.async_path", fallback = later)]
    async fn call(text: String, seen: &mut Vec<usize>) -> Result<usize, Error> {
        pause().await;
        seen.push(text.len());
        Ok(text.len())
    }

    async fn later(text: String, seen: &mut Vec<usize>) -> Result<usize, Error> {
        pause().await;
        seen.push(0);
        drop(text);
        pause().await;
        Ok(0)
    }

    let mut seen = vec![];
    assert_eq!(run(assert_send(call("ab".into(), &mut seen))), Ok(2));
    open("fallbacks.async_path");
    assert_eq!(run(call("ab".into(), &mut seen)), Ok(0));
    assert_eq!(seen, [2, 0]);
    assert_eq!(
        ends("fallbacks.async_path"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

/// Trap 9
#[test]
fn an_async_fallback_closure_may_await() {
    async fn cached(key: &str) -> Result<String, Error> {
        pause().await;
        Ok(format!("cached {key}"))
    }

    #[circuit_breaker(name = "fallbacks.async_closure", fallback = |_| cached(&key).await)]
    async fn call(key: String) -> Result<String, Error> {
        Ok(key)
    }

    #[circuit_breaker(name = "fallbacks.async_closure_block", fallback = |error| {
        pause().await;
        let text = cached("b").await?;
        Ok(format!("{text}: {}", matches!(error, BreakerError::Rejected(_))))
    })]
    async fn call_block() -> Result<String, Error> {
        Ok(String::new())
    }

    open("fallbacks.async_closure");
    open("fallbacks.async_closure_block");
    assert_eq!(run(assert_send(call("a".into()))), Ok("cached a".into()));
    assert_eq!(run(assert_send(call_block())), Ok("cached b: true".into()));
}

/// Trap 9
#[test]
fn an_async_method_with_an_async_fallback() {
    struct Client(HashMap<String, u32>);

    impl Client {
        #[circuit_breaker(name = "fallbacks.async_method", fallback = Self::cached)]
        async fn get(&mut self, key: &str, (value, _): (u32, u8)) -> Result<&u32, Error> {
            pause().await;
            self.0.insert(key.to_owned(), value);
            self.0.get(key).ok_or(Error::Down)
        }

        async fn cached(&mut self, key: &str, _: (u32, u8)) -> Result<&u32, Error> {
            self.0.get(key).ok_or(Error::Down)
        }
    }

    let mut client = Client(HashMap::new());
    assert_eq!(run(client.get("a", (1, 0))), Ok(&1));
    open("fallbacks.async_method");
    assert_eq!(run(client.get("a", (2, 0))), Ok(&1));
    assert_eq!(run(client.get("b", (2, 0))), Err(Error::Down));
    assert_eq!(
        ends("fallbacks.async_method"),
        "1 success, 2 rejected, 1 fallback success, 1 fallback failure"
    );
}

// When the fallback runs.

#[test]
fn rejected_leaves_the_errors_of_the_call_alone() {
    #[circuit_breaker(name = "fallbacks.on_rejected", fallback = |_| Ok(0), fallback_on = rejected)]
    fn call(n: u32) -> Result<u32, Error> {
        if n == 0 { Err(Error::Down) } else { Ok(n) }
    }

    assert_eq!((call(0), call(1)), (Err(Error::Down), Ok(1)));
    open("fallbacks.on_rejected");
    assert_eq!(call(1), Ok(0));
    assert_eq!(
        ends("fallbacks.on_rejected"),
        "1 success, 1 failure, 1 rejected, 1 fallback success"
    );
}

#[test]
fn error_leaves_rejections_alone() {
    #[circuit_breaker(name = "fallbacks.on_error", fallback = later, fallback_on = error)]
    fn call(text: String) -> Result<String, Error> {
        if text.is_empty() {
            Err(Error::Down)
        } else {
            Ok(text)
        }
    }

    fn later(text: String) -> Result<String, Error> {
        Ok(text + "later")
    }

    assert_eq!(
        (call("a".into()), call(String::new())),
        (Ok("a".into()), Ok("later".into()))
    );
    open("fallbacks.on_error");
    assert!(call("a".into()).unwrap_err().is_rejection());
    assert_eq!(
        ends("fallbacks.on_error"),
        "1 success, 1 failure, 1 rejected, 1 fallback success"
    );
}

#[test]
fn any_falls_back_in_both_cases() {
    #[circuit_breaker(name = "fallbacks.on_any", fallback = later, fallback_on = any)]
    fn call(text: String, values: &mut Vec<u32>) -> Result<String, &'static str> {
        values.push(1);
        if text.is_empty() {
            Err("empty")
        } else {
            Ok(text)
        }
    }

    fn later(text: String, values: &mut Vec<u32>) -> Result<String, &'static str> {
        values.push(2);
        Ok(text + "later")
    }

    let mut values = vec![];
    assert_eq!(call("a".into(), &mut values), Ok("a".into()));
    assert_eq!(call(String::new(), &mut values), Ok("later".into()));
    open("fallbacks.on_any");
    assert_eq!(call("a".into(), &mut values), Ok("alater".into()));
    assert_eq!(values, [1, 1, 2, 2]);
    assert_eq!(
        ends("fallbacks.on_any"),
        "1 success, 1 failure, 1 rejected, 2 fallback success"
    );
}

#[test]
fn a_closure_on_error_sees_the_error_of_the_call() {
    #[circuit_breaker(name = "fallbacks.call_error", fallback_on = error, fallback = |error| match error {
        CallError::Inner(Error::Declined(code)) => Ok(code),
        CallError::Inner(other) => Err(other),
        CallError::Breaker(error) => Err(error.into()),
    })]
    fn call(code: u32) -> Result<u32, Error> {
        if code == 0 {
            Err(Error::Down)
        } else {
            Err(Error::Declined(code))
        }
    }

    assert_eq!((call(7), call(0)), (Ok(7), Err(Error::Down)));
    assert_eq!(
        ends("fallbacks.call_error"),
        "2 failure, 1 fallback success, 1 fallback failure"
    );
}

#[test]
fn a_closure_on_any_sees_both_errors() {
    #[circuit_breaker(name = "fallbacks.any_error", fallback_on = any, fallback = |error| match error {
        CallError::Breaker(BreakerError::Rejected(_)) => Ok("rejected"),
        CallError::Breaker(_) => Ok("breaker"),
        CallError::Inner(text) => Ok(text),
    })]
    async fn call(up: bool) -> Result<&'static str, &'static str> {
        pause().await;
        if up { Ok("up") } else { Err("down") }
    }

    assert_eq!((run(call(true)), run(call(false))), (Ok("up"), Ok("down")));
    open("fallbacks.any_error");
    assert_eq!(run(assert_send(call(true))), Ok("rejected"));
}

#[test]
fn ignored_and_successful_errors_do_not_fall_back() {
    #[circuit_breaker(
        name = "fallbacks.judged",
        ignore(Err(Error::Declined(1))),
        success(Err(Error::Declined(2))),
        failure(Ok(0)),
        fallback = |_| Ok(99),
        fallback_on = any
    )]
    fn call(answer: Result<u32, Error>) -> Result<u32, Error> {
        answer
    }

    assert_eq!(call(Err(Error::Declined(1))), Err(Error::Declined(1)));
    assert_eq!(call(Err(Error::Declined(2))), Err(Error::Declined(2)));
    assert_eq!(call(Ok(0)), Ok(0));
    assert_eq!(call(Err(Error::Down)), Ok(99));
    assert_eq!(
        ends("fallbacks.judged"),
        "1 success, 2 failure, 1 ignored, 1 fallback success"
    );
}

#[test]
fn a_panic_does_not_fall_back() {
    #[circuit_breaker(name = "fallbacks.panic", fallback = |_| Ok(1), fallback_on = any)]
    fn call() -> Result<u32, Error> {
        panic!("cut")
    }

    assert_eq!(panic_of(call), "cut");
    assert_eq!(ends("fallbacks.panic"), "1 failure");
}

#[test]
fn a_fallback_that_panics_is_a_failed_fallback() {
    #[circuit_breaker(name = "fallbacks.panics", fallback = |_| panic!("no cache"))]
    fn call() -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "fallbacks.async_panics", fallback = |_| { pause().await; panic!("no cache") })]
    async fn call_async() -> Result<u32, Error> {
        Ok(1)
    }

    open("fallbacks.panics");
    open("fallbacks.async_panics");
    assert_eq!(panic_of(call), "no cache");
    assert_eq!(panic_of(|| run(call_async())), "no cache");
    assert_eq!(ends("fallbacks.panics"), "1 rejected, 1 fallback failure");
    assert_eq!(
        ends("fallbacks.async_panics"),
        "1 rejected, 1 fallback failure"
    );
}

#[test]
fn a_fallback_that_is_dropped_is_not_counted() {
    #[circuit_breaker(name = "fallbacks.dropped", fallback = later)]
    async fn call(guard: Noisy) -> Result<u32, Error> {
        drop(guard);
        Ok(1)
    }

    async fn later(guard: Noisy) -> Result<u32, Error> {
        pause().await;
        drop(guard);
        Ok(1)
    }

    open("fallbacks.dropped");
    let log = Log::default();
    let mut future = Box::pin(call(log.noisy("guard")));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(log.take().is_empty());
    drop(future);
    assert_eq!(log.take(), ["guard"]);
    assert_eq!(ends("fallbacks.dropped"), "1 rejected");
}

#[test]
fn the_value_of_a_fallback_is_judged_by_the_functions_patterns() {
    #[circuit_breaker(
        name = "fallbacks.judged_value",
        classify = |answer| match answer {
            Ok(0) => Outcome::Failure,
            _ => Outcome::Success,
        },
        fallback = |_| Ok(n - 1)
    )]
    fn call(n: u32) -> Result<u32, Error> {
        Ok(n)
    }

    open("fallbacks.judged_value");
    assert_eq!((call(1), call(2)), (Ok(0), Ok(1)));
    assert_eq!(
        ends("fallbacks.judged_value"),
        "2 rejected, 1 fallback success, 1 fallback failure"
    );
}

#[test]
fn a_fallback_decides_nothing() {
    #[circuit_breaker(name = "fallbacks.decides_nothing", threshold = 2, fallback = |_| Err(Error::Down))]
    fn call() -> Result<u32, Error> {
        Ok(1)
    }

    open("fallbacks.decides_nothing");
    for _ in 0..5 {
        assert_eq!(call(), Err(Error::Down));
    }
    breaker("fallbacks.decides_nothing").clear_override();
    assert_eq!(call(), Ok(1));
    assert_eq!(
        ends("fallbacks.decides_nothing"),
        "1 success, 5 rejected, 5 fallback failure"
    );
}

#[test]
fn a_foreign_error_gets_its_value_from_a_closure() {
    #[circuit_breaker(name = "fallbacks.foreign", fallback = |error| Err(std::io::Error::other(error)))]
    fn call() -> std::io::Result<()> {
        std::fs::metadata("/").map(drop)
    }

    #[circuit_breaker(name = "fallbacks.foreign_unit", fallback = |_| Err(()))]
    fn call_unit() -> Result<u32, ()> {
        Ok(1)
    }

    assert!(call().is_ok());
    open("fallbacks.foreign");
    open("fallbacks.foreign_unit");
    assert!(
        call()
            .unwrap_err()
            .to_string()
            .contains("fallbacks.foreign")
    );
    assert_eq!(call_unit(), Err(()));
}

#[test]
fn a_macro_in_a_fallback_closure() {
    macro_rules! cached {
        ($key:expr) => {
            Ok(format!("cached {}", $key))
        };
    }

    #[circuit_breaker(name = "fallbacks.macro", fallback = |_| cached!(key))]
    fn call(key: &str) -> Result<String, Error> {
        Ok(key.into())
    }

    open("fallbacks.macro");
    assert_eq!(call("a"), Ok("cached a".into()));
}

#[test]
fn a_fallback_named_like_an_argument() {
    #[circuit_breaker(name = "fallbacks.named_like_argument", fallback = self::later)]
    fn call(later: u32) -> Result<u32, Error> {
        Ok(later)
    }

    assert_eq!(call(1), Ok(1));
    open("fallbacks.named_like_argument");
    assert_eq!(call(1), Ok(101));
}

fn later(n: u32) -> Result<u32, Error> {
    Ok(n + 100)
}
