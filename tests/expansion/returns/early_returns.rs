//! Ways out of the body: `return`, `?`, a `return` inside a macro, and labelled loops.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, ends, pause, run};

#[test]
fn an_early_return_of_an_error_is_a_failure() {
    #[circuit_breaker(name = "early_returns.early_return_error")]
    fn call(up: bool) -> Result<u32, Error> {
        if !up {
            return Err(Error::Down);
        }
        Ok(1)
    }

    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(call(true), Ok(1));
    assert_eq!(
        ends("early_returns.early_return_error"),
        "1 success, 1 failure"
    );
}

#[test]
fn an_early_return_of_a_value_is_a_success() {
    #[circuit_breaker(name = "early_returns.early_return_value")]
    fn call(known: bool) -> Result<u32, Error> {
        if known {
            return Ok(7);
        }
        Err(Error::Down)
    }

    assert_eq!(call(true), Ok(7));
    assert_eq!(ends("early_returns.early_return_value"), "1 success");
}

#[test]
fn a_question_mark_is_a_failure() {
    #[circuit_breaker(name = "early_returns.question_mark")]
    fn call(text: &str) -> Result<u32, Error> {
        let number: u32 = text.parse()?;
        Ok(number + 1)
    }

    assert!(matches!(call("x"), Err(Error::Number(_))));
    assert_eq!(call("1"), Ok(2));
    assert_eq!(ends("early_returns.question_mark"), "1 success, 1 failure");
}

#[test]
fn a_return_hidden_in_a_macro_is_recorded() {
    macro_rules! bail {
        ($error:expr) => {
            return Err($error)
        };
    }

    #[circuit_breaker(name = "early_returns.hidden_return")]
    fn call(up: bool) -> Result<u32, Error> {
        if !up {
            bail!(Error::Down);
        }
        Ok(1)
    }

    assert_eq!(call(false), Err(Error::Down));
    assert_eq!(ends("early_returns.hidden_return"), "1 failure");
}

#[test]
fn a_return_out_of_nested_loops_is_recorded() {
    #[circuit_breaker(name = "early_returns.nested_loops")]
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
    assert_eq!(ends("early_returns.nested_loops"), "1 success, 1 failure");
}

#[test]
fn a_let_else_return_is_recorded() {
    #[circuit_breaker(name = "early_returns.let_else")]
    fn call(value: Option<u32>) -> Result<u32, Error> {
        let Some(value) = value else {
            return Err(Error::Down);
        };
        Ok(value)
    }

    assert_eq!(call(None), Err(Error::Down));
    assert_eq!(call(Some(3)), Ok(3));
    assert_eq!(ends("early_returns.let_else"), "1 success, 1 failure");
}

#[test]
fn a_return_in_a_closure_of_the_body_leaves_only_that_closure() {
    #[circuit_breaker(name = "early_returns.inner_closure")]
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
    assert_eq!(ends("early_returns.inner_closure"), "1 success");
}

#[test]
fn a_return_in_a_function_of_the_body_leaves_only_that_function() {
    #[circuit_breaker(name = "early_returns.inner_function")]
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
    assert_eq!(ends("early_returns.inner_function"), "1 success");
}

#[test]
fn labelled_breaks_and_continues_stay_in_the_body() {
    #[circuit_breaker(name = "early_returns.labels")]
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
    assert_eq!(ends("early_returns.labels"), "1 success");
}

#[test]
fn an_early_return_in_an_async_function_is_recorded() {
    #[circuit_breaker(name = "early_returns.async_return")]
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
    assert_eq!(ends("early_returns.async_return"), "1 success, 1 failure");
}

#[test]
fn a_question_mark_after_an_await_is_recorded() {
    async fn fetch(text: &str) -> Result<u32, std::num::ParseIntError> {
        pause().await;
        text.parse()
    }

    #[circuit_breaker(name = "early_returns.async_question_mark")]
    async fn call(text: &str) -> Result<u32, Error> {
        let number = fetch(text).await?;
        Ok(number)
    }

    assert!(matches!(run(call("x")), Err(Error::Number(_))));
    assert_eq!(run(call("4")), Ok(4));
    assert_eq!(
        ends("early_returns.async_question_mark"),
        "1 success, 1 failure"
    );
}

#[test]
fn a_return_in_an_async_block_of_the_body_leaves_only_that_block() {
    #[circuit_breaker(name = "early_returns.inner_async_block")]
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
    assert_eq!(ends("early_returns.inner_async_block"), "1 success");
}

#[test]
fn every_path_of_a_body_may_return() {
    #[circuit_breaker(name = "early_returns.all_return")]
    #[allow(clippy::needless_return)]
    fn call(up: bool) -> Result<u32, Error> {
        if up {
            return Ok(1);
        } else {
            return Err(Error::Down);
        }
    }

    #[circuit_breaker(name = "early_returns.tail_return")]
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
