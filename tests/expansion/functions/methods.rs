//! Methods of generic types, of types with lifetimes, and of enums, references and foreign types.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

use breaker_runtime::{BreakerError, circuit_breaker};

use crate::expansion::{Error, ends, open, pause, run};

#[test]
fn methods_of_generic_types() {
    struct Cache<K, V, const N: usize>
    where
        K: Eq + Hash,
    {
        entries: HashMap<K, V>,
    }

    enum NotInserted<K, V> {
        Full(K, V),
        Open,
    }

    impl<K, V> From<BreakerError> for NotInserted<K, V> {
        fn from(_: BreakerError) -> Self {
            NotInserted::Open
        }
    }

    impl<K, V, const N: usize> Cache<K, V, N>
    where
        K: Eq + Hash,
    {
        #[circuit_breaker(name = "methods.generic_insert")]
        fn insert(&mut self, key: K, value: V) -> Result<Option<V>, NotInserted<K, V>> {
            if self.entries.len() == N {
                return Err(NotInserted::Full(key, value));
            }
            Ok(self.entries.insert(key, value))
        }

        #[circuit_breaker(name = "methods.generic_get")]
        fn get<Q>(&self, key: &Q) -> Result<&V, Error>
        where
            K: std::borrow::Borrow<Q>,
            Q: Eq + Hash + ?Sized,
        {
            self.entries.get(key).ok_or(Error::Down)
        }

        #[circuit_breaker(name = "methods.generic_async")]
        async fn get_or_insert_with<F>(&mut self, key: K, make: F) -> Result<&mut V, Error>
        where
            F: AsyncFnOnce(&K) -> Result<V, Error>,
        {
            let value = make(&key).await?;
            Ok(self.entries.entry(key).or_insert(value))
        }

        #[circuit_breaker(name = "methods.generic_iter")]
        fn iter(&self) -> Result<impl Iterator<Item = (&K, &V)>, Error> {
            Ok(self.entries.iter())
        }
    }

    let mut cache: Cache<String, u32, 1> = Cache {
        entries: HashMap::new(),
    };
    *run(cache.get_or_insert_with("a".into(), async |key: &String| {
        pause().await;
        Ok(key.len() as u32)
    }))
    .unwrap() += 1;
    assert_eq!(cache.get("a"), Ok(&2));
    assert_eq!(cache.get("b"), Err(Error::Down));
    assert_eq!(cache.iter().unwrap().count(), 1);
    assert!(matches!(cache.insert("b".into(), 3), Err(NotInserted::Full(key, 3)) if key == "b"));
    open("methods.generic_insert");
    assert!(matches!(
        cache.insert("b".into(), 3),
        Err(NotInserted::Open)
    ));
}

#[test]
fn methods_of_a_type_with_lifetimes() {
    struct Cursor<'text> {
        text: &'text str,
        at: usize,
    }

    impl<'text> Cursor<'text> {
        #[circuit_breaker(name = "methods.cursor_next")]
        fn next(&mut self, length: usize) -> Result<&'text str, Error> {
            let word = self
                .text
                .get(self.at..self.at + length)
                .ok_or(Error::Down)?;
            self.at += length;
            Ok(word)
        }

        #[circuit_breaker(name = "methods.cursor_next_async")]
        async fn next_async(&mut self, length: usize) -> Result<&'text str, Error> {
            pause().await;
            self.next(length)
        }
    }

    impl Cursor<'_> {
        #[circuit_breaker(name = "methods.cursor_rest")]
        fn rest(&self) -> Result<&str, Error> {
            Ok(&self.text[self.at..])
        }
    }

    let mut cursor = Cursor {
        text: "abcdef",
        at: 0,
    };
    let first = cursor.next(2).unwrap();
    let second = run(cursor.next_async(2)).unwrap();
    assert_eq!((first, second, cursor.rest()), ("ab", "cd", Ok("ef")));
    assert_eq!(cursor.next(3), Err(Error::Down));
}

#[test]
fn methods_of_enums_references_and_foreign_types() {
    #[derive(Debug, PartialEq)]
    enum Light {
        Red,
        Green { for_seconds: u32 },
    }

    impl Light {
        #[circuit_breaker(name = "methods.enum_method")]
        fn turn(&mut self) -> Result<&Self, Error> {
            *self = match *self {
                Self::Red => Self::Green { for_seconds: 5 },
                Light::Green { for_seconds: 0 } => return Err(Error::Down),
                Light::Green { .. } => Self::Red,
            };
            Ok(self)
        }
    }

    trait Shout {
        fn shout(&self) -> Result<String, Error>;
    }

    trait Count {
        fn count(self) -> Result<usize, Error>;
    }

    impl Shout for str {
        #[circuit_breaker(name = "methods.str_method")]
        fn shout(&self) -> Result<String, Error> {
            Ok(self.to_uppercase())
        }
    }

    impl<T: Shout + ?Sized> Shout for &T {
        #[circuit_breaker(name = "methods.reference_method")]
        fn shout(&self) -> Result<String, Error> {
            (**self).shout().map(|text| text + "!")
        }
    }

    impl Count for &str {
        #[circuit_breaker(name = "methods.reference_value_method")]
        fn count(self) -> Result<usize, Error> {
            Ok(self.shout()?.len())
        }
    }

    impl<T: Copy + Into<u32>> Shout for [T; 2] {
        #[circuit_breaker(name = "methods.array_method")]
        fn shout(&self) -> Result<String, Error> {
            let sum: u32 = self.iter().map(|value| (*value).into()).sum();
            Ok(sum.to_string())
        }
    }

    let mut light = Light::Red;
    assert_eq!(light.turn(), Ok(&Light::Green { for_seconds: 5 }));
    assert_eq!(light.turn(), Ok(&Light::Red));
    assert_eq!(Shout::shout("a"), Ok("A".into()));
    assert_eq!(Shout::shout(&"a"), Ok("A!".into()));
    assert_eq!("abc".count(), Ok(3));
    assert_eq!([1_u8, 2].shout(), Ok("3".into()));
}

#[test]
fn self_and_the_generics_of_the_impl_are_in_scope() {
    #[derive(Debug, PartialEq)]
    struct Buffer<T, const N: usize> {
        cells: [T; N],
    }

    impl<T: Copy + Default + PartialEq, const N: usize> Buffer<T, N> {
        const LAST: usize = N - 1;

        #[circuit_breaker(name = "methods.impl_generics")]
        fn filled(value: T) -> Result<Self, Error> {
            if value == T::default() {
                return Err(Error::Declined(Self::LAST as u32));
            }
            Ok(Self { cells: [value; N] })
        }
    }

    assert_eq!(Buffer::<u8, 2>::filled(7), Ok(Buffer { cells: [7, 7] }));
    assert_eq!(Buffer::<i64, 3>::filled(0), Err(Error::Declined(2)));
    assert_eq!(ends("methods.impl_generics"), "1 success, 1 failure");
}

#[test]
fn self_in_patterns_and_paths_of_the_body() {
    #[derive(Debug, PartialEq)]
    enum Door {
        Open,
        Shut(u32),
    }

    impl Door {
        #[circuit_breaker(name = "methods.self_paths")]
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

#[test]
fn async_methods_that_return_a_reference_with_an_elided_lifetime() {
    struct Cache(HashMap<u32, String>);

    impl Cache {
        #[circuit_breaker(name = "methods.elided")]
        async fn get(&self, key: u32) -> Result<&str, Error> {
            pause().await;
            self.0.get(&key).map(String::as_str).ok_or(Error::Down)
        }

        #[circuit_breaker(name = "methods.elided_mut")]
        async fn entry(&mut self, key: u32, default: &str) -> Result<&mut String, Error> {
            let entry = self.0.entry(key).or_insert_with(|| default.to_owned());
            pause().await;
            Ok(entry)
        }
    }

    let mut cache = Cache(HashMap::new());
    run(cache.entry(1, "a")).unwrap().push('!');
    assert_eq!(run(cache.get(1)), Ok("a!"));
    assert_eq!(run(cache.get(2)), Err(Error::Down));
}
