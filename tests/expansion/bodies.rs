//! The body: traps 18 to 21, and 29.

#![deny(
    unused_braces,
    unused_parens,
    unreachable_code,
    clippy::needless_return_with_question_mark
)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Mutex;

use breaker_runtime::{CircuitBreaker, Registry, State, circuit_breaker};

use super::{Error, breaker, ends, open, panic_of, pause, run};

// Trap 18: the tokens of the body are the user's own.

/// Trap 18
#[test]
fn lines_and_columns_are_those_of_the_source() {
    #[circuit_breaker(name = "bodies.lines")]
    fn call() -> Result<(u32, u32), Error> {
        let here = (line!(), column!());
        Ok(here)
    }

    #[circuit_breaker(name = "bodies.async_lines")]
    async fn call_async() -> Result<(u32, u32), Error> {
        let here = (line!(), column!());
        Ok(here)
    }

    // From one `line!()` to the other the source goes six lines down, in the same column.
    let (line, column) = call().unwrap();
    let (async_line, async_column) = run(call_async()).unwrap();
    assert_eq!((async_line - line, async_column), (6, column));
}

/// Trap 18
#[test]
fn the_location_of_a_panic_is_the_users_line() {
    use std::panic::Location;

    #[track_caller]
    fn here() -> u32 {
        Location::caller().line()
    }

    #[circuit_breaker(name = "bodies.location")]
    fn call() -> Result<(u32, u32), Error> {
        Ok((here(), line!()))
    }

    let (caller, line) = call().unwrap();
    assert_eq!(caller, line);
}

/// Trap 18
#[test]
fn every_literal_and_every_operator_survives() {
    #[circuit_breaker(name = "bodies.literals")]
    fn call(a: u64) -> Result<String, Error> {
        let raw = r#"raw "text" \n"#;
        let bytes = br"\x";
        let c = c"text";
        let character = '\u{1F600}';
        let lifetime: &'static str = "it's";
        let float = 1e3_f64 + 1. + 0.5e-1;
        let tuple = ((1, 2), 3);
        let range = (..=3, 1.., ..);
        let shifted = a << 2 >> 1 & 0xff | 0b1 ^ 0o7;
        let negated = !-1_i32;
        let closure = |x: u64| -> u64 { x + 1 };
        let boolean = a > 1 && a < 100 || a == 0;
        Ok(format!(
            "{raw}{bytes:?}{c:?}{character}{lifetime}{float}{}{}{shifted}{negated}{}{boolean}{:?}",
            tuple.0.1,
            tuple.1,
            closure(a),
            range.0
        ))
    }

    assert_eq!(
        call(4),
        Ok("raw \"text\" \\n[92, 120]\"text\"\u{1F600}it's1001.05231405true..=3".into())
    );
}

/// Trap 18
#[test]
fn items_stand_in_the_body() {
    #[circuit_breaker(name = "bodies.items")]
    fn call(n: u32) -> Result<u32, Error> {
        const STEP: u32 = 2;
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);

        struct Local(u32);

        trait Doubled {
            fn doubled(&self) -> u32;
        }

        impl Doubled for Local {
            fn doubled(&self) -> u32 {
                self.0 * STEP
            }
        }

        enum Kind {
            Small,
            Large,
        }
        use Kind::{Large, Small};

        mod inner {
            pub(super) fn half(n: u32) -> u32 {
                n / 2
            }
        }

        macro_rules! plus {
            ($value:expr) => {
                $value + 1
            };
        }

        type Number = u32;

        COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let kind = if n > 5 { Large } else { Small };
        let number: Number = match kind {
            Small => Local(n).doubled(),
            Large => inner::half(n),
        };
        Ok(plus!(number))
    }

    assert_eq!(call(2), Ok(5));
    assert_eq!(call(8), Ok(5));
}

/// Trap 18
#[test]
fn a_body_may_use_every_form_of_control_flow() {
    #[circuit_breaker(name = "bodies.control_flow")]
    fn call(text: &str) -> Result<BTreeMap<char, u32>, Error> {
        let mut counts = BTreeMap::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, characters.peek()) {
                ('#', _) => break,
                (' ', Some(' ')) => continue,
                (' ', _) => {}
                ('a'..='z' | 'A'..='Z', _) => *counts.entry(character).or_default() += 1,
                (other, _) if other.is_ascii_digit() => {
                    let Some(digit) = other.to_digit(10) else {
                        unreachable!()
                    };
                    return Err(Error::Declined(digit));
                }
                _ => return Err(Error::Down),
            }
        }
        if let Some(count @ 2..) = counts.get(&'a').copied() {
            counts.insert('!', count);
        }
        Ok(counts)
    }

    assert_eq!(call("aba  #9"), Ok([('!', 2), ('a', 2), ('b', 1)].into()));
    assert_eq!(call("a7"), Err(Error::Declined(7)));
    assert_eq!(call("?"), Err(Error::Down));
}

/// Trap 18
#[test]
fn an_attribute_in_the_body_stays() {
    #[circuit_breaker(name = "bodies.attributes")]
    fn call() -> Result<u32, Error> {
        #[allow(unused_variables)]
        let unused = 1;
        #[cfg(any())]
        return no_such_function();
        #[cfg(any())]
        compile_error!("configured out");
        #[rustfmt::skip]
        let value = match 2 { #[cfg(any())] 1 => 1, #[cfg(not(any()))] _ => 5 };
        Ok(value)
    }

    assert_eq!(call(), Ok(5));
}

/// Trap 18
#[test]
fn a_large_body_is_taken_whole() {
    macro_rules! ten {
        ($($step:tt)*) => { $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* };
    }
    macro_rules! hundred {
        ($($step:tt)*) => { ten! { ten! { $($step)* } } };
    }

    #[circuit_breaker(name = "bodies.large")]
    fn call() -> Result<u32, Error> {
        let mut sum = 0;
        hundred! { sum += 1; }
        hundred! { sum += 1; }
        hundred! { if sum > 1000 { return Err(Error::Down) } }
        Ok(sum)
    }

    assert_eq!(call(), Ok(200));
}

// Trap 19: braces.

/// Trap 19
#[test]
fn a_body_of_one_expression_is_no_unused_brace() {
    #[circuit_breaker(name = "bodies.one_expression")]
    fn call(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    #[circuit_breaker(name = "bodies.async_one_expression")]
    async fn call_async(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    #[circuit_breaker(name = "bodies.one_name")]
    fn call_name(value: Result<u32, Error>) -> Result<u32, Error> {
        value
    }

    assert_eq!(call(1), Ok(1));
    assert_eq!(run(call_async(1)), Ok(1));
    assert_eq!(call_name(Ok(1)), Ok(1));
}

/// Trap 19
#[test]
fn a_body_of_one_block_is_taken() {
    #[circuit_breaker(name = "bodies.one_block")]
    #[rustfmt::skip]
    #[allow(unused_braces)]
    fn call() -> Result<u32, Error> {{ Ok(1) }}

    #[circuit_breaker(name = "bodies.one_if")]
    fn call_if(up: bool) -> Result<u32, Error> {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    #[circuit_breaker(name = "bodies.one_match")]
    fn call_match(up: bool) -> Result<u32, Error> {
        match up {
            true => Ok(1),
            false => Err(Error::Down),
        }
    }

    #[circuit_breaker(name = "bodies.one_loop")]
    fn call_loop(mut n: u32) -> Result<u32, Error> {
        loop {
            if n > 10 {
                break Ok(n);
            }
            n *= 2;
        }
    }

    assert_eq!(call(), Ok(1));
    assert_eq!(call_if(false), Err(Error::Down));
    assert_eq!(call_match(true), Ok(1));
    assert_eq!(call_loop(3), Ok(12));
}

/// Trap 19
#[test]
fn an_empty_body_is_taken() {
    #[circuit_breaker(name = "bodies.empty", failure(_ if false), fallback = |_| ())]
    fn call() {}

    #[circuit_breaker(name = "bodies.async_empty", failure(_ if false), fallback = |_| ())]
    async fn call_async() {}

    call();
    run(call_async());
    assert_eq!(ends("bodies.empty"), "1 success");
    assert_eq!(ends("bodies.async_empty"), "1 success");
}

// Trap 20: what the body names does not reach the generated code, and inner attributes.

/// Trap 20
#[test]
fn a_glob_import_in_the_body_does_not_shadow_the_return_type() {
    #[allow(dead_code)]
    mod shadows {
        pub(super) struct Answer;
        pub(super) struct Result;
        pub(super) struct Error;
        pub(super) struct Future;
    }

    #[derive(Debug, PartialEq)]
    struct Answer(u32);

    fn answer(value: u32) -> Result<Answer, Error> {
        if value == 0 {
            Err(Error::Down)
        } else {
            Ok(Answer(value))
        }
    }

    #[circuit_breaker(name = "bodies.glob")]
    fn call(value: u32) -> Result<Answer, Error> {
        use shadows::*;
        let _ = (Answer, Error, Result);
        answer(value)
    }

    #[circuit_breaker(name = "bodies.async_glob")]
    async fn call_async(value: u32) -> Result<Answer, Error> {
        use shadows::*;
        let _ = (Answer, Error, Result, Future);
        answer(value)
    }

    assert_eq!(call(1), Ok(Answer(1)));
    assert_eq!(call(0), Err(Error::Down));
    assert_eq!(run(call_async(1)), Ok(Answer(1)));
    assert_eq!(run(call_async(0)), Err(Error::Down));
}

/// Trap 20
#[test]
fn types_of_the_body_may_be_called_like_those_of_the_signature() {
    #[circuit_breaker(name = "bodies.inner_type")]
    fn call(text: String) -> Result<String, Error> {
        struct String(std::string::String);
        let inner = String(text);
        Ok(inner.0 + "!")
    }

    #[circuit_breaker(name = "bodies.async_inner_type")]
    async fn call_async(text: String) -> Result<String, Error> {
        type Result = std::string::String;
        struct Ok2;
        let _ = Ok2;
        let text: Result = text + "!";
        Ok(text)
    }

    assert_eq!(call("a".into()), Ok("a!".into()));
    assert_eq!(run(call_async("a".into())), Ok("a!".into()));
}

/// Trap 20
#[test]
fn items_of_the_body_may_shadow_what_the_expansion_needs() {
    #[circuit_breaker(name = "bodies.shadowed_items", fallback = |_| Ok(0))]
    fn call(value: u32) -> Result<u32, Error> {
        #[allow(dead_code)]
        mod core {}
        #[allow(dead_code)]
        mod std {}
        #[allow(dead_code)]
        mod breaker_runtime {}
        #[allow(dead_code)]
        struct Some;
        #[allow(dead_code)]
        struct Box;
        Ok(value)
    }

    assert_eq!(call(1), Ok(1));
}

/// Trap 20
#[test]
fn inner_attributes_of_the_body_come_first() {
    #[circuit_breaker(name = "bodies.inner_attributes")]
    fn call() -> Result<u32, Error> {
        #![allow(unused_variables)]
        #![allow(clippy::let_and_return)]
        //! Inner documentation.
        let unused = 1;
        let value = 2;
        Ok(value)
    }

    #[circuit_breaker(name = "bodies.async_inner_attributes")]
    async fn call_async(unused: u32) -> Result<u32, Error> {
        #![allow(unused_variables)]
        let value = 2;
        Ok(value)
    }

    assert_eq!(call(), Ok(2));
    assert_eq!(run(call_async(1)), Ok(2));
}

// Trap 21: bodies that never come to their end.

/// Trap 21
#[test]
fn a_body_may_only_panic() {
    #[circuit_breaker(name = "bodies.todo")]
    fn later() -> Result<u32, Error> {
        todo!("later")
    }

    #[circuit_breaker(name = "bodies.unimplemented")]
    fn never(_: u32) -> Result<impl Iterator<Item = u32>, Error> {
        if true {
            unimplemented!("never");
        }
        Ok([1].into_iter())
    }

    #[circuit_breaker(name = "bodies.panic")]
    fn cut((_, _): (u32, u32)) -> Result<u32, Error> {
        panic!("cut");
    }

    #[circuit_breaker(name = "bodies.async_todo")]
    async fn async_later(_: &str) -> Result<u32, Error> {
        todo!("later")
    }

    #[circuit_breaker(name = "bodies.async_unreachable")]
    async fn async_never() -> Result<u32, Error> {
        pause().await;
        unreachable!("never");
    }

    assert_eq!(panic_of(later), "not yet implemented: later");
    assert_eq!(panic_of(|| never(1).is_ok()), "not implemented: never");
    assert_eq!(panic_of(|| cut((1, 2))), "cut");
    assert_eq!(
        panic_of(|| run(async_later(""))),
        "not yet implemented: later"
    );
    assert!(panic_of(|| run(async_never())).contains("never"));
    for name in [
        "bodies.todo",
        "bodies.unimplemented",
        "bodies.panic",
        "bodies.async_todo",
        "bodies.async_unreachable",
    ] {
        assert_eq!(ends(name), "1 failure", "{name}");
    }
}

/// Trap 21
#[test]
fn a_body_may_be_an_endless_loop_with_returns() {
    #[circuit_breaker(name = "bodies.loop")]
    fn call(mut n: u32) -> Result<u32, Error> {
        loop {
            n += 1;
            if n == 10 {
                return Ok(n);
            }
            if n > 10 {
                return Err(Error::Declined(n));
            }
        }
    }

    #[circuit_breaker(name = "bodies.async_loop")]
    async fn call_async(mut n: u32) -> Result<u32, Error> {
        loop {
            pause().await;
            n += 1;
            if n == 10 {
                return Ok(n);
            }
        }
    }

    assert_eq!(call(1), Ok(10));
    assert_eq!(call(10), Err(Error::Declined(11)));
    assert_eq!(run(call_async(8)), Ok(10));
    assert_eq!(ends("bodies.loop"), "1 success, 1 failure");
}

/// Trap 21
#[test]
fn a_body_may_never_come_back() {
    #[circuit_breaker(name = "bodies.endless")]
    #[allow(clippy::empty_loop)]
    fn spin() -> Result<std::convert::Infallible, Error> {
        loop {}
    }

    #[circuit_breaker(name = "bodies.exit")]
    fn exit(code: i32) -> Result<(), Error> {
        std::process::exit(code)
    }

    #[circuit_breaker(name = "bodies.async_endless")]
    async fn serve() -> Result<(), Error> {
        loop {
            pause().await;
        }
    }

    let _: (fn() -> _, fn(_) -> _) = (spin, exit);
    let mut future = Box::pin(serve());
    assert!(super::poll_once(future.as_mut()).is_pending());
    drop(future);
    assert_eq!(ends("bodies.async_endless"), "1 cancelled");
}

/// Trap 21
#[test]
fn every_path_of_a_body_may_return() {
    #[circuit_breaker(name = "bodies.all_return")]
    #[allow(clippy::needless_return)]
    fn call(up: bool) -> Result<u32, Error> {
        if up {
            return Ok(1);
        } else {
            return Err(Error::Down);
        }
    }

    #[circuit_breaker(name = "bodies.tail_return")]
    #[allow(clippy::needless_return)]
    async fn call_async(up: bool) -> Result<u32, Error> {
        if !up {
            return Err(Error::Down);
        }
        return Ok(1);
    }

    assert_eq!((call(true), call(false)), (Ok(1), Err(Error::Down)));
    assert_eq!(
        (run(call_async(true)), run(call_async(false))),
        (Ok(1), Err(Error::Down))
    );
}

/// Trap 21
#[test]
fn values_of_no_type_stand_in_the_body() {
    #[circuit_breaker(name = "bodies.never_values")]
    fn call(value: Result<u32, std::convert::Infallible>, up: bool) -> Result<u32, Error> {
        let value = match value {
            Ok(value) => value,
            Err(never) => match never {},
        };
        let kept: u32 = if up { value } else { return Err(Error::Down) };
        Ok(kept)
    }

    assert_eq!(call(Ok(1), true), Ok(1));
    assert_eq!(call(Ok(1), false), Err(Error::Down));
}

// Trap 29: no lock is held over the body.

/// Trap 29
#[test]
fn a_function_may_call_itself() {
    #[circuit_breaker(name = "bodies.recursion")]
    fn factorial(n: u64) -> Result<u64, Error> {
        if n == 0 {
            Ok(1)
        } else {
            Ok(n * factorial(n - 1)?)
        }
    }

    assert_eq!(factorial(5), Ok(120));
    assert_eq!(ends("bodies.recursion"), "6 success");
}

/// Trap 29
#[test]
fn functions_of_one_breaker_may_call_each_other() {
    #[circuit_breaker(name = "bodies.shared")]
    fn outer(n: u32) -> Result<u32, Error> {
        inner(n).map(|n| n + 1)
    }

    #[circuit_breaker(name = "bodies.shared")]
    fn inner(n: u32) -> Result<u32, Error> {
        if n == 0 {
            Err(Error::Declined(n))
        } else {
            Ok(n)
        }
    }

    assert_eq!(outer(1), Ok(2));
    assert_eq!(outer(0), Err(Error::Declined(0)));
    assert_eq!(ends("bodies.shared"), "2 success, 2 failure");
}

/// Trap 29
#[test]
fn the_body_may_look_at_and_drive_its_own_breaker() {
    fn own() -> CircuitBreaker {
        Registry::global().get("bodies.own_breaker").unwrap()
    }

    #[circuit_breaker(name = "bodies.own_breaker")]
    fn call() -> Result<State, Error> {
        let state = own().state();
        own().trip();
        Ok(state)
    }

    assert_eq!(call(), Ok(State::Closed));
    assert_eq!(own().state(), State::Open);
    assert!(call().unwrap_err().is_rejection());
    own().reset();
    assert_eq!(call(), Ok(State::Closed));
}

/// Trap 29
#[test]
fn a_mutex_of_the_caller_may_be_held_in_the_body() {
    static SLOT: Mutex<u32> = Mutex::new(0);

    #[circuit_breaker(name = "bodies.static_mutex")]
    fn call() -> Result<u32, Error> {
        let mut slot = SLOT.lock().map_err(|_| Error::Down)?;
        *slot += 1;
        Ok(*slot)
    }

    assert_eq!(call(), Ok(1));
    assert_eq!(call(), Ok(2));
}

/// Trap 29
#[test]
fn a_rejection_of_a_nested_call_reaches_the_outer_one() {
    #[circuit_breaker(name = "bodies.inner_open")]
    fn inner() -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "bodies.outer_sees", ignore(Err(Error::Breaker(_))))]
    fn outer(calls: &Cell<u32>) -> Result<u32, Error> {
        calls.set(calls.get() + 1);
        inner()
    }

    open("bodies.inner_open");
    let calls = Cell::new(0);
    assert!(outer(&calls).unwrap_err().is_rejection());
    assert_eq!(calls.get(), 1);
    assert_eq!(ends("bodies.inner_open"), "1 rejected");
    assert_eq!(ends("bodies.outer_sees"), "1 ignored");
    assert_eq!(breaker("bodies.outer_sees").state(), State::Closed);
}
