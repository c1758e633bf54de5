//! Getting at the result: traps 1, 2, 3 and 5.

use std::fmt::Display;

use breaker_runtime::{BreakerError, circuit_breaker};

use super::{Error, breaker, ends, open, panic_of, pause, run};

// Trap 1: every way out of the body passes the breaker.

/// Trap 1
#[test]
fn an_early_return_of_an_error_is_a_failure() {
    #[circuit_breaker(name = "results.early_return_error")]
    fn call(up: bool) -> Result<u32, Error> {
        if !up {
            return Err(Error::Down);
        }
        Ok(1)
    }

    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(call(true), Ok(1));
    assert_eq!(ends("results.early_return_error"), "1 success, 1 failure");
}

/// Trap 1
#[test]
fn an_early_return_of_a_value_is_a_success() {
    #[circuit_breaker(name = "results.early_return_value")]
    fn call(known: bool) -> Result<u32, Error> {
        if known {
            return Ok(7);
        }
        Err(Error::Down)
    }

    assert_eq!(call(true), Ok(7));
    assert_eq!(ends("results.early_return_value"), "1 success");
}

/// Trap 1
#[test]
fn a_question_mark_is_a_failure() {
    #[circuit_breaker(name = "results.question_mark")]
    fn call(text: &str) -> Result<u32, Error> {
        let number: u32 = text.parse()?;
        Ok(number + 1)
    }

    assert!(matches!(call("x"), Err(Error::Number(_))));
    assert_eq!(call("1"), Ok(2));
    assert_eq!(ends("results.question_mark"), "1 success, 1 failure");
}

/// Trap 1
#[test]
fn a_return_hidden_in_a_macro_is_recorded() {
    macro_rules! bail {
        ($error:expr) => {
            return Err($error)
        };
    }

    #[circuit_breaker(name = "results.hidden_return")]
    fn call(up: bool) -> Result<u32, Error> {
        if !up {
            bail!(Error::Down);
        }
        Ok(1)
    }

    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(ends("results.hidden_return"), "1 failure");
}

/// Trap 1
#[test]
fn a_return_out_of_nested_loops_is_recorded() {
    #[circuit_breaker(name = "results.nested_loops")]
    fn find(grid: &[Vec<u32>], wanted: u32) -> Result<(usize, usize), Error> {
        for (y, row) in grid.iter().enumerate() {
            for (x, cell) in row.iter().enumerate() {
                if *cell == wanted {
                    return Ok((x, y));
                }
            }
        }
        Err(Error::Declined(wanted))
    }

    let grid = [vec![1, 2], vec![3, 4]];
    assert_eq!(find(&grid, 4), Ok((1, 1)));
    assert_eq!(find(&grid, 9), Err(Error::Declined(9)));
    assert_eq!(ends("results.nested_loops"), "1 success, 1 failure");
}

/// Trap 1
#[test]
fn a_let_else_return_is_recorded() {
    #[circuit_breaker(name = "results.let_else")]
    fn call(value: Option<u32>) -> Result<u32, Error> {
        let Some(value) = value else {
            return Err(Error::Down);
        };
        Ok(value)
    }

    assert_eq!(call(None), Err(Error::Down));
    assert_eq!(call(Some(3)), Ok(3));
    assert_eq!(ends("results.let_else"), "1 success, 1 failure");
}

/// Trap 1
#[test]
fn a_return_in_a_closure_of_the_body_leaves_only_that_closure() {
    #[circuit_breaker(name = "results.inner_closure")]
    fn call(values: &[u32]) -> Result<u32, Error> {
        let parity = |value: &u32| -> Result<u32, Error> {
            if value % 2 == 1 {
                return Err(Error::Down);
            }
            Ok(*value)
        };
        Ok(values.iter().filter_map(|value| parity(value).ok()).sum())
    }

    assert_eq!(call(&[1, 2, 3, 4]), Ok(6));
    assert_eq!(ends("results.inner_closure"), "1 success");
}

/// Trap 1
#[test]
fn a_return_in_a_function_of_the_body_leaves_only_that_function() {
    #[circuit_breaker(name = "results.inner_function")]
    fn call() -> Result<u32, Error> {
        fn inner(value: u32) -> Result<u32, Error> {
            if value == 0 {
                return Err(Error::Down);
            }
            Ok(value)
        }
        Ok(inner(0).unwrap_or(5))
    }

    assert_eq!(call(), Ok(5));
    assert_eq!(ends("results.inner_function"), "1 success");
}

/// Trap 1
#[test]
fn labelled_breaks_and_continues_stay_in_the_body() {
    #[circuit_breaker(name = "results.labels")]
    fn call(limit: u32) -> Result<u32, Error> {
        let mut sum = 0;
        'rows: for row in 0.. {
            for column in 0.. {
                if column > row {
                    continue 'rows;
                }
                sum += 1;
                if sum == limit {
                    break 'rows;
                }
            }
        }
        let doubled = 'block: {
            if sum > 100 {
                break 'block 0;
            }
            sum * 2
        };
        let found = loop {
            break doubled + 1;
        };
        Ok(found)
    }

    assert_eq!(call(7), Ok(15));
    assert_eq!(ends("results.labels"), "1 success");
}

/// Trap 1
#[test]
fn an_early_return_in_an_async_function_is_recorded() {
    #[circuit_breaker(name = "results.async_return")]
    async fn call(up: bool) -> Result<u32, Error> {
        pause().await;
        if !up {
            return Err(Error::Down);
        }
        pause().await;
        Ok(1)
    }

    assert_eq!(run(call(false)), Err(Error::Down));
    assert_eq!(run(call(true)), Ok(1));
    assert_eq!(ends("results.async_return"), "1 success, 1 failure");
}

/// Trap 1
#[test]
fn a_question_mark_after_an_await_is_recorded() {
    async fn fetch(text: &str) -> Result<u32, std::num::ParseIntError> {
        pause().await;
        text.parse()
    }

    #[circuit_breaker(name = "results.async_question_mark")]
    async fn call(text: &str) -> Result<u32, Error> {
        let number = fetch(text).await?;
        Ok(number)
    }

    assert!(matches!(run(call("x")), Err(Error::Number(_))));
    assert_eq!(run(call("4")), Ok(4));
    assert_eq!(ends("results.async_question_mark"), "1 success, 1 failure");
}

/// Trap 1
#[test]
fn a_return_in_an_async_block_of_the_body_leaves_only_that_block() {
    #[circuit_breaker(name = "results.inner_async_block")]
    async fn call() -> Result<u32, Error> {
        let inner = async {
            pause().await;
            if true {
                return Err(Error::Down);
            }
            Ok(1_u32)
        };
        Ok(inner.await.unwrap_or(9))
    }

    assert_eq!(run(call()), Ok(9));
    assert_eq!(ends("results.inner_async_block"), "1 success");
}

/// Trap 1
#[test]
fn a_panic_is_a_failure_and_goes_on() {
    #[circuit_breaker(name = "results.panic")]
    fn call(up: bool) -> Result<u32, Error> {
        assert!(up, "the wire is cut");
        Ok(1)
    }

    assert_eq!(panic_of(|| call(false)), "the wire is cut");
    assert_eq!(call(true), Ok(1));
    assert_eq!(ends("results.panic"), "1 success, 1 failure");
}

/// Trap 1
#[test]
fn a_panic_with_a_payload_of_its_own_keeps_it() {
    #[circuit_breaker(name = "results.panic_payload")]
    fn call() -> Result<u32, Error> {
        std::panic::panic_any(42_u64)
    }

    let payload = std::panic::catch_unwind(call).unwrap_err();
    assert_eq!(payload.downcast_ref::<u64>(), Some(&42));
    assert_eq!(ends("results.panic_payload"), "1 failure");
}

/// Trap 1
#[test]
fn a_rejected_call_does_not_run_the_body() {
    #[circuit_breaker(name = "results.rejected")]
    fn call(ran: &mut bool) -> Result<u32, Error> {
        *ran = true;
        Ok(1)
    }

    open("results.rejected");
    let mut ran = false;
    assert!(call(&mut ran).unwrap_err().is_rejection());
    assert!(!ran);
    breaker("results.rejected").clear_override();
    assert_eq!(call(&mut ran), Ok(1));
    assert!(ran);
    assert_eq!(ends("results.rejected"), "1 success, 1 rejected");
}

// Trap 2: the body may do all that a body may do.

/// Trap 2
#[test]
fn the_body_may_consume_its_arguments() {
    #[circuit_breaker(name = "results.consumes")]
    fn call(text: String, values: Vec<u32>) -> Result<(String, usize), Error> {
        let length = values.into_iter().count();
        Ok((text, length))
    }

    assert_eq!(call("a".into(), vec![1, 2]), Ok(("a".into(), 2)));
}

/// Trap 2
#[test]
fn a_borrow_may_leave_the_body() {
    #[circuit_breaker(name = "results.borrow_leaves")]
    fn first(values: &mut Vec<u32>) -> Result<&mut u32, Error> {
        values.push(1);
        values.first_mut().ok_or(Error::Down)
    }

    let mut values = vec![];
    *first(&mut values).unwrap() = 8;
    assert_eq!(values, [8]);
    assert_eq!(ends("results.borrow_leaves"), "1 success");
}

/// Trap 2
#[test]
fn a_borrow_of_a_field_of_a_mutable_argument_may_leave_the_body() {
    struct Pair {
        left: String,
        right: String,
    }

    #[circuit_breaker(name = "results.field_borrow_leaves")]
    fn longer(pair: &mut Pair) -> Result<&mut String, Error> {
        if pair.left.len() >= pair.right.len() {
            return Ok(&mut pair.left);
        }
        Ok(&mut pair.right)
    }

    let mut pair = Pair {
        left: "a".into(),
        right: "bcd".into(),
    };
    longer(&mut pair).unwrap().push('!');
    assert_eq!(pair.right, "bcd!");
    assert_eq!(pair.left, "a");
}

/// Trap 2
#[test]
fn an_iterator_over_a_mutable_argument_may_leave_the_body() {
    #[circuit_breaker(name = "results.iter_mut_leaves")]
    fn cells(values: &mut [u32]) -> Result<std::slice::IterMut<'_, u32>, Error> {
        Ok(values.iter_mut())
    }

    let mut values = [1, 2];
    for value in cells(&mut values).unwrap() {
        *value *= 10;
    }
    assert_eq!(values, [10, 20]);
}

/// Trap 2
#[test]
fn a_closure_argument_may_be_called_once() {
    #[circuit_breaker(name = "results.once")]
    fn call<F>(make: F) -> Result<String, Error>
    where
        F: FnOnce() -> String,
    {
        Ok(make())
    }

    let text = String::from("moved");
    assert_eq!(call(move || text), Ok("moved".into()));
}

/// Trap 2
#[test]
fn the_body_may_return_a_closure_over_its_arguments() {
    #[circuit_breaker(name = "results.returns_closure")]
    fn adder(by: u32) -> Result<Box<dyn Fn(u32) -> u32>, Error> {
        Ok(Box::new(move |value| value + by))
    }

    assert_eq!(adder(2).unwrap()(3), 5);
}

/// Trap 2
#[test]
fn a_reference_through_a_box_argument_may_be_leaked() {
    #[circuit_breaker(name = "results.leaks")]
    fn leak(value: Box<[u32]>) -> Result<&'static mut [u32], Error> {
        Ok(Box::leak(value))
    }

    let slice = leak(Box::new([1, 2, 3])).unwrap();
    slice[0] = 9;
    assert_eq!(slice, [9, 2, 3]);
}

/// Trap 2
#[test]
fn an_uninitialized_local_is_assigned_once() {
    #[circuit_breaker(name = "results.late_init")]
    fn call(up: bool) -> Result<u32, Error> {
        let value;
        if up {
            value = 1;
        } else {
            return Err(Error::Down);
        }
        Ok(value)
    }

    assert_eq!(call(true), Ok(1));
    assert_eq!(call(false), Err(Error::Down));
}

// Trap 3: coercions and the target of `?`.

/// Trap 3
#[test]
fn a_box_coerces_to_a_trait_object() {
    #[circuit_breaker(name = "results.dyn_value")]
    fn call(number: bool) -> Result<Box<dyn Display>, Error> {
        if number {
            return Ok(Box::new(5));
        }
        Ok(Box::new("text"))
    }

    assert_eq!(call(true).unwrap().to_string(), "5");
    assert_eq!(call(false).unwrap().to_string(), "text");
}

/// Trap 3
#[test]
fn a_text_becomes_a_boxed_error_through_question_mark() {
    #[circuit_breaker(name = "results.boxed_error")]
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
    open("results.boxed_error");
    assert!(call("3").unwrap_err().is::<BreakerError>());
    assert_eq!(
        ends("results.boxed_error"),
        "1 success, 3 failure, 1 rejected"
    );
}

/// Trap 3
#[test]
fn a_boxed_error_without_bounds_is_a_target_too() {
    #[circuit_breaker(name = "results.plain_boxed_error")]
    fn call(text: &str) -> Result<u8, Box<dyn std::error::Error>> {
        let value = text.parse::<u8>()?;
        Ok(value)
    }

    assert_eq!(call("7").unwrap(), 7);
    assert!(call("700").is_err());
}

/// Trap 3
#[test]
fn a_boxed_error_struct_coerces_in_the_tail() {
    #[circuit_breaker(name = "results.boxed_error_tail")]
    fn call() -> Result<u8, Box<dyn std::error::Error>> {
        Err(Box::new(Error::Down))
    }

    assert_eq!(call().unwrap_err().to_string(), "the dependency is down");
    assert_eq!(ends("results.boxed_error_tail"), "1 failure");
}

/// Trap 3
#[test]
fn anyhow_takes_any_error() {
    #[circuit_breaker(name = "results.anyhow")]
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
    open("results.anyhow");
    assert!(call("1").unwrap_err().is::<BreakerError>());
    assert_eq!(ends("results.anyhow"), "1 success, 3 failure, 1 rejected");
}

/// Trap 3
#[test]
fn the_type_of_a_literal_comes_from_the_signature() {
    #[circuit_breaker(name = "results.literal")]
    fn call() -> Result<u8, Error> {
        Ok(255)
    }

    assert_eq!(call(), Ok(u8::MAX));
}

/// Trap 3
#[test]
fn the_target_of_a_conversion_comes_from_the_signature() {
    #[circuit_breaker(name = "results.conversions")]
    fn call(text: &str) -> Result<(Vec<char>, String, u64), Error> {
        let _: () = Default::default();
        Ok((text.chars().collect(), text.into(), text.parse()?))
    }

    assert_eq!(call("12"), Ok((vec!['1', '2'], "12".into(), 12)));
}

/// Trap 3
#[test]
fn a_default_of_the_return_type_is_inferred() {
    #[circuit_breaker(name = "results.default")]
    fn call() -> Result<Vec<Option<u8>>, Error> {
        Ok(Default::default())
    }

    assert_eq!(call(), Ok(vec![]));
}

/// Trap 3
#[test]
fn functions_coerce_to_pointers() {
    fn double(value: u32) -> u32 {
        value * 2
    }
    fn triple(value: u32) -> u32 {
        value * 3
    }

    #[circuit_breaker(name = "results.fn_pointer")]
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

/// Trap 3
#[test]
fn references_coerce_by_dereference() {
    #[circuit_breaker(name = "results.deref")]
    fn call(values: &Vec<u8>) -> Result<&[u8], Error> {
        Ok(values)
    }

    assert_eq!(call(&vec![1, 2]), Ok(&[1, 2][..]));
}

/// Trap 3
#[test]
fn arrays_coerce_to_slices() {
    #[circuit_breaker(name = "results.unsize")]
    fn call() -> Result<Box<[u16]>, Error> {
        Ok(Box::new([1, 2, 3]))
    }

    assert_eq!(&*call().unwrap(), [1, 2, 3]);
}

/// Trap 3
#[test]
fn closures_infer_their_arguments_from_a_boxed_trait_object() {
    #[circuit_breaker(name = "results.dyn_closure")]
    fn call<'a>(prefix: &'a str) -> Result<Box<dyn for<'b> Fn(&'b str) -> String + 'a>, Error> {
        Ok(Box::new(move |text| format!("{prefix}{}", text.trim())))
    }

    assert_eq!(call("> ").unwrap()(" x "), "> x");
}

/// Trap 3
#[test]
fn a_result_mapped_with_into_finds_its_target() {
    #[circuit_breaker(name = "results.map_into")]
    fn call(text: &str) -> Result<u64, Error> {
        text.parse::<u32>().map(Into::into).map_err(Into::into)
    }

    assert_eq!(call("4"), Ok(4));
    assert!(call("").is_err());
}

/// Trap 3
#[test]
fn a_collected_result_finds_its_target() {
    #[circuit_breaker(name = "results.collect")]
    fn call(texts: &[&str]) -> Result<Vec<u32>, Error> {
        texts
            .iter()
            .map(|text| text.parse().map_err(Error::from))
            .collect()
    }

    assert_eq!(call(&["1", "2"]), Ok(vec![1, 2]));
    assert!(call(&["1", "x"]).is_err());
    assert_eq!(ends("results.collect"), "1 success, 1 failure");
}

/// Trap 3
#[test]
fn an_async_body_coerces_to_trait_objects() {
    #[circuit_breaker(name = "results.async_dyn_value")]
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

/// Trap 3
#[test]
fn an_async_body_finds_the_target_of_its_question_marks() {
    #[circuit_breaker(name = "results.async_target")]
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

/// Trap 3
#[test]
fn an_async_body_returns_anyhow() {
    #[circuit_breaker(name = "results.async_anyhow")]
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
    open("results.async_anyhow");
    assert!(run(call("1")).unwrap_err().is::<BreakerError>());
    assert_eq!(
        ends("results.async_anyhow"),
        "1 success, 1 failure, 1 rejected"
    );
}

/// Trap 3
#[test]
fn an_async_body_coerces_functions_and_closures() {
    fn double(value: u32) -> u32 {
        value * 2
    }

    #[circuit_breaker(name = "results.async_fn_pointer")]
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

/// Trap 3
#[test]
fn an_async_body_that_ends_in_a_question_mark_and_ok_needs_no_turbofish() {
    #[circuit_breaker(name = "results.async_no_turbofish")]
    async fn call(text: &str) -> Result<(), Error> {
        text.parse::<i8>()?;
        Ok(())
    }

    assert_eq!(run(call("1")), Ok(()));
    assert!(run(call("1000")).is_err());
}

// Trap 5: no inner function.

/// Trap 5
#[test]
fn self_and_the_generics_of_the_impl_are_in_scope() {
    #[derive(Debug, PartialEq)]
    struct Buffer<T, const N: usize> {
        cells: [T; N],
    }

    impl<T: Copy + Default + PartialEq, const N: usize> Buffer<T, N> {
        const LAST: usize = N - 1;

        #[circuit_breaker(name = "results.impl_generics")]
        fn filled(value: T) -> Result<Self, Error> {
            if value == T::default() {
                return Err(Error::Declined(Self::LAST as u32));
            }
            Ok(Self { cells: [value; N] })
        }
    }

    assert_eq!(Buffer::<u8, 2>::filled(7), Ok(Buffer { cells: [7, 7] }));
    assert_eq!(Buffer::<i64, 3>::filled(0), Err(Error::Declined(2)));
    assert_eq!(ends("results.impl_generics"), "1 success, 1 failure");
}

/// Trap 5
#[test]
fn an_exported_symbol_comes_out_once() {
    #[circuit_breaker(name = "results.no_mangle", failure(0), fallback = |_| 0)]
    #[unsafe(no_mangle)]
    extern "C" fn breaker_expansion_exported_symbol(value: u32) -> u32 {
        value
    }

    assert_eq!(breaker_expansion_exported_symbol(3), 3);
    assert_eq!(breaker_expansion_exported_symbol(0), 0);
    assert_eq!(ends("results.no_mangle"), "1 success, 1 failure");
}

/// Trap 5
#[test]
fn self_types_stand_in_patterns_and_paths_of_the_body() {
    #[derive(Debug, PartialEq)]
    enum Door {
        Open,
        Shut(u32),
    }

    impl Door {
        #[circuit_breaker(name = "results.self_paths")]
        fn shut(self) -> Result<Self, Error> {
            match self {
                Self::Open => Ok(Self::Shut(1)),
                Self::Shut(times) if times > 2 => Err(Error::Declined(times)),
                Self::Shut(times) => Ok(Self::Shut(times + 1)),
            }
        }
    }

    assert_eq!(Door::Open.shut(), Ok(Door::Shut(1)));
    assert_eq!(Door::Shut(3).shut(), Err(Error::Declined(3)));
}
