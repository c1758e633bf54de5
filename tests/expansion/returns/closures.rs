//! Closures that a function returns as `impl Fn(…)`: their arguments have the types of the bound.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, RandomState};

use breaker_runtime::{Outcome, circuit_breaker};

use crate::expansion::{Error, ends, open, panic_of, pause, run};

/// Guards a function in the way that fits every return type.
macro_rules! guarded {
    ($name:literal $($item:tt)*) => {
        #[circuit_breaker(
            name = $name,
            classify = |_| Outcome::Success,
            fallback = |_| panic!("rejected"),
        )]
        $($item)*
    };
}

#[test]
fn a_closure_gets_its_reference_from_the_bound() {
    guarded! { "closures.length"
        fn length() -> impl Fn(&str) -> usize {
            |text| text.len()
        }
    }

    guarded! { "closures.total"
        fn total() -> impl FnMut(&str) -> usize + Send + 'static {
            let mut total = 0;
            move |text| {
                total += text.len();
                total
            }
        }
    }

    guarded! { "closures.last"
        fn last() -> impl Fn(&mut Vec<u8>) -> &mut u8 {
            |list| list.last_mut().expect("one")
        }
    }

    guarded! { "closures.trim"
        fn trim() -> impl for<'a> Fn(&'a str) -> &'a str {
            |text| text.trim()
        }
    }

    assert_eq!(length()("abc"), 3);
    let mut sum = total();
    assert_eq!((sum("a"), sum("bc")), (1, 3));
    *last()(&mut vec![1]) += 1;
    assert_eq!(trim()(" x "), "x");
    assert_eq!(ends("closures.length"), "1 success");
    open("closures.length");
    assert_eq!(panic_of(|| length()("abc")), "rejected");
}

#[test]
fn a_closure_of_an_async_function_gets_its_reference_from_the_bound() {
    guarded! { "closures.later"
        async fn later() -> impl FnMut(&mut Vec<u8>) {
            pause().await;
            move |list| list.push(1)
        }
    }

    guarded! { "closures.later_generic"
        async fn limit<T: Ord + Clone>(most: T) -> impl Fn(&T) -> T {
            pause().await;
            move |value| value.min(&most).clone()
        }
    }

    let mut list = vec![];
    run(later())(&mut list);
    assert_eq!(list, [1]);
    assert_eq!(run(limit(3))(&7), 3);
}

#[test]
fn closures_in_a_tuple_get_their_references_from_the_bounds() {
    guarded! { "closures.pair"
        fn pair(text: &str) -> (&str, impl Fn(&u8) -> u8, impl FnMut(&mut u8)) {
            (text, |byte| *byte, |byte| *byte += 1)
        }
    }

    let (text, read, mut write) = pair("a");
    let mut byte = 1;
    write(&mut byte);
    assert_eq!((text, read(&byte)), ("a", 2));
}

#[test]
fn a_closure_inside_another_type_names_its_arguments_as_without_the_attribute() {
    #[circuit_breaker(name = "closures.result")]
    fn length() -> Result<impl Fn(&str) -> usize, Error> {
        Ok(|text: &str| text.len())
    }

    guarded! { "closures.option"
        fn perhaps() -> Option<Box<impl Fn(&str) -> usize>> {
            Some(Box::new(|text: &str| text.len()))
        }
    }

    assert_eq!(length().unwrap()("abc"), 3);
    assert_eq!(perhaps().unwrap()("abc"), 3);
}

#[test]
fn a_bound_may_name_the_parameters_of_the_function() {
    guarded! { "closures.hasher"
        fn hasher<K: Hash, V, S: BuildHasher>(state: &S) -> impl Fn(&(K, V)) -> u64 + '_ {
            move |entry| state.hash_one(&entry.0)
        }
    }

    guarded! { "closures.first"
        fn first<T>() -> impl Fn(&[T]) -> Option<&T> {
            |list| list.first()
        }
    }

    guarded! { "closures.array"
        fn at<T: Copy, const N: usize>(at: usize) -> impl Fn(&[T; N]) -> T + use<T, N> {
            move |list| list[at]
        }
    }

    guarded! { "closures.by_key"
        fn by_key<T, K: Ord, F>(mut key: F) -> impl FnMut(&T, &T) -> Ordering
        where
            F: FnMut(&T) -> K,
        {
            move |one, other| key(one).cmp(&key(other))
        }
    }

    let state = RandomState::new();
    assert_eq!(hasher(&state)(&("a", 1)), state.hash_one("a"));
    assert_eq!(first()(&[1, 2]), Some(&1));
    assert_eq!(at(1)(&[1, 2]), 2);
    assert_eq!(
        by_key(|text: &&str| text.len())(&"a", &"bc"),
        Ordering::Less
    );
}

#[test]
fn a_bound_may_name_the_parameters_of_the_impl() {
    struct Pair<Key, Value>(Key, Value);

    impl<Key: PartialEq, Value> Pair<Key, Value> {
        guarded! { "closures.is"
            fn is(&self) -> impl Fn(&Key) -> bool + '_ {
                move |key| *key == self.0
            }
        }

        guarded! { "closures.value"
            fn value() -> impl Fn(&Self) -> &Value {
                |pair| &pair.1
            }
        }
    }

    let pair = Pair(1, "a");
    assert!(pair.is()(&1));
    assert_eq!(*Pair::value()(&pair), "a");
}

#[test]
fn a_bound_may_name_lifetimes() {
    guarded! { "closures.or"
        fn or<'a>(other: &'a str) -> impl Fn(&str, &'a str) -> &'a str {
            move |text, third| if text.is_empty() { other } else { third }
        }
    }

    guarded! { "closures.cow"
        fn owned() -> impl Fn(Cow<'_, str>) -> Cow<'_, str> {
            |text| text
        }
    }

    guarded! { "closures.equals"
        fn equals<'a, K: PartialEq, V>(key: &'a K) -> impl Fn(&(&'a K, V)) -> bool + 'a {
            move |entry| key == entry.0
        }
    }

    assert_eq!(or("a")("", "b"), "a");
    assert_eq!(owned()("a".into()), "a");
    assert!(equals(&1)(&(&1, 'x')));
}

#[test]
fn a_closure_may_be_returned_early() {
    guarded! { "closures.early"
        fn length(exact: bool) -> impl Fn(&str) -> usize {
            if exact {
                return (|text| text.len()) as fn(&str) -> usize;
            }
            |text| text.len() / 10 * 10
        }
    }

    assert_eq!((length(true)("abc"), length(false)("abc")), (3, 0));
}

#[test]
fn an_async_closure_gets_its_reference_from_the_bound() {
    guarded! { "closures.async_closure"
        fn length() -> impl AsyncFn(&str) -> usize {
            async |text| {
                pause().await;
                text.len()
            }
        }
    }

    assert_eq!(run(length()("abc")), 3);
}
