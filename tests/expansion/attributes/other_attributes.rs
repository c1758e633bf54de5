//! Other attributes on the same function, above and below: each is kept, once and in order.

use std::panic::Location;

use breaker_runtime::{Registry, circuit_breaker};

use crate::expansion::{Error, breaker, ends, panic_of, run};

#[test]
fn attributes_above_and_below_are_kept() {
    /// Documentation above.
    #[inline]
    #[circuit_breaker(name = "other_attributes.attributes")]
    #[doc = "Documentation below."]
    #[doc(alias = "other")]
    #[cold]
    #[must_use = "the answer matters"]
    #[cfg_attr(all(), allow(clippy::needless_pass_by_value))]
    #[rustfmt::skip]
    fn call(text: String) -> Result<usize, Error> { Ok(text.len()) }

    #[inline(always)]
    #[circuit_breaker(name = "other_attributes.inline_always")]
    fn call_always(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    #[circuit_breaker(name = "other_attributes.inline_never")]
    #[inline(never)]
    async fn call_never(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    assert_eq!(call("a".into()), Ok(1));
    assert_eq!(call_always(1), Ok(1));
    assert_eq!(run(call_never(1)), Ok(1));
}

#[test]
fn a_function_that_is_configured_out_disappears() {
    #[circuit_breaker(name = "other_attributes.cfg_out")]
    #[cfg(any())]
    fn call(value: NoSuchType) -> Result<u32, Error> {
        Ok(value)
    }

    #[cfg(any())]
    #[circuit_breaker(name = "other_attributes.cfg_out_above")]
    fn call(value: NoSuchType) -> Result<u32, Error> {
        Ok(value)
    }

    #[cfg_attr(all(), circuit_breaker(name = "other_attributes.cfg_attr"))]
    fn call(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    assert_eq!(call(1), Ok(1));
    assert_eq!(ends("other_attributes.cfg_attr"), "1 success");
    assert!(
        Registry::global()
            .get("other_attributes.cfg_out_above")
            .is_none()
    );
}

#[cfg(target_arch = "x86_64")]
#[test]
fn target_features_reach_the_body() {
    #[circuit_breaker(name = "other_attributes.target_feature")]
    #[target_feature(enable = "sse2")]
    unsafe fn sum(values: [i32; 4]) -> Result<i32, Error> {
        use std::arch::x86_64::{
            __m128i, _mm_add_epi32, _mm_cvtsi128_si32, _mm_loadu_si128, _mm_shuffle_epi32,
        };
        // SAFETY: the processor has SSE2, which the caller promises, and the array is as long as the register.
        unsafe {
            let loaded = _mm_loadu_si128(values.as_ptr().cast::<__m128i>());
            let swapped = _mm_add_epi32(loaded, _mm_shuffle_epi32(loaded, 0b01_00_11_10));
            let summed = _mm_add_epi32(swapped, _mm_shuffle_epi32(swapped, 0b10_11_00_01));
            Ok(_mm_cvtsi128_si32(summed))
        }
    }

    // SAFETY: SSE2 belongs to the architecture.
    assert_eq!(unsafe { sum([1, 2, 3, 4]) }, Ok(10));
    assert_eq!(ends("other_attributes.target_feature"), "1 success");
}

#[test]
fn track_caller_compiles_and_sees_the_body() {
    #[circuit_breaker(name = "other_attributes.track_caller")]
    #[track_caller]
    fn call() -> Result<&'static Location<'static>, Error> {
        Ok(Location::caller())
    }

    let location = call().unwrap();
    assert_eq!(location.file(), file!());
}

#[circuit_breaker(name = "other_attributes.test_below")]
#[test]
fn a_test_attribute_below() -> Result<(), Error> {
    let number: u32 = "5".parse()?;
    assert_eq!(number, 5);
    Ok(())
}

#[test]
#[circuit_breaker(name = "other_attributes.test_above")]
fn a_test_attribute_above() -> Result<(), Error> {
    let number: u32 = "6".parse()?;
    assert_eq!(number, 6);
    Ok(())
}

#[circuit_breaker(name = "other_attributes.should_panic", failure(_ if false), fallback = |_| ())]
#[test]
#[should_panic = "as expected"]
fn a_should_panic_attribute_below() {
    panic!("as expected")
}

#[circuit_breaker(name = "other_attributes.tokio_test_below")]
#[tokio::test]
async fn a_tokio_test_attribute_below() -> Result<(), Error> {
    tokio::task::yield_now().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
#[circuit_breaker(name = "other_attributes.tokio_test_above")]
async fn a_tokio_test_attribute_above() -> Result<(), Error> {
    let answer = tokio::spawn(async { 1 }).await.map_err(|_| Error::Down)?;
    assert_eq!(answer, 1);
    Ok(())
}

#[test]
fn functions_with_a_test_attribute_are_guarded() {
    a_test_attribute_below().unwrap();
    a_test_attribute_above().unwrap();
    a_tokio_test_attribute_below().unwrap();
    a_tokio_test_attribute_above().unwrap();
    assert_eq!(panic_of(a_should_panic_attribute_below), "as expected");
    let totals = |name: &str| {
        let breaker = breaker(&format!("other_attributes.{name}"));
        breaker.snapshot().totals
    };
    // The harness calls the same functions, so each has at least one call here.
    for name in [
        "test_below",
        "test_above",
        "tokio_test_below",
        "tokio_test_above",
    ] {
        assert!(totals(name).successes > 0, "{name}");
    }
    assert!(totals("should_panic").failures > 0);
}

#[test]
fn another_attribute_macro_on_the_same_function() {
    // `#[tokio::main]` rewrites an async function itself. It works above and below the breaker.
    #[circuit_breaker(name = "other_attributes.tokio_main_below")]
    #[tokio::main(flavor = "current_thread")]
    async fn below(value: u32) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(value)
    }

    #[tokio::main(flavor = "current_thread")]
    #[circuit_breaker(name = "other_attributes.tokio_main_above")]
    async fn above(value: u32) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(value)
    }

    assert_eq!((below(1), above(2)), (Ok(1), Ok(2)));
    assert_eq!(ends("other_attributes.tokio_main_below"), "1 success");
    assert_eq!(ends("other_attributes.tokio_main_above"), "1 success");
}
