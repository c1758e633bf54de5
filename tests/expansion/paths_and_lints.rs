//! Paths, lints and attributes: traps 22 to 28.

#![deny(
    unused,
    unfulfilled_lint_expectations,
    deprecated,
    clippy::used_underscore_binding,
    clippy::redundant_closure_call,
    clippy::let_unit_value,
    clippy::diverging_sub_expression,
    clippy::no_effect_underscore_binding,
    clippy::shadow_unrelated,
    clippy::shadow_same,
    clippy::large_futures
)]

use std::panic::Location;

use breaker_runtime::{Registry, circuit_breaker};

use super::{Error, assert_send, ends, open, panic_of, pause, run};

// Trap 22: shadowed names. The cases that need a crate of their own stand in `tests/ui/pass/`.

/// Trap 22
mod shadowed {
    #![allow(dead_code, non_camel_case_types, unused_macros)]

    use breaker_runtime::circuit_breaker;

    pub(super) enum Result {}
    pub(super) enum Option {}
    pub(super) struct Ok;
    pub(super) struct Err;
    pub(super) struct Some;
    pub(super) struct None;
    pub(super) struct Box;
    pub(super) struct Pin;
    pub(super) struct BreakerError;
    pub(super) struct CallError;
    pub(super) struct Outcome;
    pub(super) struct Error;
    pub(super) struct String;
    pub(super) struct PhantomData;
    pub(super) struct u32;
    pub(super) struct bool;
    pub(super) struct str;
    pub(super) trait Future {}
    pub(super) trait IntoFuture {}
    pub(super) trait Fn {}
    pub(super) trait FnOnce {}
    pub(super) trait From {}
    pub(super) trait Into {}
    pub(super) trait Clone {}
    pub(super) trait Copy {}
    pub(super) trait Drop {}
    pub(super) trait Send {}
    pub(super) trait Sync {}
    pub(super) trait Default {}
    pub(super) mod core {}
    pub(super) mod std {}
    pub(super) mod alloc {}
    pub(super) mod breaker_runtime_ {}
    pub(super) mod pin {}
    pub(super) fn drop() {}
    pub(super) fn call_once() {}
    macro_rules! panic {
        ($($tokens:tt)*) => {
            compile_error!("the shadowing `panic!`")
        };
    }
    macro_rules! concat {
        ($($tokens:tt)*) => {
            compile_error!("the shadowing `concat!`")
        };
    }
    macro_rules! matches {
        ($($tokens:tt)*) => {
            compile_error!("the shadowing `matches!`")
        };
    }
    macro_rules! assert {
        ($($tokens:tt)*) => {
            compile_error!("the shadowing `assert!`")
        };
    }
    macro_rules! unreachable {
        ($($tokens:tt)*) => {
            compile_error!("the shadowing `unreachable!`")
        };
    }

    type Answer<T> = ::core::result::Result<T, super::Error>;

    #[circuit_breaker(
        name = "paths.shadowed",
        threshold = 3 + 4,
        open_for = "10s",
        ignore(::core::result::Result::Err(super::Error::Declined(_))),
        fallback = later
    )]
    pub(super) fn call(
        up: ::core::primitive::bool,
        (left, _): (::core::primitive::u32, ()),
    ) -> Answer<::core::primitive::u32> {
        if !up {
            ::core::result::Result::Err(super::Error::Down)?;
        }
        ::core::result::Result::Ok(left)
    }

    pub(super) fn later(
        _: ::core::primitive::bool,
        (left, ()): (::core::primitive::u32, ()),
    ) -> Answer<::core::primitive::u32> {
        ::core::result::Result::Ok(left + 100)
    }

    #[circuit_breaker(name = "paths.shadowed_async", fallback = async_later, fallback_on = any)]
    pub(super) async fn call_async(
        up: ::core::primitive::bool,
        text: ::std::string::String,
    ) -> Answer<::core::primitive::usize> {
        super::pause().await;
        if !up {
            ::core::result::Result::Err(super::Error::Down)?;
        }
        ::core::result::Result::Ok(text.len())
    }

    async fn async_later(
        _: ::core::primitive::bool,
        text: ::std::string::String,
    ) -> Answer<::core::primitive::usize> {
        ::core::result::Result::Ok(text.len() + 100)
    }

    #[circuit_breaker(name = "paths.shadowed_future")]
    pub(super) fn call_future(
        value: ::core::primitive::u32,
    ) -> impl ::core::future::Future<Output = Answer<::core::primitive::u32>> {
        async move { ::core::result::Result::Ok(value) }
    }
}

/// Trap 22
#[test]
fn shadowed_names_of_the_prelude_do_no_harm() {
    assert_eq!(shadowed::call(true, (1, ())), Ok(1));
    assert_eq!(shadowed::call(false, (1, ())), Err(Error::Down));
    assert_eq!(run(shadowed::call_async(true, "a".into())), Ok(1));
    assert_eq!(run(shadowed::call_async(false, "a".into())), Ok(101));
    assert_eq!(run(shadowed::call_future(1)), Ok(1));
    open("paths.shadowed");
    assert_eq!(shadowed::call(true, (1, ())), Ok(101));
}

/// Trap 22
#[test]
fn methods_of_a_local_trait_are_not_picked_up() {
    trait Rival {
        fn record(&self) -> u32 {
            panic!("the rival's")
        }
        fn into(self) -> u32
        where
            Self: Sized,
        {
            panic!("the rival's")
        }
        fn clone(&self) -> u32 {
            panic!("the rival's")
        }
        fn poll(&self) -> u32 {
            panic!("the rival's")
        }
        fn await_(&self) -> u32 {
            panic!("the rival's")
        }
        fn try_acquire(&self) -> u32 {
            panic!("the rival's")
        }
        fn success(&self) -> u32 {
            panic!("the rival's")
        }
        fn failure(&self) -> u32 {
            panic!("the rival's")
        }
        fn as_ref(&self) -> u32 {
            panic!("the rival's")
        }
        fn as_mut(&self) -> u32 {
            panic!("the rival's")
        }
        fn is_err(&self) -> u32 {
            panic!("the rival's")
        }
    }
    impl<T: ?Sized> Rival for T {}
    // All of them are in scope, and for every type.
    let rivals: [fn(&u32) -> u32; 9] = [
        Rival::record,
        Rival::clone,
        Rival::poll,
        Rival::await_,
        Rival::try_acquire,
        Rival::success,
        Rival::failure,
        Rival::as_ref,
        Rival::is_err,
    ];
    assert_eq!(panic_of(|| rivals.map(|rival| rival(&1))), "the rival's");
    assert_eq!(
        panic_of(|| Rival::as_mut(&1) + Rival::into(1)),
        "the rival's"
    );

    #[circuit_breaker(name = "paths.rivals", fallback = later, fallback_on = any)]
    fn call(text: String) -> Result<usize, Error> {
        if text.is_empty() {
            Err(Error::Down)
        } else {
            Ok(text.len())
        }
    }

    fn later(_: String) -> Result<usize, Error> {
        Ok(9)
    }

    #[circuit_breaker(name = "paths.async_rivals")]
    async fn call_async(text: &str) -> Result<usize, Error> {
        pause().await;
        Ok(text.len())
    }

    assert_eq!((call("a".to_owned()), call(String::new())), (Ok(1), Ok(9)));
    assert_eq!(run(call_async("a")), Ok(1));
}

// Trap 23: fragments of `macro_rules!`.

/// Trap 23
#[test]
fn a_body_from_a_block_fragment() {
    macro_rules! function {
        ($name:ident, $async_name:ident, $body:block) => {
            #[circuit_breaker(name = "paths.block_fragment")]
            fn $name() -> Result<u32, Error> $body

            #[circuit_breaker(name = "paths.async_block_fragment")]
            async fn $async_name() -> Result<u32, Error> $body
        };
    }

    function!(call, call_async, {
        let value = "5".parse::<u32>()?;
        if value == 0 {
            return Err(Error::Down);
        }
        Ok(value)
    });

    assert_eq!(call(), Ok(5));
    assert_eq!(run(call_async()), Ok(5));
    assert_eq!(ends("paths.block_fragment"), "1 success");
}

/// Trap 23
#[test]
fn types_from_fragments() {
    macro_rules! function {
        ($name:ident, $argument:ty, $return:ty, $breaker:literal, |$value:ident| $body:expr) => {
            #[circuit_breaker(name = $breaker)]
            fn $name($value: $argument) -> $return {
                $body
            }
        };
    }

    function!(owned, &str, Result<String, Error>, "paths.type_fragment", |value| Ok(value.into()));
    function!(
        boxed,
        u32,
        Result<Box<dyn std::any::Any>, Error>,
        "paths.type_fragment_dyn",
        |value| Ok(Box::new(value))
    );
    function!(
        opaque,
        u32,
        Result<impl Into<u64>, Error>,
        "paths.type_fragment_impl",
        |value| Ok(value)
    );
    function!(returns, bool, Result<u32, Error>, "paths.type_fragment_return", |up| {
        if !up {
            return Err(Error::Down);
        }
        Ok("5".parse()?)
    });

    assert_eq!(owned("a"), Ok("a".into()));
    assert!(boxed(1).unwrap().is::<u32>());
    assert_eq!(opaque(1).map(Into::into), Ok(1_u64));
    assert_eq!((returns(true), returns(false)), (Ok(5), Err(Error::Down)));
}

/// Trap 23
#[test]
fn an_impl_trait_argument_from_a_fragment() {
    macro_rules! function {
        ($argument:ty, $error:ty) => {
            #[circuit_breaker(name = "paths.impl_fragment")]
            async fn call(values: $argument) -> Result<u32, $error> {
                pause().await;
                Ok(values.into_iter().sum())
            }
        };
    }

    function!(impl IntoIterator<Item = u32>, Error);
    assert_eq!(run(call([1, 2])), Ok(3));
}

/// Trap 23
#[test]
fn patterns_from_fragments() {
    macro_rules! function {
        ($name:ident, $pattern:pat, $type:ty, $body:expr) => {
            #[circuit_breaker(name = "paths.pattern_fragment", threshold = 50)]
            fn $name($pattern: $type) -> Result<u32, Error> {
                Ok($body)
            }
        };
    }

    function!(tuple, (left, mut right), (u32, u32), {
        right += 1;
        left * right
    });
    function!(reference, &value, &u32, value + 1);
    function!(wildcard, _, u8, 9);
    function!(name, name, u32, name);

    assert_eq!(
        (tuple((2, 3)), reference(&4), wildcard(0), name(6)),
        (Ok(8), Ok(5), Ok(9), Ok(6))
    );
}

/// Trap 23
#[test]
fn arguments_of_the_attribute_from_fragments() {
    macro_rules! function {
        (
            $visibility:vis $name:ident, $breaker:literal, $threshold:expr, $open_for:literal, $pattern:pat,
            $fallback:path, $judge:expr
        ) => {
            #[circuit_breaker(
                name = $breaker,
                threshold = $threshold,
                open_for = $open_for,
                ignore($pattern),
                fallback = $fallback
            )]
            $visibility fn $name(value: u32) -> Result<u32, Error> {
                $judge(value)
            }
        };
    }

    const BASE: u32 = 5;
    fn later(value: u32) -> Result<u32, Error> {
        Ok(value + 100)
    }
    function!(
        pub(crate) call, "paths.argument_fragments", BASE * 2, "5s", Err(Error::Declined(_)), later,
        |value| if value == 0 { Err(Error::Declined(0)) } else { Ok(value) }
    );

    assert_eq!((call(0), call(1)), (Err(Error::Declined(0)), Ok(1)));
    assert_eq!(ends("paths.argument_fragments"), "1 success, 1 ignored");
    open("paths.argument_fragments");
    assert_eq!(call(1), Ok(101));
}

/// Trap 23
#[test]
fn a_fallback_closure_and_a_classifier_from_fragments() {
    macro_rules! function {
        ($name:ident, $fallback:expr, $classify:expr) => {
            #[circuit_breaker(name = "paths.closure_fragments", fallback = $fallback, classify = $classify)]
            fn $name(value: u32) -> u32 {
                value
            }
        };
    }

    fn judge(value: &u32) -> breaker_runtime::Outcome {
        if *value == 0 {
            breaker_runtime::Outcome::Failure
        } else {
            breaker_runtime::Outcome::Success
        }
    }
    function!(call, |_| 99, judge);

    assert_eq!((call(0), call(1)), (0, 1));
    open("paths.closure_fragments");
    assert_eq!(call(1), 99);
    assert_eq!(
        ends("paths.closure_fragments"),
        "1 success, 1 failure, 1 rejected, 1 fallback success"
    );
}

/// Trap 23
#[test]
fn a_whole_item_from_a_fragment() {
    macro_rules! guarded {
        ($item:item) => {
            $item
        };
    }

    guarded! {
        #[circuit_breaker(name = "paths.item_fragment")]
        async fn call(value: u32) -> Result<u32, Error> {
            pause().await;
            Ok(value)
        }
    }

    macro_rules! named {
        ($breaker:literal => $item:item) => {
            #[circuit_breaker(name = $breaker)]
            $item
        };
    }

    named! {
        "paths.named_item" => fn plain(value: u32) -> Result<u32, Error> {
            if value == 0 {
                return Err(Error::Down);
            }
            Ok(value)
        }
    }

    assert_eq!(run(call(1)), Ok(1));
    assert_eq!((plain(1), plain(0)), (Ok(1), Err(Error::Down)));
    assert_eq!(ends("paths.item_fragment"), "1 success");
    assert_eq!(ends("paths.named_item"), "1 success, 1 failure");
}

/// Trap 23
#[test]
fn lifetimes_statements_and_token_trees_from_fragments() {
    macro_rules! function {
        ($lifetime:lifetime, $text:ident, [$($statement:stmt;)*] $($tail:tt)*) => {
            #[circuit_breaker(name = "paths.other_fragments")]
            #[allow(redundant_semicolons)]
            fn call<$lifetime>($text: &$lifetime str, other: &str) -> Result<&$lifetime str, Error> {
                $($statement;)*
                if other.len() > LIMIT {
                    return Err(Error::Down);
                }
                $($tail)*
            }
        };
    }

    const LIMIT: usize = 3;
    function!('text, text, [let count = 1; let _ = count;] Ok::<&'text str, _>(text));
    assert_eq!(call("abc", "x"), Ok("abc"));
    assert_eq!(call("abc", "long"), Err(Error::Down));
}

/// Trap 23
#[test]
fn a_family_of_functions_from_one_macro() {
    macro_rules! clients {
        ($($(#[$meta:meta])* $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> $return:ty = $breaker:literal $body:block)*) => {
            $(
                $(#[$meta])*
                #[circuit_breaker(name = $breaker)]
                $visibility fn $name($($argument: $type),*) -> Result<$return, Error> $body
            )*
        };
    }

    clients! {
        /// Adds.
        #[inline]
        fn add(left: u32, right: u32) -> u32 = "paths.family_add" { Ok(left + right) }
        #[must_use = "the sum is all there is"]
        fn sum(values: &[u32],) -> u32 = "paths.family_sum" { Ok(values.iter().sum()) }
        pub(crate) fn none() -> () = "paths.family_none" { Err(Error::Down) }
    }

    assert_eq!(
        (add(1, 2), sum(&[1, 2]), none()),
        (Ok(3), Ok(3), Err(Error::Down))
    );
}

// Trap 24: lints. The rest stands in `tests/crates/strict`.

/// Trap 24
#[test]
fn no_lint_of_this_module_fires_in_the_expansion() {
    #[circuit_breaker(
        name = "paths.lints",
        threshold = 5,
        open_for = "30s",
        backoff = 2.0,
        max_open_for = "5m",
        jitter = 0.1,
        half_open_calls = 2,
        success_threshold = 3,
        probe_failures = 1,
        probe_timeout = "1m",
        ignore(Err(Error::Declined(_))),
        failure(Ok(0)),
        fallback = later,
        fallback_on = any
    )]
    fn call(
        _unused: u32,
        (left, mut right): (u32, u32),
        mut text: String,
        _: bool,
    ) -> Result<u32, Error> {
        right += left;
        text.push('x');
        if right == 7 {
            return Err(Error::Down);
        }
        Ok(right + text.len() as u32)
    }

    fn later(_: u32, pair: (u32, u32), text: String, _: bool) -> Result<u32, Error> {
        Ok(pair.0 * 100 + text.len() as u32)
    }

    assert_eq!(call(0, (1, 2), "a".into(), true), Ok(5));
    assert_eq!(call(0, (3, 4), "a".into(), true), Ok(301));
}

// Trap 25: one function, its attributes once and in order.

/// Trap 25
#[test]
fn an_expectation_on_the_function_is_met() {
    #[circuit_breaker(name = "paths.expect")]
    #[expect(unused_variables, reason = "part of the interface")]
    fn call(unused: u32) -> Result<u32, Error> {
        Ok(1)
    }

    #[expect(unused_variables)]
    #[circuit_breaker(name = "paths.expect_above")]
    async fn call_above(unused: u32) -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "paths.expect_body")]
    #[expect(unreachable_code)]
    fn call_body() -> Result<u32, Error> {
        return Ok(1);
        Ok(2)
    }

    #[circuit_breaker(name = "paths.expect_dead")]
    #[expect(dead_code)]
    fn never_called() -> Result<u32, Error> {
        Ok(1)
    }

    assert_eq!(
        (call(1), run(call_above(1)), call_body()),
        (Ok(1), Ok(1), Ok(1))
    );
}

/// Trap 25
#[test]
fn expectations_of_clippy_in_the_body_are_met() {
    #[circuit_breaker(name = "paths.expect_clippy")]
    #[expect(clippy::needless_return)]
    fn call() -> Result<u32, Error> {
        return Ok(1);
    }

    #[circuit_breaker(name = "paths.expect_clippy_async")]
    #[expect(clippy::needless_return)]
    async fn call_async() -> Result<u32, Error> {
        return Ok(1);
    }

    #[circuit_breaker(name = "paths.expect_arguments")]
    #[expect(clippy::too_many_arguments)]
    fn call_many(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8) -> Result<u8, Error> {
        Ok(a + b + c + d + e + f + g + h)
    }

    assert_eq!((call(), run(call_async())), (Ok(1), Ok(1)));
    assert_eq!(call_many(1, 1, 1, 1, 1, 1, 1, 1), Ok(8));
}

/// Trap 25
#[test]
fn attributes_above_and_below_stay() {
    /// Documentation above.
    #[inline]
    #[circuit_breaker(name = "paths.attributes")]
    #[doc = "Documentation below."]
    #[doc(alias = "other")]
    #[cold]
    #[must_use = "the answer matters"]
    #[cfg_attr(all(), allow(clippy::needless_pass_by_value))]
    #[rustfmt::skip]
    fn call(text: String) -> Result<usize, Error> { Ok(text.len()) }

    #[inline(always)]
    #[circuit_breaker(name = "paths.inline_always")]
    fn call_always(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    #[circuit_breaker(name = "paths.inline_never")]
    #[inline(never)]
    async fn call_never(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    assert_eq!(call("a".into()), Ok(1));
    assert_eq!(call_always(1), Ok(1));
    assert_eq!(run(call_never(1)), Ok(1));
}

/// Trap 25
#[test]
fn a_deprecated_function_warns_its_callers_only() {
    #[circuit_breaker(name = "paths.deprecated")]
    #[deprecated(since = "1.0.0", note = "call the other one")]
    fn call(n: u32) -> Result<u32, Error> {
        Ok(n)
    }

    #[expect(deprecated)]
    let answer = call(1);
    assert_eq!(answer, Ok(1));
}

/// Trap 25
#[test]
fn a_function_that_is_configured_out_is_gone() {
    #[circuit_breaker(name = "paths.cfg_out")]
    #[cfg(any())]
    fn call(value: NoSuchType) -> Result<u32, Error> {
        Ok(value)
    }

    #[cfg(any())]
    #[circuit_breaker(name = "paths.cfg_out_above")]
    fn call(value: NoSuchType) -> Result<u32, Error> {
        Ok(value)
    }

    #[cfg_attr(all(), circuit_breaker(name = "paths.cfg_attr"))]
    fn call(value: u32) -> Result<u32, Error> {
        Ok(value)
    }

    assert_eq!(call(1), Ok(1));
    assert_eq!(ends("paths.cfg_attr"), "1 success");
    assert!(Registry::global().get("paths.cfg_out_above").is_none());
}

/// Trap 25
#[cfg(target_arch = "x86_64")]
#[test]
fn target_features_reach_the_body() {
    #[circuit_breaker(name = "paths.target_feature")]
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
    assert_eq!(ends("paths.target_feature"), "1 success");
}

/// Trap 25
#[circuit_breaker(name = "paths.test_below")]
#[test]
fn a_test_may_stand_below() -> Result<(), Error> {
    let number: u32 = "5".parse()?;
    assert_eq!(number, 5);
    Ok(())
}

/// Trap 25
#[test]
#[circuit_breaker(name = "paths.test_above")]
fn a_test_may_stand_above() -> Result<(), Error> {
    assert_eq!(ends("paths.test_above"), "nothing");
    Ok(())
}

/// Trap 25
#[circuit_breaker(name = "paths.should_panic", failure(_ if false), fallback = |_| ())]
#[test]
#[should_panic = "as expected"]
fn a_test_that_should_panic_may_stand_below() {
    panic!("as expected")
}

// Trap 26: `#[track_caller]`.

/// Trap 26
#[test]
fn track_caller_compiles_and_sees_the_body() {
    #[circuit_breaker(name = "paths.track_caller")]
    #[track_caller]
    fn call() -> Result<&'static Location<'static>, Error> {
        Ok(Location::caller())
    }

    let location = call().unwrap();
    assert_eq!(location.file(), file!());
}

// Trap 27: one static per site.

/// Trap 27
#[test]
fn one_site_serves_all_instances_of_a_generic_function() {
    #[circuit_breaker(name = "paths.generic_site")]
    fn call<T: Default, const N: usize>() -> Result<[T; N], Error> {
        Ok(std::array::from_fn(|_| T::default()))
    }

    assert_eq!(call::<u8, 2>(), Ok([0, 0]));
    assert_eq!(call::<String, 1>(), Ok([String::new()]));
    assert_eq!(ends("paths.generic_site"), "2 success");
    open("paths.generic_site");
    assert!(call::<u8, 1>().unwrap_err().is_rejection());
    assert!(call::<(), 3>().unwrap_err().is_rejection());
    assert_eq!(ends("paths.generic_site"), "2 success, 2 rejected");
}

/// Trap 27
#[test]
fn one_site_serves_all_implementors_of_a_trait() {
    trait Job {
        fn value(&self) -> u32;

        #[circuit_breaker(name = "paths.trait_site")]
        fn run(&self) -> Result<u32, Error> {
            Ok(self.value())
        }
    }

    impl Job for u8 {
        fn value(&self) -> u32 {
            u32::from(*self)
        }
    }

    impl<T: Job> Job for Vec<T> {
        fn value(&self) -> u32 {
            self.iter().map(Job::value).sum()
        }
    }

    assert_eq!((1_u8.run(), vec![1_u8, 2].run()), (Ok(1), Ok(3)));
    assert_eq!(ends("paths.trait_site"), "2 success");
}

/// Trap 27
#[test]
fn two_functions_of_one_name_share_their_breaker() {
    #[circuit_breaker(name = "paths.shared_name")]
    fn first() -> Result<u32, Error> {
        Ok(1)
    }

    #[circuit_breaker(name = "paths.shared_name", ignore(Err(_)))]
    async fn second() -> Result<u32, Error> {
        Err(Error::Down)
    }

    assert_eq!(first(), Ok(1));
    assert_eq!(run(second()), Err(Error::Down));
    assert_eq!(ends("paths.shared_name"), "1 success, 1 ignored");
    open("paths.shared_name");
    assert!(first().is_err() && run(second()).unwrap_err().is_rejection());
    assert_eq!(
        ends("paths.shared_name"),
        "1 success, 1 ignored, 2 rejected"
    );
}

/// Trap 27
#[test]
fn a_breaker_is_known_before_its_first_call() {
    #[circuit_breaker(name = "paths.before_first_call")]
    #[expect(dead_code)]
    fn never_called() -> Result<u32, Error> {
        Ok(1)
    }

    assert_eq!(ends("paths.before_first_call"), "nothing");
}

// Trap 28: several attributes on one function, and functions in functions.

/// Trap 28
#[test]
fn two_breakers_stand_on_one_function() {
    #[circuit_breaker(name = "paths.stacked_upper")]
    #[circuit_breaker(name = "paths.stacked_lower")]
    fn call((left, mut right): (u32, u32), up: bool) -> Result<u32, Error> {
        right += left;
        if up { Ok(right) } else { Err(Error::Down) }
    }

    assert_eq!(call((1, 2), true), Ok(3));
    assert_eq!(call((1, 2), false), Err(Error::Down));
    assert_eq!(ends("paths.stacked_upper"), "1 success, 1 failure");
    assert_eq!(ends("paths.stacked_lower"), "1 success, 1 failure");
    // The lower one is the outer one: it sees what the upper one refuses.
    open("paths.stacked_upper");
    assert!(call((1, 2), true).unwrap_err().is_rejection());
    assert_eq!(
        ends("paths.stacked_upper"),
        "1 success, 1 failure, 1 rejected"
    );
    assert_eq!(ends("paths.stacked_lower"), "1 success, 2 failure");
    open("paths.stacked_lower");
    assert!(call((1, 2), true).unwrap_err().is_rejection());
    assert_eq!(
        ends("paths.stacked_upper"),
        "1 success, 1 failure, 1 rejected"
    );
    assert_eq!(
        ends("paths.stacked_lower"),
        "1 success, 2 failure, 1 rejected"
    );
}

/// Trap 28
#[test]
fn two_breakers_stand_on_one_async_function() {
    #[circuit_breaker(name = "paths.async_stacked_upper", ignore(Err(Error::Declined(_))))]
    #[circuit_breaker(name = "paths.async_stacked_lower", fallback = |_| Ok(0))]
    async fn call(text: &mut String, (left, _): (u32, u32)) -> Result<u32, Error> {
        pause().await;
        text.push('x');
        if left == 0 {
            return Err(Error::Declined(0));
        }
        Ok(left)
    }

    let mut text = String::new();
    assert_eq!(run(assert_send(call(&mut text, (1, 2)))), Ok(1));
    assert_eq!(run(call(&mut text, (0, 2))), Err(Error::Declined(0)));
    assert_eq!(ends("paths.async_stacked_upper"), "1 success, 1 ignored");
    assert_eq!(ends("paths.async_stacked_lower"), "1 success, 1 failure");
    open("paths.async_stacked_lower");
    assert_eq!(run(call(&mut text, (1, 2))), Ok(0));
    assert_eq!(text, "xx");
}

/// Trap 28
#[test]
fn three_breakers_stand_on_one_method() {
    struct Client(u32);

    impl Client {
        #[circuit_breaker(name = "paths.three_1")]
        #[circuit_breaker(name = "paths.three_2")]
        #[circuit_breaker(name = "paths.three_3")]
        fn call(&mut self, by: u32) -> Result<&mut u32, Error> {
            self.0 += by;
            Ok(&mut self.0)
        }
    }

    let mut client = Client(1);
    *client.call(2).unwrap() += 10;
    assert_eq!(client.0, 13);
    for name in ["paths.three_1", "paths.three_2", "paths.three_3"] {
        assert_eq!(ends(name), "1 success");
    }
}

/// Trap 28
#[test]
fn a_guarded_function_stands_in_a_guarded_function() {
    #[circuit_breaker(name = "paths.nested_outer")]
    fn outer(n: u32) -> Result<u32, Error> {
        #[circuit_breaker(name = "paths.nested_inner")]
        fn inner(n: u32) -> Result<u32, Error> {
            #[circuit_breaker(name = "paths.nested_innermost")]
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
    assert_eq!(ends("paths.nested_outer"), "1 success");
    assert_eq!(ends("paths.nested_inner"), "2 success");
    assert_eq!(ends("paths.nested_innermost"), "2 success");
}

/// Trap 28
#[circuit_breaker(name = "paths.tokio_test_below")]
#[tokio::test]
async fn a_tokio_test_may_stand_below() -> Result<(), Error> {
    tokio::task::yield_now().await;
    Ok(())
}

/// Trap 28
#[tokio::test(flavor = "multi_thread")]
#[circuit_breaker(name = "paths.tokio_test_above")]
async fn a_tokio_test_may_stand_above() -> Result<(), Error> {
    let answer = tokio::spawn(async { 1 }).await.map_err(|_| Error::Down)?;
    assert_eq!(answer, 1);
    Ok(())
}

/// Trap 28
#[test]
fn another_attribute_macro_on_the_same_function() {
    // `#[tokio::main]` takes an async function apart in its own way: above and below the breaker.
    #[circuit_breaker(name = "paths.tokio_main_below")]
    #[tokio::main(flavor = "current_thread")]
    async fn below(value: u32) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(value)
    }

    #[tokio::main(flavor = "current_thread")]
    #[circuit_breaker(name = "paths.tokio_main_above")]
    async fn above(value: u32) -> Result<u32, Error> {
        tokio::task::yield_now().await;
        Ok(value)
    }

    assert_eq!((below(1), above(2)), (Ok(1), Ok(2)));
    assert_eq!(ends("paths.tokio_main_below"), "1 success");
    assert_eq!(ends("paths.tokio_main_above"), "1 success");
}

// Trap 30: editions. The crates of the other editions stand in `tests/crates` and are called from `crates.rs`.

/// Trap 30
#[test]
fn the_edition_of_this_crate_compiles_its_own_words() {
    #[circuit_breaker(name = "paths.edition")]
    fn call(values: Option<&[u32]>) -> Result<impl Iterator<Item = u32>, Error> {
        if let Some([first, rest @ ..]) = values {
            return Ok(std::iter::repeat_n(*first, rest.len()));
        }
        Err(Error::Down)
    }

    assert_eq!(call(Some(&[4, 1, 1])).unwrap().collect::<Vec<_>>(), [4, 4]);
    assert!(call(None).is_err());
}

mod locked_registry {
    use std::sync::{LazyLock, Mutex, PoisonError};

    use breaker_runtime::{BreakerError, Registry, circuit_breaker};

    static LOCK: LazyLock<Mutex<Registry>> = LazyLock::new(|| Mutex::new(Registry::new()));

    /// Whether the lock was held while the error was made.
    #[derive(Debug)]
    struct Held(bool);

    impl From<BreakerError> for Held {
        fn from(_: BreakerError) -> Self {
            Self(LOCK.try_lock().is_err())
        }
    }

    #[circuit_breaker(
        name = "paths.locked_registry",
        registry = &*LOCK.lock().unwrap_or_else(PoisonError::into_inner),
    )]
    fn refused() -> Result<(), Held> {
        Ok(())
    }

    #[test]
    fn what_the_expression_of_the_registry_locks_is_not_held_while_a_refusal_is_made() {
        refused().unwrap();
        let breaker = LOCK.lock().unwrap().get("paths.locked_registry").unwrap();
        breaker.trip();
        assert!(!refused().unwrap_err().0);
    }
}
