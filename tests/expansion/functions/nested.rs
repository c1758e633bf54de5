//! Guarded functions inside other functions, blocks, closures, constants and local `impl`s.

use std::fmt::Display;

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, ends, pause, run};

#[test]
fn guarded_functions_in_closures_blocks_and_const_functions() {
    let through_closure = |n: u32| {
        #[circuit_breaker(name = "nested.in_closure")]
        fn call(n: u32) -> Result<u32, Error> {
            Ok(n + 1)
        }
        call(n)
    };

    let through_block = {
        #[circuit_breaker(name = "nested.in_block")]
        fn call() -> Result<u32, Error> {
            Ok(2)
        }
        call()
    };

    let through_async = async {
        #[circuit_breaker(name = "nested.in_async_block")]
        async fn call() -> Result<u32, Error> {
            Ok(3)
        }
        call().await
    };

    const fn outer() -> fn() -> Result<u32, Error> {
        #[circuit_breaker(name = "nested.in_const_fn")]
        fn call() -> Result<u32, Error> {
            Ok(4)
        }
        call
    }

    assert_eq!(through_closure(0), Ok(1));
    assert_eq!(through_block, Ok(2));
    assert_eq!(run(through_async), Ok(3));
    assert_eq!(outer()(), Ok(4));
}

#[test]
fn a_guarded_function_in_a_constant_and_in_a_static() {
    const CALL: fn() -> Result<u32, Error> = {
        #[circuit_breaker(name = "nested.in_const")]
        fn call() -> Result<u32, Error> {
            Ok(1)
        }
        call
    };

    static CALLS: [fn(u32) -> Result<u32, Error>; 1] = [{
        #[circuit_breaker(name = "nested.in_static")]
        fn call(n: u32) -> Result<u32, Error> {
            Ok(n)
        }
        call
    }];

    assert_eq!((CALL(), CALLS[0](2)), (Ok(1), Ok(2)));
}

#[test]
fn a_guarded_method_in_a_local_impl_of_a_generic_function() {
    fn outer<T: Display>(value: T) -> Result<String, Error> {
        struct Local<U>(U);

        impl<U: Display> Local<U> {
            #[circuit_breaker(name = "nested.local_impl")]
            fn show(&self) -> Result<String, Error> {
                Ok(self.0.to_string())
            }
        }

        Local(value).show()
    }

    assert_eq!((outer(1), outer("a")), (Ok("1".into()), Ok("a".into())));
    assert_eq!(ends("nested.local_impl"), "2 success");
}

#[test]
fn guarded_functions_in_guarded_functions() {
    #[circuit_breaker(name = "nested.nested_outer")]
    fn outer(n: u32) -> Result<u32, Error> {
        #[circuit_breaker(name = "nested.nested_inner")]
        fn inner(n: u32) -> Result<u32, Error> {
            #[circuit_breaker(name = "nested.nested_innermost")]
            async fn innermost(n: u32) -> Result<u32, Error> {
                pause().await;
                Ok(n)
            }
            run(innermost(n))
        }
        inner(n)?;
        inner(n + 1)
    }

    assert_eq!(outer(1), Ok(2));
    assert_eq!(ends("nested.nested_outer"), "1 success");
    assert_eq!(ends("nested.nested_inner"), "2 success");
    assert_eq!(ends("nested.nested_innermost"), "2 success");
}
