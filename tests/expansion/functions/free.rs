//! Free functions: visibility, ABIs, `unsafe`, and functions used as values.

use std::borrow::Cow;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, breaker, ends, open, pause, run};

#[circuit_breaker(name = "free.module_level")]
fn module_level() -> Result<u32, Error> {
    Ok(1)
}

#[circuit_breaker(name = "free.public")]
pub fn public() -> Result<u32, Error> {
    Ok(1)
}

#[circuit_breaker(name = "free.restricted")]
pub(in crate::expansion) async fn restricted() -> Result<u32, Error> {
    Ok(1)
}

#[test]
fn functions_of_every_visibility() {
    assert_eq!(
        (module_level(), public(), run(restricted())),
        (Ok(1), Ok(1), Ok(1))
    );
    for name in ["free.module_level", "free.public", "free.restricted"] {
        assert_eq!(ends(name), "1 success");
    }
}

#[test]
fn a_function_that_returns_unit() {
    #[circuit_breaker(name = "free.unit_ok")]
    fn call(values: &mut Vec<u32>) -> Result<(), Error> {
        values.push(1);
        values.push(2);
        Ok(())
    }

    let mut values = vec![];
    assert_eq!(call(&mut values), Ok(()));
    assert_eq!(values, [1, 2]);
}

#[test]
fn a_function_with_static_lifetimes() {
    #[circuit_breaker(name = "free.static")]
    fn call<T: Default + Send + 'static>(word: &'static str) -> Result<&'static T, Error> {
        if word.is_empty() {
            return Err(Error::Down);
        }
        Ok(Box::leak(Box::default()))
    }

    let value: &'static u32 = call("x").unwrap();
    assert_eq!(*value, 0);
}

#[test]
fn a_function_with_slices_and_strings() {
    #[circuit_breaker(name = "free.slices")]
    fn split<'a>(
        bytes: &'a [u8],
        text: &'a str,
        cow: Cow<'a, str>,
    ) -> Result<(&'a [u8], &'a str, Cow<'a, str>), Error> {
        let (_, rest) = bytes.split_first().ok_or(Error::Down)?;
        let text = text.strip_prefix('a').ok_or(Error::Declined(1))?;
        Ok((
            rest,
            text,
            if cow.is_empty() {
                Cow::Borrowed(text)
            } else {
                cow
            },
        ))
    }

    assert_eq!(
        split(b"xy", "ab", "".into()),
        Ok((&b"y"[..], "b", "b".into()))
    );
    assert_eq!(split(b"", "ab", "".into()), Err(Error::Down));
}

#[test]
fn a_function_that_returns_a_tuple_of_borrows() {
    #[circuit_breaker(name = "free.split_mut")]
    fn halves(values: &mut [u32]) -> Result<(&mut [u32], &mut [u32]), Error> {
        let middle = values.len() / 2;
        Ok(values.split_at_mut(middle))
    }

    let mut values = [1, 2, 3, 4];
    let (left, right) = halves(&mut values).unwrap();
    std::mem::swap(&mut left[0], &mut right[0]);
    assert_eq!(values, [3, 2, 1, 4]);
}

#[test]
fn a_function_that_returns_boxed_closures() {
    #[circuit_breaker(name = "free.returns_functions")]
    fn call<'a>(
        word: &'a str,
    ) -> Result<Vec<Box<dyn for<'b> Fn(&'b str) -> &'b str + Send + 'a>>, Error> {
        Ok(vec![
            Box::new(|text| text.trim()),
            Box::new(move |text| text.strip_prefix(word).unwrap_or(text)),
        ])
    }

    let functions = call("x").unwrap();
    assert_eq!(
        functions
            .iter()
            .fold(" xy ", |text, function| function(text)),
        "y"
    );
}

#[test]
fn a_function_used_as_a_value() {
    #[circuit_breaker(name = "free.as_value")]
    fn call(n: u32) -> Result<u32, Error> {
        if n > 2 {
            Err(Error::Declined(n))
        } else {
            Ok(n)
        }
    }

    let pointer: fn(u32) -> Result<u32, Error> = call;
    let answers: Result<Vec<_>, _> = [1, 2, 3].into_iter().map(call).collect();
    assert_eq!(answers, Err(Error::Declined(3)));
    assert_eq!(pointer(1), Ok(1));
    assert_eq!(ends("free.as_value"), "3 success, 1 failure");
}

#[test]
fn an_async_function_used_as_a_value() {
    #[circuit_breaker(name = "free.async_as_value")]
    async fn call(text: &str) -> Result<usize, Error> {
        pause().await;
        Ok(text.len())
    }

    async fn apply<F>(function: F, text: &str) -> Result<usize, Error>
    where
        F: AsyncFn(&str) -> Result<usize, Error>,
    {
        function(text).await
    }

    assert_eq!(run(apply(call, "abc")), Ok(3));
}

#[test]
fn unsafe_functions() {
    #[circuit_breaker(name = "free.unsafe")]
    unsafe fn read(pointer: *const u32) -> Result<u32, Error> {
        if pointer.is_null() {
            return Err(Error::Down);
        }
        // SAFETY: the caller hands in a pointer to a value.
        Ok(unsafe { *pointer })
    }

    #[circuit_breaker(name = "free.unsafe_async", fallback = later)]
    async unsafe fn read_async(pointer: *const u32) -> Result<u32, Error> {
        pause().await;
        // SAFETY: the caller hands in a pointer to a value.
        Ok(unsafe { *pointer })
    }

    async fn later(_: *const u32) -> Result<u32, Error> {
        Ok(0)
    }

    // SAFETY: both pointers are null or point to a value.
    unsafe {
        assert_eq!(read(&5), Ok(5));
        assert_eq!(read(std::ptr::null()), Err(Error::Down));
        assert_eq!(run(read_async(&5)), Ok(5));
        open("free.unsafe_async");
        assert_eq!(run(read_async(&5)), Ok(0));
    }
    assert_eq!(ends("free.unsafe"), "1 success, 1 failure");
}

#[test]
fn functions_with_another_abi() {
    #[circuit_breaker(name = "free.extern_c", failure(..0), fallback = |_| -1)]
    extern "C" fn call(n: i32) -> i32 {
        if n == 0 {
            return -2;
        }
        n
    }

    #[circuit_breaker(name = "free.extern_system", failure(..0), fallback = |_| -1)]
    unsafe extern "system" fn call_system(n: *const i32) -> i32 {
        // SAFETY: the caller hands in a pointer to a value.
        unsafe { *n }
    }

    #[circuit_breaker(name = "free.extern_result")]
    #[allow(improper_ctypes_definitions)]
    extern "C-unwind" fn call_result(n: i32) -> Result<i32, Error> {
        Ok(n)
    }

    let pointer: extern "C" fn(i32) -> i32 = call;
    assert_eq!((pointer(1), pointer(0)), (1, -2));
    // SAFETY: the pointer points to a value.
    assert_eq!(unsafe { call_system(&7) }, 7);
    assert_eq!(call_result(3), Ok(3));
    open("free.extern_c");
    assert_eq!(call(1), -1);
    assert_eq!(
        ends("free.extern_c"),
        "1 success, 1 failure, 1 rejected, 1 fallback failure"
    );
}

#[test]
fn a_trailing_comma_and_unusual_spacing() {
    #[circuit_breaker(name = "free.spacing", threshold = 5,)]
    #[rustfmt::skip]
    fn call <'a , T , >( value : & 'a T , ) -> Result < & 'a T , Error , > where T : 'a , { Ok( value ) }

    assert_eq!(call(&1), Ok(&1));
}

#[test]
fn an_exported_symbol_is_emitted_once() {
    #[circuit_breaker(name = "free.no_mangle", failure(0), fallback = |_| 0)]
    #[unsafe(no_mangle)]
    extern "C" fn breaker_expansion_exported_symbol(value: u32) -> u32 {
        value
    }

    assert_eq!(breaker_expansion_exported_symbol(3), 3);
    assert_eq!(breaker_expansion_exported_symbol(0), 0);
    assert_eq!(ends("free.no_mangle"), "1 success, 1 failure");
}

#[test]
fn a_rejected_call_does_not_run_the_body() {
    #[circuit_breaker(name = "free.rejected")]
    fn call(ran: &mut bool) -> Result<u32, Error> {
        *ran = true;
        Ok(1)
    }

    open("free.rejected");
    let mut ran = false;
    assert!(call(&mut ran).unwrap_err().is_rejection());
    assert!(!ran);
    breaker("free.rejected").clear_override();
    assert_eq!(call(&mut ran), Ok(1));
    assert!(ran);
    assert_eq!(ends("free.rejected"), "1 success, 1 rejected");
}
