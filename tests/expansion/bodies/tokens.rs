//! The tokens of the body reach the compiler unchanged, and so do its braces.

use std::collections::BTreeMap;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, ends, run};

#[test]
fn lines_and_columns_are_those_of_the_source() {
    #[circuit_breaker(name = "tokens.lines")]
    fn call() -> Result<(u32, u32), Error> {
        let here = (line!(), column!());
        Ok(here)
    }

    #[circuit_breaker(name = "tokens.async_lines")]
    async fn call_async() -> Result<(u32, u32), Error> {
        let here = (line!(), column!());
        Ok(here)
    }

    // The two `line!()` are six lines apart in the source, in the same column.
    let (line, column) = call().unwrap();
    let (async_line, async_column) = run(call_async()).unwrap();
    assert_eq!((async_line - line, async_column), (6, column));
}

#[test]
fn the_location_of_a_caller_is_the_line_in_the_source() {
    use std::panic::Location;

    #[track_caller]
    fn here() -> u32 {
        Location::caller().line()
    }

    #[circuit_breaker(name = "tokens.location")]
    fn call() -> Result<(u32, u32), Error> {
        Ok((here(), line!()))
    }

    let (caller, line) = call().unwrap();
    assert_eq!(caller, line);
}

#[test]
fn literals_and_operators_are_kept() {
    #[circuit_breaker(name = "tokens.literals")]
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

#[test]
fn items_in_the_body() {
    #[circuit_breaker(name = "tokens.items")]
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

#[test]
fn a_body_may_use_every_form_of_control_flow() {
    #[circuit_breaker(name = "tokens.control_flow")]
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

#[test]
fn attributes_in_the_body_are_kept() {
    #[circuit_breaker(name = "tokens.attributes")]
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

#[test]
fn a_large_body_is_kept_whole() {
    macro_rules! ten {
        ($($step:tt)*) => { $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* $($step)* };
    }
    macro_rules! hundred {
        ($($step:tt)*) => { ten! { ten! { $($step)* } } };
    }

    #[circuit_breaker(name = "tokens.large")]
    fn call() -> Result<u32, Error> {
        let mut sum = 0;
        hundred! { sum += 1; }
        hundred! { sum += 1; }
        hundred! { if sum > 1000 { return Err(Error::Down) } }
        Ok(sum)
    }

    assert_eq!(call(), Ok(200));
}

#[test]
fn a_body_of_one_expression_is_not_an_unused_brace() {
    #[circuit_breaker(name = "tokens.one_expression")]
    fn call(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    #[circuit_breaker(name = "tokens.async_one_expression")]
    async fn call_async(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    #[circuit_breaker(name = "tokens.one_name")]
    fn call_name(value: Result<u32, Error>) -> Result<u32, Error> {
        value
    }

    assert_eq!(call(1), Ok(1));
    assert_eq!(run(call_async(1)), Ok(1));
    assert_eq!(call_name(Ok(1)), Ok(1));
}

#[test]
fn a_body_of_one_block() {
    #[circuit_breaker(name = "tokens.one_block")]
    #[rustfmt::skip]
    #[allow(unused_braces)]
    fn call() -> Result<u32, Error> {{ Ok(1) }}

    #[circuit_breaker(name = "tokens.one_if")]
    fn call_if(up: bool) -> Result<u32, Error> {
        if up { Ok(1) } else { Err(Error::Down) }
    }

    #[circuit_breaker(name = "tokens.one_match")]
    fn call_match(up: bool) -> Result<u32, Error> {
        match up {
            true => Ok(1),
            false => Err(Error::Down),
        }
    }

    #[circuit_breaker(name = "tokens.one_loop")]
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

#[test]
fn an_empty_body() {
    #[circuit_breaker(name = "tokens.empty", failure(_ if false), fallback = |_| ())]
    fn call() {}

    #[circuit_breaker(name = "tokens.async_empty", failure(_ if false), fallback = |_| ())]
    async fn call_async() {}

    call();
    run(call_async());
    assert_eq!(ends("tokens.empty"), "1 success");
    assert_eq!(ends("tokens.async_empty"), "1 success");
}
