//! Fallbacks that are named by a path.

use std::collections::HashMap;
use std::rc::Rc;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, Log, assert_send, ends, open, pause, run};

#[test]
fn a_fallback_by_path_gets_the_arguments() {
    #[circuit_breaker(name = "fallback_paths.path", fallback = later)]
    fn call(text: &str, by: u32) -> Result<String, Error> {
        Ok(text.repeat(by as usize))
    }

    fn later(text: &str, by: u32) -> Result<String, Error> {
        Ok(format!("{text}{by}"))
    }

    assert_eq!(call("ab", 2), Ok("abab".into()));
    open("fallback_paths.path");
    assert_eq!(call("ab", 2), Ok("ab2".into()));
    assert_eq!(
        ends("fallback_paths.path"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

#[test]
fn arguments_move_into_the_body_or_into_the_fallback() {
    struct Ticket(Vec<u32>);

    #[circuit_breaker(name = "fallback_paths.moves", fallback = later)]
    fn call(ticket: Ticket, reply: Box<dyn FnOnce(u32) -> u32>) -> Result<u32, Error> {
        Ok(reply(ticket.0.into_iter().sum()))
    }

    fn later(ticket: Ticket, reply: Box<dyn FnOnce(u32) -> u32>) -> Result<u32, Error> {
        Ok(reply(ticket.0.len() as u32))
    }

    assert_eq!(call(Ticket(vec![1, 2]), Box::new(|n| n + 1)), Ok(4));
    open("fallback_paths.moves");
    assert_eq!(call(Ticket(vec![1, 2]), Box::new(|n| n + 1)), Ok(3));
}

#[test]
fn the_fallback_gets_arguments_that_an_async_body_reads_in_place() {
    struct Ticket(Vec<u32>);

    #[circuit_breaker(name = "fallback_paths.in_place", fallback = later)]
    async fn call(ticket: Ticket, text: String) -> Result<usize, Error> {
        pause().await;
        Ok(ticket.0.len() + text.len())
    }

    async fn later(ticket: Ticket, text: String) -> Result<usize, Error> {
        pause().await;
        Ok(drop_all(ticket, text))
    }

    fn drop_all(_: Ticket, _: String) -> usize {
        7
    }

    #[circuit_breaker(name = "fallback_paths.in_place_closure", fallback = |_| Ok(drop_all(ticket, text)))]
    async fn call_closure(ticket: Ticket, text: String) -> Result<usize, Error> {
        pause().await;
        Ok(ticket.0.len() + text.len())
    }

    let arguments = || (Ticket(vec![1, 2]), String::from("abc"));
    let both = || {
        let ((ticket, text), (other, name)) = (arguments(), arguments());
        (
            run(assert_send(call(ticket, text))),
            run(assert_send(call_closure(other, name))),
        )
    };
    assert_eq!(both(), (Ok(5), Ok(5)));
    open("fallback_paths.in_place");
    open("fallback_paths.in_place_closure");
    assert_eq!(both(), (Ok(7), Ok(7)));
}

#[test]
fn nothing_is_cloned_when_only_rejections_fall_back() {
    struct Counted(Log);

    impl Clone for Counted {
        fn clone(&self) -> Self {
            self.0.say("cloned");
            Counted(self.0.clone())
        }
    }

    #[circuit_breaker(name = "fallback_paths.no_clone", fallback = later)]
    fn call(value: Counted) -> Result<(), Error> {
        value.0.say("body");
        Ok(())
    }

    fn later(value: Counted) -> Result<(), Error> {
        value.0.say("fallback");
        Ok(())
    }

    #[circuit_breaker(name = "fallback_paths.clone", fallback = later, fallback_on = error)]
    fn call_cloned(value: Counted) -> Result<(), Error> {
        value.0.say("body");
        Err(Error::Down)
    }

    let log = Log::default();
    call(Counted(log.clone())).unwrap();
    assert_eq!(log.take(), ["body"]);
    open("fallback_paths.no_clone");
    call(Counted(log.clone())).unwrap();
    assert_eq!(log.take(), ["fallback"]);
    call_cloned(Counted(log.clone())).unwrap();
    assert_eq!(log.take(), ["cloned", "body", "fallback"]);
}

#[test]
fn a_mutable_borrow_goes_to_the_body_or_to_the_fallback() {
    #[circuit_breaker(name = "fallback_paths.mutable", fallback = later)]
    fn call<'a>(values: &'a mut Vec<u32>, index: usize) -> Result<&'a mut u32, Error> {
        values.get_mut(index).ok_or(Error::Down)
    }

    fn later(values: &mut Vec<u32>, _: usize) -> Result<&mut u32, Error> {
        values.push(0);
        values.last_mut().ok_or(Error::Down)
    }

    let mut values = vec![1];
    *call(&mut values, 0).unwrap() = 5;
    open("fallback_paths.mutable");
    *call(&mut values, 0).unwrap() = 6;
    assert_eq!(values, [5, 6]);
}

#[test]
fn a_fallback_returns_the_type_behind_impl_trait() {
    fn rest(from: u32) -> std::ops::Range<u32> {
        from..from + 2
    }

    #[circuit_breaker(name = "fallback_paths.impl_trait", fallback = later)]
    fn call(from: u32) -> Result<impl Iterator<Item = u32>, Error> {
        Ok(rest(from))
    }

    fn later(from: u32) -> Result<std::ops::Range<u32>, Error> {
        Ok(rest(from + 100))
    }

    assert_eq!(call(1).unwrap().sum::<u32>(), 3);
    open("fallback_paths.impl_trait");
    assert_eq!(call(1).unwrap().sum::<u32>(), 203);
}

#[test]
fn fallbacks_of_methods() {
    struct Client<T>(T);

    impl<T: Clone> Client<T> {
        #[circuit_breaker(name = "fallback_paths.method_ref", fallback = Self::ref_later)]
        fn by_ref(&self, extra: Vec<T>) -> Result<Vec<T>, Error> {
            Ok(extra)
        }

        fn ref_later(&self, mut extra: Vec<T>) -> Result<Vec<T>, Error> {
            extra.push(self.0.clone());
            Ok(extra)
        }

        #[circuit_breaker(name = "fallback_paths.method_mut", fallback = Client::mut_later)]
        fn by_mut(&mut self, value: T) -> Result<&mut T, Error> {
            self.0 = value;
            Ok(&mut self.0)
        }

        fn mut_later(&mut self, _: T) -> Result<&mut T, Error> {
            Ok(&mut self.0)
        }

        #[circuit_breaker(name = "fallback_paths.method_value", fallback = Self::value_later)]
        fn by_value(self) -> Result<T, Error> {
            Err(Error::Down)
        }

        fn value_later(self) -> Result<T, Error> {
            Ok(self.0)
        }

        #[circuit_breaker(name = "fallback_paths.method_rc", fallback = Self::rc_later)]
        fn by_rc(self: Rc<Self>) -> Result<usize, Error> {
            Ok(0)
        }

        fn rc_later(self: Rc<Self>) -> Result<usize, Error> {
            Ok(Rc::strong_count(&self))
        }
    }

    let mut client = Client(1);
    for name in ["ref", "mut", "value", "rc"] {
        open(&format!("fallback_paths.method_{name}"));
    }
    assert_eq!(client.by_ref(vec![5]), Ok(vec![5, 1]));
    *client.by_mut(9).unwrap() += 1;
    assert_eq!(client.by_value(), Ok(2));
    assert_eq!(Rc::new(Client(())).by_rc(), Ok(1));
}

#[test]
fn a_fallback_in_a_trait() {
    trait Store {
        fn cached(&self, key: &str) -> Result<String, Error>;

        #[circuit_breaker(name = "fallback_paths.trait_default", fallback = Self::cached)]
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
    open("fallback_paths.trait_default");
    assert_eq!(Memory.load("a"), Ok("cached a".into()));
}

#[test]
fn a_fallback_with_explicit_generic_arguments() {
    #[circuit_breaker(name = "fallback_paths.turbofish", fallback = later::<T, 2>)]
    fn call<T: Clone>(value: T) -> Result<Vec<T>, Error> {
        Ok(vec![value])
    }

    fn later<T: Clone, const N: usize>(value: T) -> Result<Vec<T>, Error> {
        Ok(vec![value; N])
    }

    assert_eq!(call('x'), Ok(vec!['x']));
    open("fallback_paths.turbofish");
    assert_eq!(call('x'), Ok(vec!['x', 'x']));
}

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

    #[circuit_breaker(name = "fallback_paths.other_module", fallback = cache::get)]
    fn call(key: &str) -> Result<String, Error> {
        Ok(key.into())
    }

    #[circuit_breaker(name = "fallback_paths.other_type", fallback = <Fixed>::get)]
    fn call_fixed(key: &str) -> Result<String, Error> {
        Ok(key.into())
    }

    open("fallback_paths.other_module");
    open("fallback_paths.other_type");
    assert_eq!(call("a"), Ok("cached a".into()));
    assert_eq!(call_fixed("a"), Ok("fixed".into()));
}

#[test]
fn a_fallback_may_be_guarded_itself() {
    #[circuit_breaker(name = "fallback_paths.chain_1", fallback = second)]
    fn first(n: u32) -> Result<u32, Error> {
        Ok(n)
    }

    #[circuit_breaker(name = "fallback_paths.chain_2", fallback = third)]
    fn second(n: u32) -> Result<u32, Error> {
        Ok(n + 10)
    }

    fn third(n: u32) -> Result<u32, Error> {
        Ok(n + 100)
    }

    assert_eq!(first(1), Ok(1));
    open("fallback_paths.chain_1");
    assert_eq!(first(1), Ok(11));
    open("fallback_paths.chain_2");
    assert_eq!(first(1), Ok(101));
}

#[test]
fn an_async_fallback_by_path_is_awaited() {
    #[circuit_breaker(name = "fallback_paths.async_path", fallback = later)]
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
    open("fallback_paths.async_path");
    assert_eq!(run(call("ab".into(), &mut seen)), Ok(0));
    assert_eq!(seen, [2, 0]);
    assert_eq!(
        ends("fallback_paths.async_path"),
        "1 success, 1 rejected, 1 fallback success"
    );
}

#[test]
fn an_async_method_with_an_async_fallback() {
    struct Client(HashMap<String, u32>);

    impl Client {
        #[circuit_breaker(name = "fallback_paths.async_method", fallback = Self::cached)]
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
    open("fallback_paths.async_method");
    assert_eq!(run(client.get("a", (2, 0))), Ok(&1));
    assert_eq!(run(client.get("b", (2, 0))), Err(Error::Down));
    assert_eq!(
        ends("fallback_paths.async_method"),
        "1 success, 2 rejected, 1 fallback success, 1 fallback failure"
    );
}

fn later(n: u32) -> Result<u32, Error> {
    Ok(n + 100)
}

#[test]
fn a_fallback_with_the_name_of_an_argument() {
    #[circuit_breaker(name = "fallback_paths.named_like_argument", fallback = self::later)]
    fn call(later: u32) -> Result<u32, Error> {
        Ok(later)
    }

    assert_eq!(call(1), Ok(1));
    open("fallback_paths.named_like_argument");
    assert_eq!(call(1), Ok(101));
}
