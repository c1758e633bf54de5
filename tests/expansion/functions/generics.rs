//! Generic functions: bounds, lifetimes, constants, and `impl Trait` or trait objects as arguments.

use std::fmt::{Debug, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::ops::{Add, Deref};

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, pause, run};

#[test]
fn a_function_with_where_clauses() {
    #[circuit_breaker(name = "generics.where")]
    fn sum<I, T>(values: I) -> Result<T, Error>
    where
        I: IntoIterator,
        I::Item: Into<T>,
        T: Add<Output = T> + Default,
        for<'a> &'a T: PartialEq,
    {
        let mut sum = T::default();
        for value in values {
            sum = sum + value.into();
        }
        if &sum == &T::default() {
            return Err(Error::Down);
        }
        Ok(sum)
    }

    assert_eq!(sum::<_, u64>([1_u8, 2]), Ok(3));
    assert_eq!(sum::<[u8; 0], u64>([]), Err(Error::Down));
}

#[test]
fn a_function_with_const_generics() {
    #[circuit_breaker(name = "generics.const_generics")]
    fn chunk<const N: usize, const UP: bool>(values: &[u8]) -> Result<[u8; N], Error> {
        let Some(Ok(array)) = values.get(..N).map(<[u8; N]>::try_from) else {
            return Err(Error::Declined(N as u32));
        };
        if UP { Ok(array) } else { Err(Error::Down) }
    }

    assert_eq!(chunk::<2, true>(&[1, 2, 3]), Ok([1, 2]));
    assert_eq!(chunk::<4, true>(&[1, 2, 3]), Err(Error::Declined(4)));
    assert_eq!(chunk::<1, false>(&[1, 2, 3]), Err(Error::Down));
}

#[test]
fn a_function_with_higher_ranked_bounds() {
    #[circuit_breaker(name = "generics.higher_ranked")]
    fn each<F>(texts: &[String], mut visit: F) -> Result<usize, Error>
    where
        F: for<'a> FnMut(&'a str, usize) -> Option<&'a str>,
    {
        let mut found = 0;
        for (index, text) in texts.iter().enumerate() {
            found += usize::from(visit(text, index).is_some());
        }
        Ok(found)
    }

    let texts = ["a".to_owned(), "bc".to_owned()];
    assert_eq!(each(&texts, |text, index| text.get(index..)), Ok(2));
}

#[test]
fn a_function_with_trait_object_arguments() {
    #[circuit_breaker(name = "generics.dynamic")]
    fn call(
        shown: &dyn Display,
        visit: &mut dyn FnMut(&str),
        make: Box<dyn FnOnce() -> String + '_>,
        plain: fn(u32) -> u32,
        (any, _): (&(dyn Debug + Send + Sync), Box<dyn Deref<Target = str>>),
    ) -> Result<String, Error> {
        visit(&shown.to_string());
        Ok(format!("{}{}{any:?}", make(), plain(1)))
    }

    let mut seen = vec![];
    let answer = call(
        &1,
        &mut |text| seen.push(text.to_owned()),
        Box::new(|| "made".into()),
        |n| n + 1,
        (&"any", Box::new(String::new())),
    );
    assert_eq!(answer, Ok("made2\"any\"".into()));
    assert_eq!(seen, ["1"]);
}

#[test]
fn a_function_with_impl_trait_arguments() {
    #[circuit_breaker(name = "generics.impl_arguments")]
    fn call(
        mut reader: impl Iterator<Item = impl Into<u64>>,
        key: impl AsRef<str>,
        then: impl FnOnce(&str) -> u64,
        _: &impl Debug,
    ) -> Result<u64, Error> {
        let first = reader.next().ok_or(Error::Down)?.into();
        Ok(first + then(key.as_ref()))
    }

    assert_eq!(
        call([1_u8].into_iter(), "abc", |text| text.len() as u64, &()),
        Ok(4)
    );
    assert_eq!(
        call(std::iter::empty::<u8>(), String::new(), |_| 0, &1),
        Err(Error::Down)
    );
}

#[test]
fn an_async_function_with_impl_trait_and_trait_object_arguments() {
    #[circuit_breaker(name = "generics.async_impl_arguments")]
    async fn call(
        values: impl IntoIterator<Item = u32> + Send,
        visit: &mut (dyn FnMut(u32) + Send),
        key: impl AsRef<str> + Sync,
        wait: impl Future<Output = u32> + Send,
    ) -> Result<u32, Error> {
        values.into_iter().for_each(visit);
        let waited = wait.await;
        pause().await;
        Ok(waited + key.as_ref().len() as u32)
    }

    let mut seen = vec![];
    let mut visit = |value| seen.push(value);
    let future = call([1, 2], &mut visit, "abc", async {
        pause().await;
        4
    });
    assert_eq!(run(future), Ok(7));
    assert_eq!(seen, [1, 2]);
}

#[test]
fn a_function_with_many_lifetimes() {
    #[circuit_breaker(name = "generics.lifetimes")]
    fn pick<'long: 'short, 'short, 'unused, T: ?Sized + 'long>(
        long: &'long T,
        short: &'short &'long T,
        _: PhantomData<&'unused ()>,
        first: bool,
    ) -> Result<&'short T, Error> {
        Ok(if first { long } else { *short })
    }

    let long = String::from("long");
    assert_eq!(
        pick(long.as_str(), &"short", PhantomData, false),
        Ok("short")
    );
    assert_eq!(pick(long.as_str(), &"short", PhantomData, true), Ok("long"));
}

#[test]
fn a_function_with_default_and_elided_generics_in_its_types() {
    struct Parser<'a, T = u32> {
        text: &'a str,
        kind: PhantomData<T>,
    }

    #[circuit_breaker(name = "generics.elided_generics")]
    fn parse(parser: &Parser<'_>) -> Result<u32, Error> {
        Ok(parser.text.parse()?)
    }

    #[circuit_breaker(name = "generics.elided_return")]
    fn narrow<'a>(parser: &Parser<'a, u8>) -> Result<Parser<'a>, Error> {
        Ok(Parser {
            text: parser.text.trim(),
            kind: PhantomData,
        })
    }

    let parser = Parser {
        text: " 5 ",
        kind: PhantomData::<u8>,
    };
    assert_eq!(parse(&narrow(&parser).unwrap()), Ok(5));
}
