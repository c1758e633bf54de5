//! Functions that return a boxed future.

use std::future::{Future, ready};
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;

use breaker_runtime::circuit_breaker;
use futures::future::{BoxFuture, FutureExt as _, LocalBoxFuture};

use crate::expansion::{Error, Log, assert_send, breaker, ends, open, pause, run};

#[test]
fn the_eager_part_before_a_boxed_future_stays_eager() {
    let log = Log::default();

    #[circuit_breaker(name = "boxed.eager_boxed")]
    fn call<'a>(
        log: &'a Log,
        up: bool,
    ) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send + 'a>> {
        log.say("eager");
        if !up {
            return Box::pin(ready(Err(Error::Down)));
        }
        Box::pin(async move {
            log.say("lazy");
            Ok(1)
        })
    }

    let future = assert_send(call(&log, true));
    assert_eq!(log.take(), ["eager"]);
    assert_eq!(run(future), Ok(1));
    assert_eq!(log.take(), ["lazy"]);
    assert_eq!(run(call(&log, false)), Err(Error::Down));
    drop(call(&log, false));
    assert_eq!(ends("boxed.eager_boxed"), "1 success, 1 failure");
}

#[test]
fn box_futures_are_guarded() {
    #[circuit_breaker(name = "boxed.box_future")]
    fn call(text: &str) -> BoxFuture<'_, Result<usize, Error>> {
        async move {
            pause().await;
            Ok(text.len())
        }
        .boxed()
    }

    #[circuit_breaker(name = "boxed.box_future_path")]
    fn by_path<'a>(text: &'a str) -> futures::future::BoxFuture<'a, Result<usize, Error>> {
        Box::pin(call(text))
    }

    #[circuit_breaker(name = "boxed.local_box_future")]
    fn local(text: Rc<str>) -> LocalBoxFuture<'static, Result<usize, Error>> {
        Box::pin(async move {
            pause().await;
            Ok(text.len())
        })
    }

    assert_eq!(run(assert_send(by_path("abc"))), Ok(3));
    assert_eq!(run(local("ab".into())), Ok(2));
    drop(local("ab".into()));
    assert_eq!(ends("boxed.box_future"), "1 success");
    assert_eq!(ends("boxed.box_future_path"), "1 success");
    assert_eq!(ends("boxed.local_box_future"), "1 success");
}

#[test]
fn a_future_from_another_function_is_guarded() {
    async fn inner(value: u32) -> Result<u32, Error> {
        pause().await;
        if value == 0 {
            Err(Error::Down)
        } else {
            Ok(value)
        }
    }

    #[circuit_breaker(name = "boxed.boxed_other")]
    fn call(value: u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
        Box::pin(inner(value))
    }

    #[circuit_breaker(name = "boxed.impl_other")]
    fn call_impl(value: u32) -> impl Future<Output = Result<u32, Error>> + Send + 'static {
        inner(value)
    }

    assert_eq!((run(call(0)), run(call(1))), (Err(Error::Down), Ok(1)));
    assert_eq!(
        (run(call_impl(0)), run(assert_send(call_impl(1)))),
        (Err(Error::Down), Ok(1))
    );
    assert_eq!(ends("boxed.boxed_other"), "1 success, 1 failure");
    assert_eq!(ends("boxed.impl_other"), "1 success, 1 failure");
}

#[test]
fn a_boxed_future_with_an_eager_part_and_a_fallback_closure() {
    #[circuit_breaker(name = "boxed.boxed_fallback", fallback = |_| Ok(text.len()))]
    fn call(text: String) -> BoxFuture<'static, Result<usize, Error>> {
        let doubled = text.repeat(2);
        Box::pin(async move { Ok(doubled.len()) })
    }

    assert_eq!(run(call("ab".into())), Ok(4));
    open("boxed.boxed_fallback");
    assert_eq!(run(call("ab".into())), Ok(2));
}

#[circuit_breaker(name = "boxed.boxed_mut")]
fn boxed_mut(mut x: u32) -> Pin<Box<dyn Future<Output = Result<u32, Error>> + Send>> {
    Box::pin(async move {
        x += 1;
        pause().await;
        Ok(x)
    })
}

#[circuit_breaker(name = "boxed.boxed_pattern", fallback = |_| Ok(a + 100))]
fn boxed_pattern(
    (a, mut b): (u32, u32),
    #[allow(unused_variables)] x: u32,
    #[cfg_attr(all(), allow(unused_variables))] y: u32,
) -> BoxFuture<'static, Result<u32, Error>> {
    Box::pin(async move {
        b += a;
        pause().await;
        Ok(b)
    })
}

#[tokio::test]
async fn a_boxed_block_has_the_bindings_of_the_arguments() {
    assert_eq!(boxed_mut(1).await, Ok(2));
    assert_eq!(boxed_pattern((1, 2), 0, 0).await, Ok(3));
    breaker("boxed.boxed_pattern").force_open("test", None);
    assert_eq!(boxed_pattern((1, 2), 0, 0).await, Ok(101));
}

mod own {
    use super::{Error, Future, Pin};

    /// An alias whose parameter is a part of the output.
    pub(super) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

    /// An alias with the error too.
    pub(super) type LocalBoxFuture<T, E> = Pin<Box<dyn Future<Output = Result<T, E>>>>;

    pub(super) mod unparameterised {
        use super::{Error, Future, Pin};

        pub(in super::super) type BoxFuture<'a> =
            Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;
    }
}

#[test]
fn an_alias_of_ones_own_is_guarded_by_the_output_of_its_future() {
    #[circuit_breaker(name = "boxed.alias_block", fallback_on = any, fallback = |_| Ok(u32::from(*up)))]
    fn block(up: &bool) -> own::BoxFuture<'_, u32> {
        Box::pin(async move {
            pause().await;
            if *up { Ok(1) } else { Err(Error::Down) }
        })
    }

    #[circuit_breaker(name = "boxed.alias_eager")]
    fn eager(up: bool) -> own::BoxFuture<'static, u32> {
        let answer = if up { Ok(1) } else { Err(Error::Down) };
        Box::pin(async { answer })
    }

    #[circuit_breaker(name = "boxed.alias_error", success(Ok(1)))]
    fn error(answer: u32) -> own::LocalBoxFuture<u32, Error> {
        Box::pin(std::future::ready(Ok(answer)))
    }

    #[circuit_breaker(name = "boxed.alias_unit")]
    fn unit(answer: &Result<(), Error>) -> own::unparameterised::BoxFuture<'_> {
        Box::pin(async { answer.clone() })
    }

    #[circuit_breaker(name = "boxed.alias_opaque", classify = |answer| match answer {
        Ok(_) => breaker_runtime::Outcome::Success,
        Err(_) => breaker_runtime::Outcome::Ignored,
    })]
    fn opaque(up: bool) -> own::BoxFuture<'static, u32> {
        let future = block_on(up);
        future
    }

    fn block_on(up: bool) -> own::BoxFuture<'static, u32> {
        Box::pin(async move { if up { Ok(1) } else { Err(Error::Down) } })
    }

    assert_eq!((run(block(&true)), run(block(&false))), (Ok(1), Ok(0)));
    assert_eq!(
        ends("boxed.alias_block"),
        "1 success, 1 failure, 1 fallback success"
    );
    assert_eq!(
        (run(eager(true)), run(eager(false))),
        (Ok(1), Err(Error::Down))
    );
    assert_eq!(ends("boxed.alias_eager"), "1 success, 1 failure");
    assert_eq!((run(error(1)), run(error(2))), (Ok(1), Ok(2)));
    assert_eq!(ends("boxed.alias_error"), "2 success");
    assert_eq!(run(unit(&Ok(()))), Ok(()));
    assert_eq!(ends("boxed.alias_unit"), "1 success");
    assert_eq!(
        (run(opaque(true)), run(opaque(false))),
        (Ok(1), Err(Error::Down))
    );
    assert_eq!(ends("boxed.alias_opaque"), "1 success, 1 ignored");
}

#[test]
fn the_output_of_a_boxed_future_may_borrow_for_less_than_the_future_lives() {
    struct Pool(String);
    #[derive(Debug, PartialEq)]
    struct Transaction<'a>(PhantomData<&'a ()>);

    trait Begin<'a> {
        fn begin(self) -> Pin<Box<dyn Future<Output = Result<Transaction<'a>, Error>> + Send>>;
    }

    impl<'a> Begin<'a> for &Pool {
        #[circuit_breaker(name = "boxed.short_output")]
        fn begin(self) -> Pin<Box<dyn Future<Output = Result<Transaction<'a>, Error>> + Send>> {
            let name = self.0.clone();
            Box::pin(async move {
                pause().await;
                if name.is_empty() {
                    return Err(Error::Down);
                }
                Ok(Transaction(PhantomData))
            })
        }
    }

    let begun = |name: &str| run(Pool(name.to_owned()).begin());
    assert_eq!(begun("a"), Ok(Transaction(PhantomData)));
    assert_eq!(begun(""), Err(Error::Down));
    open("boxed.short_output");
    assert!(begun("a").unwrap_err().is_rejection());
    assert_eq!(
        ends("boxed.short_output"),
        "1 success, 1 failure, 1 rejected"
    );
}

#[test]
fn the_output_of_a_boxed_future_may_be_a_type_parameter() {
    #[circuit_breaker(
        name = "boxed.generic_output",
        classify = |_| breaker_runtime::Outcome::Success,
        fallback = |_| unreachable!(),
    )]
    fn retried<'a, T, F>(call: F) -> Pin<Box<dyn Future<Output = T> + Send + 'a>>
    where
        F: Future<Output = T> + Send + 'a,
    {
        Box::pin(call)
    }

    struct Service<B>(PhantomData<B>);

    impl<B: From<u8>> Service<B> {
        #[circuit_breaker(name = "boxed.generic_impl")]
        fn call(&mut self, up: bool) -> BoxFuture<'static, Result<B, Error>> {
            let byte = u8::from(up);
            Box::pin(async move {
                pause().await;
                if byte == 0 {
                    Err(Error::Down)
                } else {
                    Ok(B::from(byte))
                }
            })
        }
    }

    assert_eq!(run(retried(async { "text" })), "text");
    assert_eq!(ends("boxed.generic_output"), "1 success");
    assert_eq!(run(Service(PhantomData::<u32>).call(true)), Ok(1));
    assert_eq!(
        run(Service(PhantomData::<u32>).call(false)),
        Err(Error::Down)
    );
    assert_eq!(ends("boxed.generic_impl"), "1 success, 1 failure");
}

#[test]
fn a_boxed_future_may_be_returned_early_though_its_output_is_generic() {
    #[circuit_breaker(name = "boxed.generic_early")]
    fn call<T: Send + 'static>(value: Option<T>) -> BoxFuture<'static, Result<T, Error>> {
        let Some(value) = value else {
            return Box::pin(std::future::ready(Err(Error::Down)));
        };
        Box::pin(async move { Ok(value) })
    }

    assert_eq!(run(call(Some(1))), Ok(1));
    assert_eq!(run(call(None::<u8>)), Err(Error::Down));
    assert_eq!(ends("boxed.generic_early"), "1 success, 1 failure");
}

#[test]
fn the_names_of_a_body_do_not_hide_the_output_of_its_boxed_future() {
    #[circuit_breaker(name = "boxed.generic_shadowed")]
    fn call<T: Send + 'static>(value: T) -> BoxFuture<'static, Result<T, Error>> {
        #[allow(dead_code)]
        struct Error;
        #[allow(dead_code)]
        struct Result;
        let value = Ok(value);
        Box::pin(async move { value })
    }

    assert_eq!(run(call(1)), Ok(1));
    assert_eq!(ends("boxed.generic_shadowed"), "1 success");
}

#[test]
fn a_struct_that_is_called_like_an_alias_is_a_plain_value() {
    struct BoxFuture<T>(Pin<Box<dyn Future<Output = T>>>);

    #[circuit_breaker(name = "boxed.struct", success(_), fallback = |_| unreachable!())]
    fn call(value: u32) -> BoxFuture<u32> {
        BoxFuture(Box::pin(async move { value }))
    }

    assert_eq!(run(call(1).0), 1);
    assert_eq!(ends("boxed.struct"), "1 success");
}
