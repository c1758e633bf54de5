//! Functions that come from `macro_rules!`, whole or in fragments.

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, ends, open, pause, run};

#[test]
fn a_body_from_a_block_fragment() {
    macro_rules! function {
        ($name:ident, $async_name:ident, $body:block) => {
            #[circuit_breaker(name = "macro_rules.block_fragment")]
            fn $name() -> Result<u32, Error> $body

            #[circuit_breaker(name = "macro_rules.async_block_fragment")]
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
    assert_eq!(ends("macro_rules.block_fragment"), "1 success");
}

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

    function!(owned, &str, Result<String, Error>, "macro_rules.type_fragment", |value| Ok(value.into()));
    function!(
        boxed,
        u32,
        Result<Box<dyn std::any::Any>, Error>,
        "macro_rules.type_fragment_dyn",
        |value| Ok(Box::new(value))
    );
    function!(
        opaque,
        u32,
        Result<impl Into<u64>, Error>,
        "macro_rules.type_fragment_impl",
        |value| Ok(value)
    );
    function!(returns, bool, Result<u32, Error>, "macro_rules.type_fragment_return", |up| {
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

#[test]
fn an_impl_trait_argument_from_a_fragment() {
    macro_rules! function {
        ($argument:ty, $error:ty) => {
            #[circuit_breaker(name = "macro_rules.impl_fragment")]
            async fn call(values: $argument) -> Result<u32, $error> {
                pause().await;
                Ok(values.into_iter().sum())
            }
        };
    }

    function!(impl IntoIterator<Item = u32>, Error);
    assert_eq!(run(call([1, 2])), Ok(3));
}

#[test]
fn patterns_from_fragments() {
    macro_rules! function {
        ($name:ident, $pattern:pat, $type:ty, $body:expr) => {
            #[circuit_breaker(name = "macro_rules.pattern_fragment", threshold = 50)]
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

#[test]
fn settings_from_fragments() {
    macro_rules! function {
        (
            $visibility:vis $name:ident, $breaker:literal, $threshold:expr, $open_for:literal, $pattern:pat,
            $fallback:path, $body:expr
        ) => {
            #[circuit_breaker(
                name = $breaker,
                threshold = $threshold,
                open_for = $open_for,
                ignore($pattern),
                fallback = $fallback
            )]
            $visibility fn $name(value: u32) -> Result<u32, Error> {
                $body(value)
            }
        };
    }

    const BASE: u32 = 5;
    fn later(value: u32) -> Result<u32, Error> {
        Ok(value + 100)
    }
    function!(
        pub(crate) call, "macro_rules.argument_fragments", BASE * 2, "5s", Err(Error::Declined(_)), later,
        |value| if value == 0 { Err(Error::Declined(0)) } else { Ok(value) }
    );

    assert_eq!((call(0), call(1)), (Err(Error::Declined(0)), Ok(1)));
    assert_eq!(
        ends("macro_rules.argument_fragments"),
        "1 success, 1 ignored"
    );
    open("macro_rules.argument_fragments");
    assert_eq!(call(1), Ok(101));
}

#[test]
fn a_fallback_closure_and_a_classifier_from_fragments() {
    macro_rules! function {
        ($name:ident, $fallback:expr, $classify:expr) => {
            #[circuit_breaker(name = "macro_rules.closure_fragments", fallback = $fallback, classify = $classify)]
            fn $name(value: u32) -> u32 {
                value
            }
        };
    }

    fn classify(value: &u32) -> breaker_runtime::Outcome {
        if *value == 0 {
            breaker_runtime::Outcome::Failure
        } else {
            breaker_runtime::Outcome::Success
        }
    }
    function!(call, |_| 99, classify);

    assert_eq!((call(0), call(1)), (0, 1));
    open("macro_rules.closure_fragments");
    assert_eq!(call(1), 99);
    assert_eq!(
        ends("macro_rules.closure_fragments"),
        "1 success, 1 failure, 1 rejected, 1 fallback success"
    );
}

#[test]
fn a_whole_item_from_a_fragment() {
    macro_rules! guarded {
        ($item:item) => {
            $item
        };
    }

    guarded! {
        #[circuit_breaker(name = "macro_rules.item_fragment")]
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
        "macro_rules.named_item" => fn plain(value: u32) -> Result<u32, Error> {
            if value == 0 {
                return Err(Error::Down);
            }
            Ok(value)
        }
    }

    assert_eq!(run(call(1)), Ok(1));
    assert_eq!((plain(1), plain(0)), (Ok(1), Err(Error::Down)));
    assert_eq!(ends("macro_rules.item_fragment"), "1 success");
    assert_eq!(ends("macro_rules.named_item"), "1 success, 1 failure");
}

#[test]
fn lifetimes_statements_and_token_trees_from_fragments() {
    macro_rules! function {
        ($lifetime:lifetime, $text:ident, [$($statement:stmt;)*] $($tail:tt)*) => {
            #[circuit_breaker(name = "macro_rules.other_fragments")]
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
        fn add(left: u32, right: u32) -> u32 = "macro_rules.family_add" { Ok(left + right) }
        #[must_use = "the sum is all there is"]
        fn sum(values: &[u32],) -> u32 = "macro_rules.family_sum" { Ok(values.iter().sum()) }
        pub(crate) fn none() -> () = "macro_rules.family_none" { Err(Error::Down) }
    }

    assert_eq!(
        (add(1, 2), sum(&[1, 2]), none()),
        (Ok(3), Ok(3), Err(Error::Down))
    );
}

#[test]
fn a_method_made_by_a_macro_keeps_its_own_self() {
    struct Client(u32);

    macro_rules! methods {
        ($($name:ident, $async_name:ident, $breaker:literal, $async_breaker:literal, |$this:ident| $body:expr;)*) => {
            impl Client {
                $(
                    #[circuit_breaker(name = $breaker)]
                    fn $name(&$this) -> Result<u32, Error> {
                        $body
                    }

                    #[circuit_breaker(name = $async_breaker)]
                    async fn $async_name(&mut $this) -> Result<u32, Error> {
                        pause().await;
                        $body
                    }
                )*
            }
        };
    }

    methods! {
        get, get_async, "macro_rules.macro_self", "macro_rules.macro_self_async", |self| Ok(self.0);
        double, double_async, "macro_rules.macro_self_2", "macro_rules.macro_self_2_async", |self| Ok(self.0 * 2);
    }

    let mut client = Client(4);
    assert_eq!((client.get(), client.double()), (Ok(4), Ok(8)));
    assert_eq!(
        (run(client.get_async()), run(client.double_async())),
        (Ok(4), Ok(8))
    );
}

#[test]
fn a_method_that_a_macro_defines_keeps_its_own_self() {
    macro_rules! client {
        ($name:ident, $breaker:literal) => {
            struct $name(u32);

            impl $name {
                #[circuit_breaker(name = $breaker, fallback = Self::later)]
                fn get(&self, by: u32) -> Result<u32, Error> {
                    Ok(self.0 + by)
                }

                fn later(&self, by: u32) -> Result<u32, Error> {
                    Ok(self.0 - by)
                }
            }
        };
    }

    client!(Client, "macro_rules.macro_whole");
    assert_eq!(Client(4).get(1), Ok(5));
    open("macro_rules.macro_whole");
    assert_eq!(Client(4).get(1), Ok(3));
}

#[test]
fn arguments_from_a_macro_keep_their_own_hygiene() {
    macro_rules! function {
        ($breaker:literal, $value:ident) => {
            #[circuit_breaker(name = $breaker)]
            fn call($value: u32, value: u32) -> Result<u32, Error> {
                Ok($value * 10 + value)
            }
        };
    }

    function!("macro_rules.macro_hygiene", value);
    assert_eq!(call(1, 2), Ok(12));
}

#[test]
fn macros_as_type_and_as_body() {
    macro_rules! pair {
        ($type:ty) => {
            ($type, $type)
        };
    }
    macro_rules! sum {
        ($($value:expr),*) => { Ok(0 $(+ $value)*) };
    }

    #[circuit_breaker(name = "macro_rules.macro_types")]
    fn call((left, right): pair!(u32)) -> Result<u32, Error> {
        sum!(left, right)
    }

    assert_eq!(call((1, 2)), Ok(3));
}
