//! The body knows its return type: coercions, inference, and the target of `?`.

use std::fmt::Display;

use breaker_runtime::{BreakerError, circuit_breaker};

use crate::expansion::{Error, ends, open, pause, run};

#[test]
fn a_box_coerces_to_a_trait_object() {
    #[circuit_breaker(name = "coercions.dyn_value")]
    fn call(number: bool) -> Result<Box<dyn Display>, Error> {
        if number {
            return Ok(Box::new(5));
        }
        Ok(Box::new("text"))
    }

    assert_eq!(call(true).unwrap().to_string(), "5");
    assert_eq!(call(false).unwrap().to_string(), "text");
}

#[test]
fn a_text_becomes_a_boxed_error_through_question_mark() {
    #[circuit_breaker(name = "coercions.boxed_error")]
    fn call(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
        if text.is_empty() {
            Err("empty")?;
        }
        if text == "none" {
            return Err("none".into());
        }
        Ok(text.parse()?)
    }

    assert_eq!(call("").unwrap_err().to_string(), "empty");
    assert_eq!(call("none").unwrap_err().to_string(), "none");
    assert!(call("x").is_err());
    assert_eq!(call("3").unwrap(), 3);
    open("coercions.boxed_error");
    assert!(call("3").unwrap_err().is::<BreakerError>());
    assert_eq!(
        ends("coercions.boxed_error"),
        "1 success, 3 failure, 1 rejected"
    );
}

#[test]
fn a_boxed_error_without_bounds_is_a_target_too() {
    #[circuit_breaker(name = "coercions.plain_boxed_error")]
    fn call(text: &str) -> Result<u8, Box<dyn std::error::Error>> {
        let value = text.parse::<u8>()?;
        Ok(value)
    }

    assert_eq!(call("7").unwrap(), 7);
    assert!(call("700").is_err());
}

#[test]
fn a_boxed_error_struct_coerces_in_the_tail() {
    #[circuit_breaker(name = "coercions.boxed_error_tail")]
    fn call() -> Result<u8, Box<dyn std::error::Error>> {
        Err(Box::new(Error::Down))
    }

    assert_eq!(call().unwrap_err().to_string(), "the dependency is down");
    assert_eq!(ends("coercions.boxed_error_tail"), "1 failure");
}

#[test]
fn anyhow_takes_any_error() {
    #[circuit_breaker(name = "coercions.anyhow")]
    fn call(text: &str) -> anyhow::Result<u32> {
        anyhow::ensure!(!text.is_empty(), "empty");
        let value: u32 = text.parse()?;
        if value == 13 {
            anyhow::bail!("unlucky");
        }
        Ok(value)
    }

    assert_eq!(call("").unwrap_err().to_string(), "empty");
    assert_eq!(call("13").unwrap_err().to_string(), "unlucky");
    assert!(call("x").unwrap_err().is::<std::num::ParseIntError>());
    assert_eq!(call("1").unwrap(), 1);
    open("coercions.anyhow");
    assert!(call("1").unwrap_err().is::<BreakerError>());
    assert_eq!(ends("coercions.anyhow"), "1 success, 3 failure, 1 rejected");
}

#[test]
fn the_type_of_a_literal_comes_from_the_signature() {
    #[circuit_breaker(name = "coercions.literal")]
    fn call() -> Result<u8, Error> {
        Ok(255)
    }

    assert_eq!(call(), Ok(u8::MAX));
}

#[test]
fn the_target_of_a_conversion_comes_from_the_signature() {
    #[circuit_breaker(name = "coercions.conversions")]
    fn call(text: &str) -> Result<(Vec<char>, String, u64), Error> {
        let _: () = Default::default();
        Ok((text.chars().collect(), text.into(), text.parse()?))
    }

    assert_eq!(call("12"), Ok((vec!['1', '2'], "12".into(), 12)));
}

#[test]
fn a_default_of_the_return_type_is_inferred() {
    #[circuit_breaker(name = "coercions.default")]
    fn call() -> Result<Vec<Option<u8>>, Error> {
        Ok(Default::default())
    }

    assert_eq!(call(), Ok(vec![]));
}

#[test]
fn functions_coerce_to_pointers() {
    fn double(value: u32) -> u32 {
        value * 2
    }
    fn triple(value: u32) -> u32 {
        value * 3
    }

    #[circuit_breaker(name = "coercions.fn_pointer")]
    fn call(which: u8) -> Result<fn(u32) -> u32, Error> {
        match which {
            0 => Ok(double),
            1 => Ok(triple),
            _ => Ok(|value| value + 1),
        }
    }

    assert_eq!(call(0).unwrap()(5), 10);
    assert_eq!(call(1).unwrap()(5), 15);
    assert_eq!(call(2).unwrap()(5), 6);
}

#[test]
fn references_coerce_by_deref() {
    #[circuit_breaker(name = "coercions.deref")]
    fn call(values: &Vec<u8>) -> Result<&[u8], Error> {
        Ok(values)
    }

    assert_eq!(call(&vec![1, 2]), Ok(&[1, 2][..]));
}

#[test]
fn arrays_coerce_to_slices() {
    #[circuit_breaker(name = "coercions.unsize")]
    fn call() -> Result<Box<[u16]>, Error> {
        Ok(Box::new([1, 2, 3]))
    }

    assert_eq!(&*call().unwrap(), [1, 2, 3]);
}

#[test]
fn closures_infer_their_arguments_from_a_boxed_trait_object() {
    #[circuit_breaker(name = "coercions.dyn_closure")]
    fn call<'a>(prefix: &'a str) -> Result<Box<dyn for<'b> Fn(&'b str) -> String + 'a>, Error> {
        Ok(Box::new(move |text| format!("{prefix}{}", text.trim())))
    }

    assert_eq!(call("> ").unwrap()(" x "), "> x");
}

#[test]
fn a_result_mapped_with_into_finds_its_target() {
    #[circuit_breaker(name = "coercions.map_into")]
    fn call(text: &str) -> Result<u64, Error> {
        text.parse::<u32>().map(Into::into).map_err(Into::into)
    }

    assert_eq!(call("4"), Ok(4));
    assert!(call("").is_err());
}

#[test]
fn a_collected_result_finds_its_target() {
    #[circuit_breaker(name = "coercions.collect")]
    fn call(texts: &[&str]) -> Result<Vec<u32>, Error> {
        texts
            .iter()
            .map(|text| text.parse().map_err(Error::from))
            .collect()
    }

    assert_eq!(call(&["1", "2"]), Ok(vec![1, 2]));
    assert!(call(&["1", "x"]).is_err());
    assert_eq!(ends("coercions.collect"), "1 success, 1 failure");
}

#[test]
fn an_async_body_coerces_to_trait_objects() {
    #[circuit_breaker(name = "coercions.async_dyn_value")]
    async fn call(number: bool) -> Result<Box<dyn Display>, Error> {
        pause().await;
        if number {
            Ok(Box::new(5))
        } else {
            Ok(Box::new("text"))
        }
    }

    assert_eq!(run(call(true)).unwrap().to_string(), "5");
    assert_eq!(run(call(false)).unwrap().to_string(), "text");
}

#[test]
fn an_async_body_finds_the_target_of_its_question_marks() {
    #[circuit_breaker(name = "coercions.async_target")]
    async fn call(text: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
        pause().await;
        if text.is_empty() {
            Err("empty")?;
        }
        Ok(text.parse()?)
    }

    assert_eq!(run(call("")).unwrap_err().to_string(), "empty");
    assert_eq!(run(call("5")).unwrap(), 5);
}

#[test]
fn an_async_body_returns_anyhow() {
    #[circuit_breaker(name = "coercions.async_anyhow")]
    async fn call(text: &str) -> anyhow::Result<Vec<u8>> {
        anyhow::ensure!(!text.is_empty(), "empty");
        pause().await;
        let mut values = Vec::new();
        for part in text.split(',') {
            values.push(part.parse()?);
        }
        Ok(values)
    }

    assert_eq!(run(call("1,2")).unwrap(), [1, 2]);
    assert!(run(call("1,x")).is_err());
    open("coercions.async_anyhow");
    assert!(run(call("1")).unwrap_err().is::<BreakerError>());
    assert_eq!(
        ends("coercions.async_anyhow"),
        "1 success, 1 failure, 1 rejected"
    );
}

#[test]
fn an_async_body_coerces_functions_and_closures() {
    fn double(value: u32) -> u32 {
        value * 2
    }

    #[circuit_breaker(name = "coercions.async_fn_pointer")]
    async fn call(named: bool) -> Result<fn(u32) -> u32, Error> {
        if named {
            Ok(double)
        } else {
            Ok(|value| value + 1)
        }
    }

    assert_eq!(run(call(true)).unwrap()(4), 8);
    assert_eq!(run(call(false)).unwrap()(4), 5);
}

#[test]
fn an_async_body_that_ends_in_a_question_mark_and_ok_needs_no_turbofish() {
    #[circuit_breaker(name = "coercions.async_no_turbofish")]
    async fn call(text: &str) -> Result<(), Error> {
        text.parse::<i8>()?;
        Ok(())
    }

    assert_eq!(run(call("1")), Ok(()));
    assert!(run(call("1000")).is_err());
}
