//! Names of the prelude that user code shadows. `tests/ui/pass` has the cases that need a separate crate.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, open, panic_of, pause, run};

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
        name = "shadowed_names.shadowed",
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

    #[circuit_breaker(name = "shadowed_names.shadowed_async", fallback = async_later, fallback_on = any)]
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

    #[circuit_breaker(name = "shadowed_names.shadowed_future")]
    pub(super) fn call_future(
        value: ::core::primitive::u32,
    ) -> impl ::core::future::Future<Output = Answer<::core::primitive::u32>> {
        async move { ::core::result::Result::Ok(value) }
    }
}

#[test]
fn shadowed_names_of_the_prelude_are_not_used() {
    assert_eq!(shadowed::call(true, (1, ())), Ok(1));
    assert_eq!(shadowed::call(false, (1, ())), Err(Error::Down));
    assert_eq!(run(shadowed::call_async(true, "a".into())), Ok(1));
    assert_eq!(run(shadowed::call_async(false, "a".into())), Ok(101));
    assert_eq!(run(shadowed::call_future(1)), Ok(1));
    open("shadowed_names.shadowed");
    assert_eq!(shadowed::call(true, (1, ())), Ok(101));
}

#[test]
fn methods_of_a_local_trait_are_not_called() {
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
    // All of these methods are in scope, for every type.
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

    #[circuit_breaker(name = "shadowed_names.rivals", fallback = later, fallback_on = any)]
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

    #[circuit_breaker(name = "shadowed_names.async_rivals")]
    async fn call_async(text: &str) -> Result<usize, Error> {
        pause().await;
        Ok(text.len())
    }

    assert_eq!((call("a".to_owned()), call(String::new())), (Ok(1), Ok(9)));
    assert_eq!(run(call_async("a")), Ok(1));
}
