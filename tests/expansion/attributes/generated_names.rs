//! Names in user code that the expansion might use too.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, open, pause, run};

#[test]
fn arguments_with_the_names_of_generated_items() {
    #[circuit_breaker(name = "generated_names.generated_names")]
    #[allow(clippy::too_many_arguments)]
    fn call(
        permit: u32,
        breaker: u32,
        out: u32,
        r: u32,
        __arg: u32,
        __arg0: u32,
        __circuit_breaker_permit: u32,
        __circuit_breaker_site: u32,
        __circuit_breaker_out: u32,
        error: u32,
        f: u32,
        this: u32,
        state: u32,
        future: u32,
    ) -> Result<Vec<u32>, Error> {
        Ok(vec![
            permit,
            breaker,
            out,
            r,
            __arg,
            __arg0,
            __circuit_breaker_permit,
            __circuit_breaker_site,
            __circuit_breaker_out,
            error,
            f,
            this,
            state,
            future,
        ])
    }

    assert_eq!(
        call(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14),
        Ok((1..=14).collect())
    );
}

#[test]
fn async_arguments_with_the_names_of_generated_items() {
    #[circuit_breaker(name = "generated_names.async_generated_names", fallback = |_| Ok(permit + out))]
    async fn call(
        permit: u32,
        out: u32,
        future: u32,
        __arg: u32,
        cx: u32,
        pin: u32,
        value: u32,
    ) -> Result<u32, Error> {
        pause().await;
        Ok(permit + out + future + __arg + cx + pin + value)
    }

    assert_eq!(run(call(1, 2, 3, 4, 5, 6, 7)), Ok(28));
    open("generated_names.async_generated_names");
    assert_eq!(run(call(1, 2, 3, 4, 5, 6, 7)), Ok(3));
}

mod constants {
    #![allow(non_upper_case_globals, dead_code)]

    use breaker_runtime::circuit_breaker;

    use crate::expansion::{Error, open, run};

    const permit: u32 = 1;
    const out: u32 = 1;
    const r: u32 = 1;
    const site: u32 = 1;
    const breaker: u32 = 1;
    const result: u32 = 1;
    const value: u32 = 1;
    const future: u32 = 1;
    const error: u32 = 1;
    const body: u32 = 1;
    const call: u32 = 1;
    const arg: u32 = 1;
    const __arg: u32 = 1;
    const __arg0: u32 = 1;
    const __self: u32 = 1;
    const __permit: u32 = 1;
    const __out: u32 = 1;
    const __site: u32 = 1;
    const SITE: u32 = 1;
    const BREAKER: u32 = 1;
    const CALL_SITE: u32 = 1;

    #[circuit_breaker(name = "generated_names.constants", fallback = later)]
    fn sum((left, mut right): (u32, u32), _: u8, ref last: u32) -> Result<u32, Error> {
        right += left + last;
        Ok(right + permit + out + r)
    }

    fn later((left, _): (u32, u32), _: u8, _: u32) -> Result<u32, Error> {
        Ok(left)
    }

    #[circuit_breaker(name = "generated_names.async_constants", fallback = async_later)]
    async fn async_sum((left, mut right): (u32, u32), _: u8, ref last: u32) -> Result<u32, Error> {
        right += left + last;
        Ok(right + permit + out + r)
    }

    async fn async_later((left, _): (u32, u32), _: u8, _: u32) -> Result<u32, Error> {
        Ok(left)
    }
    #[test]
    fn constants_of_the_module_do_not_meet_generated_names() {
        assert_eq!(sum((1, 2), 0, 3), Ok(9));
        assert_eq!(run(async_sum((1, 2), 0, 3)), Ok(9));
        open("generated_names.constants");
        open("generated_names.async_constants");
        assert_eq!(sum((1, 2), 0, 3), Ok(1));
        assert_eq!(run(async_sum((1, 2), 0, 3)), Ok(1));
    }
}

#[test]
fn functions_with_the_names_of_generated_items() {
    mod strange {
        use super::{Error, circuit_breaker};

        #[circuit_breaker(name = "generated_names.fn_call_once")]
        pub(super) fn call_once(value: u32) -> Result<u32, Error> {
            Ok(value)
        }

        #[circuit_breaker(name = "generated_names.fn_drop")]
        pub(super) fn drop(value: u32) -> Result<u32, Error> {
            Ok(value)
        }

        #[circuit_breaker(name = "generated_names.fn_permit")]
        pub(super) fn permit(permit: u32) -> Result<u32, Error> {
            Ok(permit)
        }

        #[circuit_breaker(name = "generated_names.fn_core")]
        pub(super) fn core(std: u32) -> Result<u32, Error> {
            Ok(std)
        }

        #[circuit_breaker(name = "generated_names.fn_breaker_runtime")]
        pub(super) fn breaker_runtime(value: u32) -> Result<u32, Error> {
            Ok(value)
        }

        #[circuit_breaker(name = "generated_names.fn_circuit_breaker")]
        pub(super) fn circuit_breaker_(circuit_breaker: u32) -> Result<u32, Error> {
            Ok(circuit_breaker)
        }

        #[circuit_breaker(name = "generated_names.fn_raw")]
        pub(super) fn r#match(r#type: u32, r#fn: u32) -> Result<u32, Error> {
            Ok(r#type + r#fn)
        }

        #[circuit_breaker(name = "generated_names.fn_unicode")]
        pub(super) fn größe(länge: u32) -> Result<u32, Error> {
            Ok(länge)
        }
    }

    assert_eq!(strange::call_once(1), Ok(1));
    assert_eq!(strange::drop(1), Ok(1));
    assert_eq!(strange::permit(1), Ok(1));
    assert_eq!(strange::core(1), Ok(1));
    assert_eq!(strange::breaker_runtime(1), Ok(1));
    assert_eq!(strange::circuit_breaker_(1), Ok(1));
    assert_eq!(strange::r#match(1, 2), Ok(3));
    assert_eq!(strange::größe(1), Ok(1));
}

#[test]
fn the_body_does_not_see_generated_names() {
    let permit = 1;
    let _ = permit;

    #[circuit_breaker(name = "generated_names.body_hygiene")]
    fn call(value: u32) -> Result<u32, Error> {
        const OUT: u32 = 5;
        fn permit(value: u32) -> u32 {
            value + OUT
        }
        let out = permit(value);
        let __arg = out;
        Ok(__arg)
    }

    assert_eq!(call(1), Ok(6));
}
