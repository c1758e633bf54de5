//! Methods of traits: implementations, default methods, trait objects and associated items.

use std::collections::HashMap;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::marker::PhantomData;
use std::ops::Add;
use std::pin::Pin;
use std::str::FromStr;
use std::task::{Context, Poll};

use breaker_runtime::circuit_breaker;

use crate::expansion::{Error, assert_send, ends, open, pause, run};

#[test]
fn methods_of_trait_implementations() {
    struct Number(u32);

    impl FromStr for Number {
        type Err = Error;

        #[circuit_breaker(name = "traits.from_str")]
        fn from_str(text: &str) -> Result<Self, Self::Err> {
            let number = text.parse()?;
            Ok(Self(number))
        }
    }

    impl TryFrom<i64> for Number {
        type Error = Error;

        #[circuit_breaker(name = "traits.try_from")]
        fn try_from(value: i64) -> Result<Self, Self::Error> {
            u32::try_from(value).map(Number).map_err(|_| Error::Down)
        }
    }

    impl Iterator for Number {
        type Item = u32;

        #[circuit_breaker(name = "traits.iterator", failure(Some(13)), fallback = |_| None)]
        fn next(&mut self) -> Option<Self::Item> {
            self.0 = self.0.checked_sub(1)?;
            Some(self.0)
        }
    }

    assert_eq!("5".parse::<Number>().ok().unwrap().0, 5);
    assert!("x".parse::<Number>().is_err());
    assert!(Number::try_from(-1).is_err());
    assert_eq!(Number(3).collect::<Vec<_>>(), [2, 1, 0]);
    assert_eq!(ends("traits.iterator"), "4 success");
}

#[test]
fn a_future_written_by_hand_is_polled_through_a_breaker() {
    struct Countdown(u32);

    impl Future for Countdown {
        type Output = Result<u32, Error>;

        #[circuit_breaker(
            name = "traits.poll",
            failure(Poll::Ready(Err(_))),
            ignore(Poll::Pending),
            fallback = |error| Poll::Ready(Err(error.into()))
        )]
        fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
            if self.0 == 0 {
                return Poll::Ready(Ok(7));
            }
            self.0 -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }

    assert_eq!(run(Countdown(2)), Ok(7));
    assert_eq!(ends("traits.poll"), "1 success, 2 ignored");
    open("traits.poll");
    assert!(run(Countdown(2)).unwrap_err().is_rejection());
}

#[test]
fn default_methods() {
    trait Store {
        type Key: Display + ?Sized;
        const RETRIES: u32;

        fn load(&self, key: &Self::Key) -> Option<u32>;

        #[circuit_breaker(name = "traits.default_method")]
        fn get(&self, key: &Self::Key) -> Result<u32, Error> {
            for _ in 0..Self::RETRIES {
                if let Some(value) = self.load(key) {
                    return Ok(value);
                }
            }
            Err(Error::Declined(key.to_string().len() as u32))
        }

        #[circuit_breaker(name = "traits.default_by_value")]
        fn into_parts(self) -> Result<(Self, u32), Error>
        where
            Self: Sized,
        {
            Ok((self, Self::RETRIES))
        }

        #[circuit_breaker(name = "traits.default_static")]
        fn make<T: From<u32>>() -> Result<T, Error>
        where
            Self: Sized,
        {
            Ok(Self::RETRIES.into())
        }

        #[circuit_breaker(name = "traits.default_boxed")]
        fn later<'a>(
            &'a self,
            key: &'a Self::Key,
        ) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + 'a>> {
            Box::pin(async move {
                pause().await;
                self.get(key)
            })
        }
    }

    struct Memory(HashMap<String, u32>);

    impl Store for Memory {
        type Key = str;
        const RETRIES: u32 = 2;

        fn load(&self, key: &str) -> Option<u32> {
            self.0.get(key).copied()
        }
    }

    let memory = Memory([("a".to_owned(), 1)].into());
    let object: &dyn Store2 = &memory;
    assert_eq!(object.get2("a"), Ok(1));
    assert_eq!(memory.get("bcd"), Err(Error::Declined(3)));
    assert_eq!(run(memory.later("a")), Ok(1));
    assert_eq!(Memory::make::<u64>(), Ok(2));
    assert_eq!(memory.into_parts().ok().unwrap().1, 2);

    trait Store2 {
        fn get2(&self, key: &str) -> Result<u32, Error>;
    }

    impl<T: Store<Key = str>> Store2 for T {
        #[circuit_breaker(name = "traits.blanket_method")]
        fn get2(&self, key: &str) -> Result<u32, Error> {
            Store::get(self, key)
        }
    }
}

#[test]
fn trait_objects_with_guarded_methods() {
    trait Job {
        #[circuit_breaker(name = "traits.object_default")]
        fn run(&mut self) -> Result<&dyn Display, Error> {
            Ok(&"default")
        }
    }

    struct Named(String);
    struct Plain;

    impl Job for Named {
        #[circuit_breaker(name = "traits.object_override")]
        fn run(&mut self) -> Result<&dyn Display, Error> {
            self.0.push('!');
            Ok(&self.0)
        }
    }

    impl Job for Plain {}

    let mut jobs: Vec<Box<dyn Job>> = vec![Box::new(Named("a".into())), Box::new(Plain)];
    let words: Vec<_> = jobs
        .iter_mut()
        .map(|job| job.run().unwrap().to_string())
        .collect();
    assert_eq!(words, ["a!", "default"]);
    assert_eq!(ends("traits.object_default"), "1 success");
    assert_eq!(ends("traits.object_override"), "1 success");
}

#[test]
fn generic_associated_types_in_the_return_type() {
    trait Lend {
        type Item<'a>
        where
            Self: 'a;

        fn lend<'a>(&'a mut self) -> Result<Self::Item<'a>, Error>;

        #[circuit_breaker(name = "traits.gat_default")]
        fn lend_again(&mut self) -> Result<Self::Item<'_>, Error> {
            self.lend().map(drop)?;
            self.lend()
        }
    }

    struct Windows(Vec<u32>, usize);

    impl Lend for Windows {
        type Item<'a>
            = &'a mut [u32]
        where
            Self: 'a;

        #[circuit_breaker(name = "traits.gat")]
        fn lend<'a>(&'a mut self) -> Result<Self::Item<'a>, Error> {
            self.1 += 1;
            self.0.get_mut(..self.1).ok_or(Error::Down)
        }
    }

    let mut windows = Windows(vec![1, 2, 3], 0);
    windows.lend().unwrap()[0] = 9;
    assert_eq!(windows.lend_again(), Ok(&mut [9, 2, 3][..]));
    assert_eq!(windows.lend_again(), Err(Error::Down));
}

#[test]
fn associated_types_and_constants_in_the_signature() {
    trait Protocol {
        type Request<'a>: Debug;
        type Response: Default + PartialEq;
        const MAX: usize;
    }

    struct Echo;

    impl Protocol for Echo {
        type Request<'a> = &'a str;
        type Response = String;
        const MAX: usize = 3;
    }

    struct Wire<P>(PhantomData<P>);

    impl<P: Protocol> Wire<P> {
        #[circuit_breaker(name = "traits.projections")]
        fn send(&self, request: P::Request<'_>) -> Result<<P as Protocol>::Response, Error> {
            if format!("{request:?}").len() > P::MAX + 2 {
                return Err(Error::Declined(P::MAX as u32));
            }
            Ok(P::Response::default())
        }

        #[circuit_breaker(name = "traits.async_projections")]
        async fn send_async<'a>(
            &self,
            request: P::Request<'a>,
        ) -> Result<(P::Request<'a>, P::Response), Error>
        where
            P: 'a,
        {
            pause().await;
            Ok((request, Default::default()))
        }
    }

    let wire = Wire::<Echo>(PhantomData);
    assert_eq!(wire.send("abc"), Ok(String::new()));
    assert_eq!(wire.send("abcd"), Err(Error::Declined(3)));
    assert_eq!(run(wire.send_async("x")), Ok(("x", String::new())));
}

#[test]
fn a_method_of_an_operator_trait() {
    struct Meters(u32);

    impl Add<u32> for Meters {
        type Output = Result<Meters, Error>;

        #[circuit_breaker(name = "traits.operator")]
        fn add(self, by: u32) -> Self::Output {
            self.0.checked_add(by).map(Meters).ok_or(Error::Down)
        }
    }

    assert_eq!((Meters(1) + 2).ok().unwrap().0, 3);
    assert!((Meters(1) + u32::MAX).is_err());
    assert_eq!(ends("traits.operator"), "1 success, 1 failure");
}

#[test]
fn async_methods_of_a_trait_without_async_trait() {
    trait Job {
        fn run(&self, n: u32) -> impl Future<Output = Result<u32, Error>> + Send;

        #[circuit_breaker(name = "traits.afit_default")]
        async fn run_twice(&self, n: u32) -> Result<u32, Error> {
            let n = self.run(n).await?;
            self.run(n).await
        }
    }

    struct Double;

    impl Job for Double {
        #[circuit_breaker(name = "traits.afit")]
        async fn run(&self, n: u32) -> Result<u32, Error> {
            pause().await;
            Ok(n * 2)
        }
    }

    assert_eq!(run(assert_send(Double.run(2))), Ok(4));
    assert_eq!(run(Double.run_twice(2)), Ok(8));
    assert_eq!(ends("traits.afit"), "3 success");
    assert_eq!(ends("traits.afit_default"), "1 success");
}
